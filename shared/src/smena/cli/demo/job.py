"""The main job: catalogue, receipts, shifts, documents, and the proof that all four sums agree."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from smena.cli.demo.api import Api, JobError

WAIT_SECONDS_MAX = 3600.0
STALLED_SECONDS_MAX = 600.0
LOOK_AGAIN_SECONDS = 0.3
MOVING_STATES = ("planned", "sending", "unknown", "created")


class Bar(Protocol):
    """One progress bar."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """Show how far the step is."""
        ...


Bars = Callable[[str], Bar]
"""Opens a progress bar with a label."""


@dataclass(frozen=True, slots=True)
class Task:
    """What to do: registers and a period (business dates, inclusive); ``organization`` has the first of them."""

    organization: str
    registers: tuple[str, ...]
    first: date
    last: date


@dataclass(slots=True)
class Outcome:
    """What came of it; ``reconciliations`` are the rows of the four-way reconciliation."""

    cabinets: dict[str, str] = field(default_factory=dict)
    """The cabinet of each register of the task."""
    diff_counts: dict[str, Any] = field(default_factory=dict)
    pull: dict[str, Any] = field(default_factory=dict)
    publication: dict[str, Any] = field(default_factory=dict)
    replay: dict[str, Any] = field(default_factory=dict)
    shifts: list[dict[str, Any]] = field(default_factory=list)
    reconciliations: list[dict[str, Any]] = field(default_factory=list)
    document_states: dict[str, int] = field(default_factory=dict)
    documents_verified: int = 0


def run_job(api: Api, task: Task, bars: Bars) -> Outcome:
    """Do the whole job; it may be run again at any time and then writes nothing.

    Raises:
        JobError: a step was refused or did not end in time.
    """
    outcome = Outcome()
    synchronise_catalogue(api, task, bars, outcome)
    pull_and_publish(api, task, bars, outcome)
    wait_for_documents(api, task, bars, outcome)
    prove(api, task, bars, outcome)
    return outcome


def synchronise_catalogue(api: Api, task: Task, bars: Bars, outcome: Outcome) -> None:
    """Read the ERP's items, compare them with each cabinet's, and write what differs."""
    registers = [row for row in api.rows("/catalog/v1/registers") if row["id"] in task.registers]
    outcome.cabinets = {row["id"]: row["cabinet"] for row in registers}
    for organization in dict.fromkeys(row["organization"] for row in registers):
        run = api.post("/catalog/v1/erp-pulls", {"organization": organization})
        api.finish(f"/catalog/v1/erp-pulls/{run['id']}", bars(f"Items, prices, goods receipts from 1C: {organization}"))
    for register in one_register_per_cabinet(outcome):
        body = {
            "register": register,
            "direction": "export",
            "selection": {"kind": "all"},
            "prices": {"purchase": {"source": "goods-receipts"}},
        }
        diff = api.post("/catalog/v1/diffs", body)
        diff = api.finish(f"/catalog/v1/diffs/{diff['id']}", bars(f"Catalogue against the cabinet of {register}"))
        outcome.diff_counts = diff["counts"]
        applied = api.post(f"/catalog/v1/diffs/{diff['id']}/apply", {"rows": "all", "when": "now"})
        api.finish(f"/catalog/v1/runs/{applied['id']}", bars(f"Items written to the cabinet of {register}"))


def one_register_per_cabinet(outcome: Outcome) -> list[str]:
    """Bindings belong to a cabinet, so one register of each is enough."""
    chosen: dict[str, str] = {}
    for register, cabinet in outcome.cabinets.items():
        chosen.setdefault(cabinet, register)
    return list(chosen.values())


def pull_and_publish(api: Api, task: Task, bars: Bars, outcome: Outcome) -> None:
    """Read the receipts of the period, wait for their items, publish every shift that is proven."""
    period = {"registers": list(task.registers), "from": str(task.first), "to": str(task.last)}
    run = api.post("/sales/v1/pulls", period)
    pulled = api.finish(f"/sales/v1/pulls/{run['id']}", bars("Receipts and Z-reports from the cabinets"))
    outcome.pull = pulled["result"] or {}
    wait_for_items(api, task)
    run = api.post("/sales/v1/publications", period)
    published = api.finish(f"/sales/v1/publications/{run['id']}", bars("Shifts against their Z-reports, published"))
    outcome.publication = published["result"] or {}


def wait_for_items(api: Api, task: Task) -> None:
    """Bindings come over the bus: wait while the number of unresolved shifts still falls."""
    best, since = None, time.monotonic()
    while time.monotonic() - since < 10:
        unresolved = sum(1 for register in task.registers for _ in shifts_of(api, register, task, state="unresolved"))
        if unresolved == 0:
            return
        if best is None or unresolved < best:
            best, since = unresolved, time.monotonic()
        time.sleep(LOOK_AGAIN_SECONDS)


def shifts_of(api: Api, register: str, task: Task, **query: Any) -> list[dict[str, Any]]:
    """The shifts of one register in the period."""
    bounds = {"register": register, "from": str(task.first), "to": str(task.last)}
    return list(api.rows("/sales/v1/shifts", **bounds, **query))


def wait_for_documents(api: Api, task: Task, bars: Bars, outcome: Outcome) -> None:
    """Wait until every published shift has its documents and none of them is under way any more."""
    outcome.shifts = [shift for register in task.registers for shift in shifts_of(api, register, task)]
    published = sum(1 for shift in outcome.shifts if shift["state"] == "published")
    bar = bars("Documents created, posted and read back in 1C")
    deadline, moved, last = time.monotonic() + WAIT_SECONDS_MAX, time.monotonic(), -1
    while time.monotonic() < deadline:
        progress = api.get("/ledger/v1/progress", **{"from": str(task.first), "to": str(task.last)})
        states = {state: int(count) for state, count in progress["documents"].items()}
        total = sum(states.values())
        settled = total - sum(states.get(state, 0) for state in MOVING_STATES)
        bar(settled, total)
        if progress["shifts"] >= published and settled == total:
            outcome.document_states = states
            outcome.documents_verified = int(progress["verified"])
            return
        if settled != last:
            last, moved = settled, time.monotonic()
        if time.monotonic() - moved > STALLED_SECONDS_MAX:
            break
        time.sleep(LOOK_AGAIN_SECONDS)
    raise JobError(f"the documents did not settle: {states}, shifts in the ledger {progress['shifts']} of {published}")


def prove(api: Api, task: Task, bars: Bars, outcome: Outcome) -> None:
    """Look at every document in the ERP once more, then compare the four sums of every shift."""
    period = {"registers": list(task.registers), "from": str(task.first), "to": str(task.last), "dry_run": False}
    run = api.post("/ledger/v1/replays", period)
    replayed = api.finish(f"/ledger/v1/replays/{run['id']}", bars("Every document looked at again, nothing written"))
    outcome.replay = replayed["result"] or {}
    bar = bars("Four sums of every shift: Z-report, receipts, event, 1C")
    total = len(outcome.shifts)
    for register in task.registers:
        bounds = {"register": register, "from": str(task.first), "to": str(task.last)}
        for row in api.rows("/ledger/v1/reconciliation", **bounds):
            outcome.reconciliations.append(row)
            bar(len(outcome.reconciliations), total)
