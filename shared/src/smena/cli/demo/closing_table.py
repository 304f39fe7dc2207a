"""The table at the end of the job: every sum from four places, and what lies between them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from smena.cli.demo.job import Outcome, Task
from smena.kinds.money import format_money, parse_money

PLACES = ("z_report", "receipts", "published", "erp")
SETTLED = "posted"
DIFFERENCES_SHOWN_MAX = 20


@dataclass(slots=True)
class RegisterSums:
    """What one register's shifts come to, in kopecks, by place."""

    shifts: int = 0
    balanced: int = 0
    receipts: int = 0
    documents: int = 0
    sums: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, row: dict[str, Any]) -> None:
        """Take one shift's reconciliation in."""
        self.shifts += 1
        self.balanced += row["balanced"] is True
        self.receipts += int(row["counts"]["receipts"])
        self.documents += int(row["counts"]["documents"])
        for place in PLACES:
            self.sums[place] += parse_money(row["sums"][place] or "0.00")

    @property
    def spread(self) -> int:
        """Largest sum minus smallest: 0.00 when all four places agree."""
        found = [self.sums[place] for place in PLACES]
        return max(found) - min(found)


def sums_by_register(rows: Iterable[dict[str, Any]], task: Task) -> dict[str, RegisterSums]:
    """The sums of every register of the task, also of one that has no shift."""
    found = {register: RegisterSums() for register in task.registers}
    for row in rows:
        found[row["register"]].add(row)
    return found


def proven(outcome: Outcome) -> bool:
    """Whether every shift is reconciled and every document verified in the ERP."""
    unfinished = [state for state, count in outcome.document_states.items() if count and state != SETTLED]
    return (
        bool(outcome.shifts)
        and not unfinished
        and len(outcome.reconciliations) == len(outcome.shifts)
        and all(row["balanced"] is True for row in outcome.reconciliations)
        and outcome.documents_verified == sum(outcome.document_states.values())
    )


def print_outcome(outcome: Outcome, task: Task, console: Console) -> None:
    """Print the closing table, then whatever is not proven, by name."""
    table = Table(title=f"{task.first} … {task.last}: sums in BYN, from four places")
    table.add_column("Register", no_wrap=True)
    table.add_column("Cabinet", no_wrap=True)
    for column in ("Shifts", "Receipts", "Documents", "Z-report", "= receipts", "= event", "= in 1C", "Difference"):
        table.add_column(column, justify="right", no_wrap=True)
    total = RegisterSums()
    for register, sums in sums_by_register(outcome.reconciliations, task).items():
        table.add_row(register, outcome.cabinets.get(register, ""), *_cells(sums))
        total.shifts += sums.shifts
        total.receipts += sums.receipts
        total.documents += sums.documents
        for place in PLACES:
            total.sums[place] += sums.sums[place]
    table.add_section()
    table.add_row("all", "", *_cells(total))
    console.print(table)
    states = ", ".join(f"{count} {state}" for state, count in sorted(outcome.document_states.items()) if count)
    console.print(f"Documents in 1C: {states or 'none'}; read back and verified: {outcome.documents_verified}")
    _print_unproven(outcome, console)


def _cells(sums: RegisterSums) -> list[str]:
    money = [format_money(sums.sums[place]) for place in PLACES]
    counts = [str(sums.shifts), str(sums.receipts), str(sums.documents)]
    colour = "green" if sums.spread == 0 else "red"
    return [*counts, *money, f"[{colour}]{format_money(sums.spread)}[/]"]


def _print_unproven(outcome: Outcome, console: Console) -> None:
    shown = 0
    for shift in outcome.shifts:
        if shift["state"] != "published" and shown < DIFFERENCES_SHOWN_MAX:
            shown += 1
            console.print(f"[red]{shift['register']} {shift['business_date']}: {shift['state']}[/] {shift['reasons']}")
    for row in outcome.reconciliations:
        for difference in row["differences"]:
            if shown < DIFFERENCES_SHOWN_MAX:
                shown += 1
                console.print(f"[red]{row['register']} {row['business_date']}: {difference}[/]")
    console.print("[green]Every shift is proven.[/]" if proven(outcome) else "[red]Not everything is proven.[/]")
