"""Fixtures of the end-to-end tests."""

from e2e.stack_fixtures import make_stack, undisturbed

__all__ = ["make_stack", "undisturbed"]
