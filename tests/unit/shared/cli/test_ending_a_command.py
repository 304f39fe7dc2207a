"""A command that started processes stops them, however it is ended."""

import signal
import subprocess
import sys

import pytest

PROGRAM = """
import signal
from smena.cli.demo import children

children.end_as_by_hand()
child = children.start("sleeper", ["sleep", "600"], __import__("pathlib").Path("/dev/null"))
try:
    print(child.process.pid, flush=True)
    signal.pause()
except KeyboardInterrupt:
    pass
finally:
    children.stop([child])
    print("stopped", child.process.returncode, flush=True)
"""


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_what_a_command_started_ends_with_it(asked: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip().isdigit()
        process.send_signal(asked)
        assert process.stdout.readline().split() == ["stopped", str(-signal.SIGTERM)]
        assert process.wait(timeout=30) == 0
