"""Events and routing as data: what a stranger may rely on."""
