"""Named points at which a chaos test lets a process die."""

import os
import signal
from collections import Counter

VARIABLE = "SMENA_FAILPOINT"
"""``name`` or ``name:nth``: the process kills itself when it reaches the point for the nth time."""

hits: Counter[str] = Counter()
"""How often each point was reached while one was armed."""


def _armed(value: str) -> tuple[str, int] | None:
    if not value:
        return None
    name, _, nth = value.partition(":")
    return name, int(nth or 1)


_target = _armed(os.environ.get(VARIABLE, ""))


def reach(name: str) -> None:
    """Die here, as by ``kill -9``, when this point is the armed one; otherwise nothing."""
    if _target is None:
        return
    hits[name] += 1
    if (name, hits[name]) == _target:
        os.kill(os.getpid(), signal.SIGKILL)
