"""The other doors into the use cases: runs taken from the queue."""
