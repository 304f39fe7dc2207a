"""Benchmarks: the product beside its own limit, in one run. ``make bench``; never a timed test."""
