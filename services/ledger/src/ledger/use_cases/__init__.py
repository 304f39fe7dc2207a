"""One file per verb; each opens its transaction and commits inside."""
