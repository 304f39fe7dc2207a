"""Scripted faults on the wire: what breaks, when, and how it looks to the caller."""
