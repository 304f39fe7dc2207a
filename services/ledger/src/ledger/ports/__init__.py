"""What the ledger needs from outside, as protocols."""
