"""A real browser for the console's tests: Debian's Chromium, found, else brought by apt, else asked for."""

import os
import subprocess
from shutil import which

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
    found = which("chromium") or which("chromium-browser") or which("google-chrome")
    if found is None and os.geteuid() == 0 and which("apt-get") is not None:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(command, env=quiet, check=False, capture_output=True)
        found = which("chromium")
    if found is None:
        raise NoChromiumError
    return found
