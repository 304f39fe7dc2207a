"""An ordered log of every request an outside system received."""
