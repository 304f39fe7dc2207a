"""One module per window: what it asks of the API, and what its buttons call."""
