"""What apt can bring, brought once: test processes side by side wait for each other, apt's lock fails none."""

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from shutil import which


def bring(package: str, found: Callable[[], bool]) -> bool:
    """As root on Debian, install a package unless ``found`` says it is here; no service of it is left running."""
    if found():
        return True
    if os.geteuid() != 0 or which("apt-get") is None:
        return False
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    lock = Path(tempfile.gettempdir()) / "smena-tests-apt.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not found():
            for command in (["update"], ["install", "-y", "--no-install-recommends", package]):
                subprocess.run(["apt-get", *command], env=quiet, check=False, capture_output=True)
    return found()
