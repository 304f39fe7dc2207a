"""Kinds of long work, as they stand in the runs table."""

PULL = "pull"
PUBLICATION = "publication"
