"""Logs, metrics and traces: what the process says about itself."""
