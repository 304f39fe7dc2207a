"""The other doors into the use cases: consumers, runs, schedulers."""
