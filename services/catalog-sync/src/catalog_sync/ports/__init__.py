"""What the use cases ask of storage and of the outside world."""
