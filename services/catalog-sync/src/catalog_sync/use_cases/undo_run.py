"""Put back what an apply run wrote, row by row, leaving alone what somebody changed since (Вернуть прежнее).

Every write names the item it changes, so sending one again is harmless: after a crash or an unknown outcome the
cabinet is read anew and each open row is worked out against what stands there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catalog_sync.domain.applying import CabinetIndex, Route, RowState, undo_counts_of
from catalog_sync.domain.rows import Direction
from catalog_sync.domain.undoing import PutBack, put_back
from catalog_sync.ports.records import ApplyRow, BoundItem, Diff, Intent
from catalog_sync.ports.repositories import CatalogWork, OpenWork
from catalog_sync.use_cases.apply_ports import ApplyPorts
from catalog_sync.use_cases.read_cabinet import read_cabinet
from catalog_sync.use_cases.refusals import run_not_ended, run_not_undoable
from catalog_sync.use_cases.request_apply import APPLY_RUN
from catalog_sync.use_cases.tell_bindings import tell_bindings
from smena.audit.chain import Deed
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteResult, ItemWriteStatus
from smena.cabinets.port import CabinetOutcomeUnknownError, CabinetRefusedError
from smena.runs.run import Run
from smena.runs.store import RunStore
from smena.runtime.failpoints import reach

UNDO_RUN = "undo"
UNKNOWN_IN_A_ROW_MAX = 5
"""After so many batches without a clear answer the attempt ends; the run is tried again later."""
GONE = "Товара больше нет в кабинете"
NOT_KNOWN = "Прежние значения не сохранены"
UNREADABLE = "Ставка НДС товара в кабинете не распознана: верните вручную"
CHANGED = "Изменено позже, не возвращено: "


async def request_undo(run: Run, person: str, *, erp_is_written: bool, open_work: OpenWork, runs: RunStore) -> Run:
    """Queue the undoing of a run; asked again, the same undo is answered.

    Raises:
        RefusedError: the run went by file or feed, is an undo itself, or has not ended.
    """
    if run.kind != APPLY_RUN:
        raise run_not_undoable(run.kind)
    if run.payload.get("route") == Route.FILE:
        raise run_not_undoable("file")
    if not run.state.ended:
        raise run_not_ended(run.state.value)
    async with open_work() as work:
        diff = await work.diffs.get(UUID(run.payload["diff"]))
        if diff is None or (diff.request.direction is Direction.IMPORT and not erp_is_written):
            raise run_not_undoable("feed")
        undo = await runs.create(
            work.session,
            kind=UNDO_RUN,
            payload={"diff": str(diff.id), "run": str(run.id), "by": person},
            organization=run.organization,
            dedupe=f"undo|{run.id}",
        )
        if not await work.apply_rows.counts(undo.id):
            rows = await work.apply_rows.to_undo(run.id)
            await work.apply_rows.plan(undo.id, diff.id, rows)
            details = {"run": str(run.id), "diff": str(diff.id), "cabinet": diff.cabinet, "rows": str(len(rows))}
            work.trail.record(Deed(diff.organization, person, "run.undo", f"run/{undo.id}", details=details))
        await work.commit()
    return undo


@dataclass(frozen=True, slots=True)
class _Row:
    """One row on its way back: what the undone run did, and what is to be done about it now."""

    n: int
    original: ApplyRow
    plan: PutBack | None
    sent: bool
    message: str | None = None

    @property
    def state(self) -> RowState:
        """Where the row ends once its write, if it has one, succeeded."""
        if self.message is not None or self.plan is None:
            return RowState.FAILED
        wrote = self.plan.write is not None or self.sent
        if self.original.before is None:
            return RowState.ARCHIVED if wrote else RowState.UNCHANGED
        if self.plan.refused:
            return RowState.PARTLY_RESTORED if wrote else RowState.KEPT
        return RowState.RESTORED if wrote else RowState.UNCHANGED

    def ended(self, state: RowState | None = None, message: str | None = None) -> ApplyRow:
        """The row as it is stored."""
        refused = self.plan.refused if self.plan else ()
        fields = ", ".join(one.field.value for one in refused)
        words = message or self.message or (CHANGED + fields if refused else None)
        item_id = self.plan.item.id if self.plan else self.original.cabinet_item_id
        return ApplyRow(self.n, state or self.state, item_id, words, refused=refused)


class RunUndoer:
    """One attempt at one undo run."""

    def __init__(self, run: UUID, undone: UUID, diff: Diff, ports: ApplyPorts) -> None:
        self._run = run
        self._undone = undone
        self._diff = diff
        self._ports = ports
        self._batch_max = ports.cabinet.capabilities().items_per_write_max

    async def undo(self) -> dict[str, Any]:
        """Bring every row to its end; answers how many ended how.

        Raises:
            CabinetError: the cabinet gives no answer; a later attempt goes on.
        """
        unknown = 0
        while open_rows := await self._open_rows():
            reading = await read_cabinet(
                self._diff.cabinet, self._ports.cabinet, open_work=self._ports.open_work, clock=self._ports.clock
            )
            if await self._work_off(open_rows, CabinetIndex(reading.items)):
                continue
            unknown += 1
            if unknown == UNKNOWN_IN_A_ROW_MAX:
                raise CabinetOutcomeUnknownError(f"{unknown} batches without a clear answer")
        async with self._ports.open_work() as work:
            counts = await work.apply_rows.counts(self._run)
        return {"undone": str(self._undone), "rows": sum(counts.values()), **undo_counts_of(counts)}

    async def _work_off(self, open_rows: Sequence[ApplyRow], index: CabinetIndex) -> bool:
        for first in range(0, len(open_rows), self._batch_max):
            rows = await self._planned(open_rows[first : first + self._batch_max], index)
            await self._record([row for row in rows if not _writes(row)])
            to_write = [row for row in rows if _writes(row)]
            if to_write and not await self._write(to_write, index):
                return False
        return True

    async def _planned(self, open_rows: Sequence[ApplyRow], index: CabinetIndex) -> list[_Row]:
        async with self._ports.open_work() as work:
            originals = await work.apply_rows.by_number(self._undone, [row.n for row in open_rows])
        return [_plan(row, originals[row.n], index) for row in open_rows]

    async def _write(self, rows: Sequence[_Row], index: CabinetIndex) -> bool:
        """Send one batch; False when some outcome is unknown, so that the cabinet is looked at again."""
        writes = [write for row in rows if row.plan and (write := row.plan.write)]
        async with self._ports.open_work() as work:
            await self._ports.hold(work.session)
            intents = {
                row.n: Intent(index.by_id[write.id or ""], write, row.plan.refused if row.plan else ())
                for row, write in zip(rows, writes, strict=True)
            }
            await work.apply_rows.mark_sent(self._run, intents, self._ports.clock.now())
            await work.commit()
        reach("undo.before-send")
        try:
            results = {one.index: one for one in await self._ports.cabinet.save_items(writes)}
        except CabinetOutcomeUnknownError:
            return False
        except CabinetRefusedError as refused:
            await self._record([], [row.ended(RowState.FAILED, str(refused)) for row in rows])
            return True
        reach("undo.after-send")
        told = [(row, results[n]) for n, row in enumerate(rows) if n in results]
        rejected = [_rejected(row, one) for row, one in told if one.status is ItemWriteStatus.REJECTED]
        await self._record([row for row, one in told if one.status is not ItemWriteStatus.REJECTED], rejected)
        return len(told) == len(rows)

    async def _record(self, rows: Sequence[_Row], failed: Sequence[ApplyRow] = ()) -> None:
        if not rows and not failed:
            return
        async with self._ports.open_work() as work:
            await self._ports.hold(work.session)
            await work.apply_rows.finish(self._run, [*(row.ended() for row in rows), *failed])
            items = [row.plan.item for row in rows if row.plan and row.state not in {RowState.KEPT, RowState.FAILED}]
            await work.cabinets.patch(self._diff.cabinet, items)
            await self._tell(work, items)
            reach("undo.before-commit")
            await work.commit()
            counts = await work.apply_rows.counts(self._run)
        ended = sum(number for state, number in counts.items() if RowState(state).ended)
        await self._ports.progress(ended, sum(counts.values()))

    async def _tell(self, work: CatalogWork, items: Sequence[CabinetItem]) -> None:
        """Ties stay as they are; whoever keeps them is told what the item is now."""
        held_by = await work.bindings.holders(self._diff.cabinet, [item.id for item in items])
        pairs = [BoundItem(held_by[item.id], item, "binding") for item in items if item.id in held_by]
        rebound = await work.bindings.bind(
            self._diff.organization, self._diff.cabinet, pairs, self._ports.clock.now(), self._ports.person
        )
        tell_bindings(work, self._diff.organization, self._diff.cabinet, rebound)

    async def _open_rows(self) -> list[ApplyRow]:
        async with self._ports.open_work() as work:
            return await work.apply_rows.open_rows(self._run)


def _plan(row: ApplyRow, original: ApplyRow, index: CabinetIndex) -> _Row:
    sent = row.state is RowState.SENT
    if original.written is None:
        return _Row(row.n, original, None, sent, NOT_KNOWN)
    found = _found(original, original.written, index)
    if found is None:
        return _Row(row.n, original, None, sent, GONE)
    plan = put_back(original.before, original.written, found)
    if plan.write is not None and plan.item.vat_rate is None and "vat_rate" not in plan.write.clear:
        return _Row(row.n, original, None, sent, UNREADABLE)
    return _Row(row.n, original, plan, sent)


def _found(original: ApplyRow, written: ItemWrite, index: CabinetIndex) -> CabinetItem | None:
    """The item a row wrote; one whose outcome nobody told is looked for by what it wrote."""
    item_id = original.cabinet_item_id or written.id
    return index.by_id.get(item_id) if item_id is not None else index.look(written)


def _writes(row: _Row) -> bool:
    return row.message is None and row.plan is not None and row.plan.write is not None


def _rejected(row: _Row, result: ItemWriteResult) -> ApplyRow:
    return row.ended(RowState.FAILED, result.message or "Кабинет отклонил товар без объяснения")
