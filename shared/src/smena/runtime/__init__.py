"""One process: databases, bus, loops and HTTP put together and taken down in order."""
