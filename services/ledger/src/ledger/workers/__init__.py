"""The doors that open by themselves: the consumer, the delivery loops, the verifier."""
