"""Wait for a condition with a deadline; never for a time."""

import threading
import time
from collections.abc import Callable

LOOK_AGAIN_SECONDS = 0.1


def wait_for(condition: Callable[[], bool], *, seconds: float, what: str) -> None:
    """Return as soon as the condition holds.

    Raises:
        AssertionError: it did not hold in time.
    """
    pause = threading.Event()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        pause.wait(LOOK_AGAIN_SECONDS)
    raise AssertionError(f"waited {seconds} s in vain for {what}")
