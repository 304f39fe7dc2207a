"""The routes under /_sandbox: never part of an operator's interface."""
