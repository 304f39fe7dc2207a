"""A real browser for the console's tests: Debian's Chromium, found, else brought by apt, else asked for."""

import os
from shutil import which

from servers.packages import bring

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoChromiumError(RuntimeError):
    """The console is tested in a real browser, which is not here and could not be brought."""

    def __init__(self) -> None:
        super().__init__("install Chromium (Debian: apt install chromium), or name it by SMENA_TEST_CHROMIUM")


def chromium() -> str:
    """The browser's path."""
    if named := os.environ.get("SMENA_TEST_CHROMIUM"):
        return named
    if not bring("chromium", lambda: _installed() is not None):
        raise NoChromiumError
    return _installed() or "chromium"


def _installed() -> str | None:
    return which("chromium") or which("chromium-browser") or which("google-chrome")
