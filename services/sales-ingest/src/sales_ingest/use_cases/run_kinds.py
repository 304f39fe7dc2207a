"""Kinds of long work, as they stand in the runs table."""

PULL = "pull"
PUBLICATION = "publication"

AUTO_PULL = "auto-pull"
"""What a register's own cron starts; also the name of its schedule."""

NIGHTLY = "nightly"
"""What the re-reading of the last days starts; also the name of its schedule."""
