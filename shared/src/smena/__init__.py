"""What the three Smena services share: events, bus, outbox, inbox, ports to cabinets and ERPs."""
