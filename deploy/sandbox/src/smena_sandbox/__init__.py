"""Plays the outside world: the cash cabinets and 1C, with scripted faults. Ours, not the operators'."""
