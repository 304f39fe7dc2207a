"""The command line: starts the services' processes, and asks their HTTP API as any client would."""
