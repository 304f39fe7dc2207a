"""The faults in force, in the order in which they were added."""

from typing import Any

import msgspec

from smena_sandbox.faults.rule import Fault, FaultRequest


class FaultEngine:
    """Adds, lists and clears faults; picks the one that strikes a request."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._next = 1
        self._faults: dict[int, Fault] = {}

    def add(self, asked: FaultRequest) -> Fault:
        """Put a fault in force."""
        fault = Fault(self._next, asked, self._seed)
        self._faults[fault.number] = fault
        self._next += 1
        return fault

    def clear(self, number: int | None = None) -> int:
        """Remove one fault, or all; returns how many were removed."""
        if number is None:
            removed = len(self._faults)
            self._faults.clear()
            return removed
        return int(self._faults.pop(number, None) is not None)

    def release(self, number: int) -> bool:
        """Let the late records of a fault arrive."""
        fault = self._faults.get(number)
        if fault is not None:
            fault.released = True
        return fault is not None

    def strike(self, target: str, method: str, path: str) -> Fault | None:
        """The first fault that strikes; later ones do not count this request."""
        for fault in self._faults.values():
            if fault.asked.do != "late" and fault.strikes(target, method, path):
                return fault
        return None

    def late(self, target: str, method: str, path: str) -> list[Fault]:
        """Faults that hide records of this answer: those struck now, and those that hide since an earlier one."""
        found = []
        for fault in self._faults.values():
            if fault.asked.do != "late" or fault.asked.target != target or fault.released:
                continue
            if fault.strikes(target, method, path) and fault.asked.requests is not None:
                fault.released = fault.hits > fault.asked.requests
            if fault.hits and not fault.released:
                found.append(fault)
        return found

    def __len__(self) -> int:
        return len(self._faults)

    def as_records(self) -> list[dict[str, Any]]:
        """The faults with their counters, for JSON."""
        return [record(fault) for fault in self._faults.values()]


def record(fault: Fault) -> dict[str, Any]:
    """One fault with its counters: ``seen`` requests matched, ``hits`` were struck."""
    counters: dict[str, Any] = {"id": fault.number, "seen": fault.seen, "hits": fault.hits, "released": fault.released}
    asked: dict[str, Any] = msgspec.to_builtins(fault.asked)
    return counters | {"hidden": sorted(fault.hidden)} | asked
