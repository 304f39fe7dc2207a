"""The world made from data files (``DATA=``, contracts.md "Data files for the sandbox")."""

from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

from smena_sandbox.clock import MINSK, SandboxClock, minsk_ms
from smena_sandbox.world.cabinet import Cabinet
from smena_sandbox.world.catalogue_file import read_catalogue
from smena_sandbox.world.differences import fill_goods
from smena_sandbox.world.file_items import file_items
from smena_sandbox.world.file_receipts import FileReceipt, file_receipt
from smena_sandbox.world.files import DataFileError, find
from smena_sandbox.world.model import CatalogueItem, Kind
from smena_sandbox.world.receipts_file import FileLine, read_lines
from smena_sandbox.world.report import LoadReport
from smena_sandbox.world.seeded import CLOCK_STANDS_AT
from smena_sandbox.world.settings import CABINET_ID, register_settings
from smena_sandbox.world.till import Till
from smena_sandbox.world.world import World

REGISTERS = 3
"""The groups of contracts.md: United Kingdom even, United Kingdom odd, all other countries."""

USUAL_CLOSING = timedelta(hours=20)
LAST_CLOSING = timedelta(hours=23, minutes=59, seconds=59)


def loaded_world(folder: Path, *, seed: int = 1, days: int | None = None) -> World:
    """Load the files of ``folder``; ``days`` limits to the first calendar days from the earliest line on."""
    report = LoadReport()
    catalogue_path, receipts_path = find(folder, "catalogue.tsv"), find(folder, "receipts.csv")
    lines = read_lines(receipts_path, report)
    if not lines:
        raise DataFileError(f"{receipts_path}: not one line can be read")
    first_day = _midnight(min(line.at for line in lines))
    if days is not None:
        end = first_day + timedelta(days=days)
        later = sum(line.at >= end for line in lines)
        lines = [line for line in lines if line.at < end]
        if later:
            report.add("line: after the days asked for", "not loaded (--days)", count=later)
    last_day = _midnight(max(line.at for line in lines))
    items = file_items((line for line in lines if line.amount), read_catalogue(catalogue_path, report), report)
    chosen = register_settings(REGISTERS)
    cabinet = Cabinet(
        CABINET_ID, seed=seed, registers=[(r.identity, r.number) for r in chosen], reserved=items.values()
    )
    fill_goods(cabinet, list(items.values()), seed)
    _ring(cabinet, lines, items, report)
    return World(
        seed=seed,
        source=str(folder.name),
        first_day=first_day,
        last_day=last_day,
        registers=chosen,
        items=list(items.values()),
        cabinet=cabinet,
        clock=SandboxClock((last_day + CLOCK_STANDS_AT).replace(tzinfo=MINSK)),
        report=report,
    )


def _ring(cabinet: Cabinet, lines: list[FileLine], items: dict[str, CatalogueItem], report: LoadReport) -> None:
    """A shift per calendar day and register, an invoice per receipt, in order of time."""
    shifts: defaultdict[tuple[datetime, int], defaultdict[str, list[FileLine]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        shifts[_midnight(line.at), line.register][line.invoice].append(line)
    tills = list(cabinet.tills.values())
    for (day, register), invoices in sorted(shifts.items()):
        receipts = []
        for invoice, content in invoices.items():
            receipt = file_receipt(invoice, content, items, report)
            if receipt is not None:
                receipts.append((min(line.at for line in content), invoice, receipt))
        if receipts:
            _shift(tills[register], day, sorted(receipts, key=lambda entry: entry[:2]))
            report.add("shift", "opened, rung and closed with a Z-report", sum(_net(r[2]) for r in receipts))


def _shift(till: Till, day: datetime, receipts: list[tuple[datetime, str, FileReceipt]]) -> None:
    till.open(minsk_ms(max(day, receipts[0][0] - timedelta(minutes=5))))
    end = minsk_ms(day + LAST_CLOSING)
    at = 0
    for moment, _, receipt in receipts:
        # A till makes one document at a time: those of the same minute follow each other by a second.
        at = min(max(minsk_ms(moment), at + 1000), end)
        till.ring(receipt.kind, receipt.lines, receipt.payments, at=at, discount=receipt.discount)
    till.close(min(max(minsk_ms(day + USUAL_CLOSING), at + 300_000), end))


def _net(receipt: FileReceipt) -> int:
    return -receipt.payments.total if receipt.kind is Kind.REFUND else receipt.payments.total


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
