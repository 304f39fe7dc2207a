"""Hand the rows of an apply run over as the file a cabinet imports; the next reading confirms them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from catalog_sync.domain.applying import RowState, counts_of
from catalog_sync.domain.handing_over import HandedRow, conflicts
from catalog_sync.domain.outcomes import Outcome, bound_only
from catalog_sync.domain.rows import Status
from catalog_sync.domain.writes import write_of
from catalog_sync.ports.handed_files import HandedFile
from catalog_sync.ports.records import ApplyRow, Diff, Intent, StoredRow
from catalog_sync.use_cases.apply_diff import OUTDATED
from catalog_sync.use_cases.apply_ports import ApplyPorts
from catalog_sync.use_cases.outdated import moved_rows
from catalog_sync.use_cases.read_cabinet import read_cabinet
from catalog_sync.use_cases.record_outcomes import record_outcomes, tell_applied
from smena.cabinets.import_files import ImportFormat
from smena.cabinets.items import CabinetItem
from smena.runtime.failpoints import reach

SUPERSEDED = "Передано заново другим файлом"


async def hand_over_file(run: UUID, diff: Diff, form: ImportFormat, ports: ApplyPorts) -> dict[str, Any]:
    """Make the file and end the run; its rows wait for the cabinet. All or nothing, so that it may be repeated.

    A row that moved, that the file cannot hold, or whose article would hit another item fails alone, by name.

    Raises:
        CabinetError: the cabinet gives no answer.
    """
    async with ports.open_work() as work:
        numbers = [row.n for row in await work.apply_rows.open_rows(run)]
    if numbers:
        reading = await read_cabinet(diff.cabinet, ports.cabinet, open_work=ports.open_work, clock=ports.clock)
        await _hand_over(run, diff, numbers, reading.items, form, ports)
    async with ports.open_work() as work:
        counts = await work.apply_rows.counts(run)
        await ports.hold(work.session)
        if not counts.get(RowState.HANDED_OVER):
            await tell_applied(work, run, diff, counts)
        await work.commit()
    total = sum(counts.values())
    await ports.progress(total, total)
    return {"diff": str(diff.id), "rows": total, "route": "file", **counts_of(counts)}


async def _hand_over(
    run: UUID, diff: Diff, numbers: Sequence[int], items: list[CabinetItem], form: ImportFormat, ports: ApplyPorts
) -> None:
    capabilities = ports.cabinet.capabilities()
    moved = await moved_rows(
        diff, numbers, items, config=ports.config, capabilities=capabilities, open_work=ports.open_work
    )
    async with ports.open_work() as work:
        stored = await work.diffs.rows_by_number(diff.id, numbers)
    in_order = [stored[n] for n in numbers]
    outcomes = [Outcome(one.n, RowState.OUTDATED, one.row, message=OUTDATED) for one in in_order if one.n in moved]
    still = [one for one in in_order if one.n not in moved]
    outcomes += [bound_only(one.n, one.row) for one in still if one.row.status is Status.IDENTICAL]
    handed, refused = _sorted(still, items, form)
    outcomes += refused
    now = ports.clock.now()
    day = now.astimezone(ZoneInfo(ports.config.organization(diff.organization).timezone)).date()
    file = HandedFile(form.name(day), form.media_type, form.encode([row.write for row in handed]))
    async with ports.open_work() as work:
        await ports.hold(work.session)
        await record_outcomes(work, run, diff, outcomes, now)
        if handed:
            keys = [row.row.key for row in handed]
            await work.handed.supersede(run, diff.cabinet, keys, SUPERSEDED)
            intents = {row.n: Intent(row.row.counterpart, row.write) for row in handed}
            await work.apply_rows.mark_sent(run, intents, now)
            await work.apply_rows.finish(run, [ApplyRow(row.n, RowState.HANDED_OVER, row.write.id) for row in handed])
            await work.handed.add(run, file, now)
        reach("hand-over.before-commit")
        await work.commit()


def _sorted(
    rows: Sequence[StoredRow], items: Sequence[CabinetItem], form: ImportFormat
) -> tuple[list[HandedRow], list[Outcome]]:
    """What the file carries, and the rows it refuses, each with its reason."""
    wanted = [HandedRow(one.n, one.row, write_of(one.row)) for one in rows if one.row.status is not Status.IDENTICAL]
    reasons = conflicts(wanted, items)
    reasons.update({row.n: reason for row in wanted if (reason := form.refusal(row.write)) is not None})
    refused = [Outcome(row.n, RowState.FAILED, row.row, message=reasons[row.n]) for row in wanted if row.n in reasons]
    return [row for row in wanted if row.n not in reasons], refused
