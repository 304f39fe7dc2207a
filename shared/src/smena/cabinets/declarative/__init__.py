"""A cabinet described by a manifest: a further operator needs a file, not a programmer (wire.md)."""
