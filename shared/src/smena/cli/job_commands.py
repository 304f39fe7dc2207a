"""`smena diff`, `apply`, `pull`, `publish`, `replay`, `check`: thin clients of the HTTP API."""

from datetime import datetime
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from smena.cli.asking import api, console, finish
from smena.cli.demo.api import Api, JobError

NOT_FOUND = 404
DATE = ["%Y-%m-%d"]

Registers = Annotated[list[str] | None, typer.Option("--register", help="Register id; several are allowed.")]
From = Annotated[datetime, typer.Option("--from", formats=DATE, help="First business date.")]
To = Annotated[datetime, typer.Option("--to", formats=DATE, help="Last business date.")]


def diff(
    register: Annotated[str, typer.Option(help="Register id.")],
    direction: Annotated[str, typer.Option(help="export (ERP to cabinet) or import.")] = "export",
    selection: Annotated[str, typer.Option(help="all, group, synced or goods-receipts.")] = "all",
    group: Annotated[str | None, typer.Option(help="With --selection group.")] = None,
    purchase: Annotated[str, typer.Option(help="Purchase price: goods-receipts or a price type.")] = "goods-receipts",
    retail: Annotated[str | None, typer.Option(help="Retail price: a price type.")] = None,
) -> None:
    """Compare the two catalogues; changes nothing."""
    prices: dict[str, Any] = {"purchase": _price_source(purchase)}
    if retail is not None:
        prices["retail"] = _price_source(retail)
    chosen = {"kind": selection, **({"group": group} if group is not None else {})}
    body = {"register": register, "direction": direction, "selection": chosen, "prices": prices}
    with api() as client:
        made = client.post("/catalog/v1/diffs", body)
        done = finish(client, f"/catalog/v1/diffs/{made['id']}", "Comparing")
        console.print(f"Diff {made['id']}")
        _print_counts(done.get("counts") or {})


def apply(
    diff_id: Annotated[str, typer.Argument(help="The id that smena diff printed.")],
    row: Annotated[list[str] | None, typer.Option(help="Row id; several are allowed; without it all.")] = None,
    when: Annotated[str, typer.Option(help="now or after-shift.")] = "now",
) -> None:
    """Write what a diff showed, or be refused if either side has moved."""
    with api() as client:
        run = client.post(f"/catalog/v1/diffs/{diff_id}/apply", {"rows": row or "all", "when": when})
        _print_result(finish(client, f"/catalog/v1/runs/{run['id']}", "Applying"))


def pull(first: From, last: To, register: Registers = None) -> None:
    """Read a period from the cabinet now."""
    _run("/sales/v1/pulls", "Reading the cabinet", _period(first, last, register))


def publish(first: From, last: To, register: Registers = None) -> None:
    """Publish the shifts of a period that are ready."""
    _run("/sales/v1/publications", "Publishing", _period(first, last, register))


def replay(
    first: From,
    last: To,
    register: Registers = None,
    dry_run: Annotated[bool, typer.Option("--dry-run/--write", help="Only say what would change.")] = True,
) -> None:
    """Recompute the documents of a period."""
    _run("/ledger/v1/replays", "Recomputing", {**_period(first, last, register), "dry_run": dry_run})


def check(first: From, last: To, register: Registers = None) -> None:
    """Reconcile every shift of a period four ways; exits 1 unless each one balances."""
    table = Table("Register", "Shift", "Date", "Balanced", "Differences")
    balanced = True
    with api() as client:
        period = {"from": f"{first:%Y-%m-%d}", "to": f"{last:%Y-%m-%d}"}
        for query in [{**period, "register": wanted} for wanted in register or ()] or [period]:
            for shift in client.rows("/sales/v1/shifts", **query):
                good, words, differences = _compared(client, shift)
                balanced = balanced and good
                date = str(shift.get("business_date") or "")
                table.add_row(str(shift["register"]), str(shift["number"]), date, words, escape(differences))
    console.print(table)
    if not table.row_count:
        console.print("There is no shift in this period.")
    if not balanced:
        raise typer.Exit(1)


def _compared(client: Api, shift: dict[str, Any]) -> tuple[bool, str, str]:
    """Whether a shift balances, in words, and what speaks against it; one that waits is named and stops no other."""
    if "revision" in shift and shift["revision"] is None:
        reasons = "; ".join(str(reason["detail"]) for reason in shift.get("reasons", ()))
        done = bool(shift.get("final"))
        return done, "nothing to post" if done else f"[yellow]{shift['state']}[/]", reasons
    try:
        found = client.get(f"/ledger/v1/shifts/{shift['id']}/reconciliation")
    except JobError as error:
        if error.status != NOT_FOUND:
            raise
        return False, "[yellow]not known[/]", "the ledger has not received it yet"
    words = {True: "yes", False: "[red]no[/]", None: "[yellow]not known[/]"}[found["balanced"]]
    return (
        found["balanced"] is True,
        words,
        "; ".join(f"{each['place']} {each['amount']}" for each in found.get("differences", ())),
    )


def _run(collection: str, what: str, body: dict[str, Any]) -> None:
    with api() as client:
        run = client.post(collection, body)
        _print_result(finish(client, f"{collection}/{run['id']}", what))


def _period(first: datetime, last: datetime, registers: list[str] | None) -> dict[str, Any]:
    return {"registers": registers or "all", "from": f"{first:%Y-%m-%d}", "to": f"{last:%Y-%m-%d}"}


def _price_source(source: str) -> dict[str, str]:
    if source == "goods-receipts":
        return {"source": source}
    return {"source": "price-type", "price_type": source}


def _print_result(run: dict[str, Any]) -> None:
    console.print(f"{run['kind']} {run['id']}: {run['state']}", markup=False)
    _print_counts(run.get("result") or {})


def _print_counts(counts: dict[str, Any]) -> None:
    table = Table("What", "How many", show_header=False)
    for name, value in counts.items():
        table.add_row(str(name), str(value))
    if table.row_count:
        console.print(table)
