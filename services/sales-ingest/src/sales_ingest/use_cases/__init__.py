"""One file per verb; each opens its transaction and commits where one can see it."""
