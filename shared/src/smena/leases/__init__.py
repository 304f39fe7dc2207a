"""One worker at a time, proven at the moment of the write."""
