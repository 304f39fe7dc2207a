"""What `smena local up` started: written down, so that `down` stops just that."""

import json
import os
import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from smena.cli.demo.worlds import STATE_FOLDER

NOTE = STATE_FOLDER / "up.json"
STOP_SECONDS_MAX = 40.0
LOOK_AGAIN_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Note:
    """A process by name and pid, with the instant the kernel says it started: a pid may be given anew."""

    name: str
    pid: int
    started: str

    @classmethod
    def of(cls, name: str, pid: int) -> "Note":
        """Note a process that runs now."""
        return cls(name, pid, start_mark(pid))

    @property
    def runs(self) -> bool:
        """Whether that very process still runs."""
        try:
            os.kill(self.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return start_mark(self.pid) == self.started


def start_mark(pid: int) -> str:
    """What tells this process from a later one of the same pid; empty where the system does not say."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return ""
    state, started = fields[0], fields[19]
    return "ended" if state == "Z" else started


def remember(notes: list[Note]) -> None:
    """Write down what runs; called after each start, so that a crash in the middle leaves nothing unknown."""
    NOTE.parent.mkdir(parents=True, exist_ok=True)
    NOTE.write_text(json.dumps([asdict(note) for note in notes], indent=1))


def remembered() -> list[Note]:
    """What was started and not yet stopped."""
    if not NOTE.exists():
        return []
    return [Note(**entry) for entry in json.loads(NOTE.read_text())]


def stop_remembered() -> int:
    """Stop everything that was started, last first; give how many were running."""
    notes = [note for note in remembered() if note.runs]
    for note in reversed(notes):
        os.kill(note.pid, signal.SIGTERM)
        _wait_for_end(note)
    NOTE.unlink(missing_ok=True)
    return len(notes)


def _wait_for_end(note: Note) -> None:
    deadline = time.monotonic() + STOP_SECONDS_MAX
    while note.runs and time.monotonic() < deadline:
        time.sleep(LOOK_AGAIN_SECONDS)
    if note.runs:
        os.kill(note.pid, signal.SIGKILL)
