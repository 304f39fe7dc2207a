"""What every part of a base needs: its records, its switches and its clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from smena_sandbox.onec.store import Store
from smena_sandbox.onec.switches import OnecSwitches


@dataclass(slots=True)
class Context:
    """One base at work; ``switches`` is replaced at run time."""

    store: Store
    switches: OnecSwitches
    clock: Callable[[], datetime]
    prefixes: dict[str, str]

    def local_now(self) -> str:
        """Return the server's local time as 1C writes it: naive, in whole seconds (DOC, LIVE-B)."""
        now = self.clock()
        if now.tzinfo is not None:
            now = now.astimezone(ZoneInfo(self.switches.timezone)).replace(tzinfo=None)
        return now.replace(microsecond=0).isoformat()
