"""Pure rules of the catalogue: what is wanted, what matches, what differs."""
