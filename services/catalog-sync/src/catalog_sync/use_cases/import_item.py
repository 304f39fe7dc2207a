"""Bring one row of an import into the ERP: the item, then its barcodes; each step alone, none twice.

What a lost answer left behind is looked for: a known item by its reference, a new one by the reference wished for it,
else by its name and article among those that did not stand there before. A barcode is its own key.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from catalog_sync.domain.applying import RowState
from catalog_sync.domain.import_writes import (
    ImportWrite,
    import_write_of,
    picture_of,
    pictured_write,
    written_item,
)
from catalog_sync.domain.outcomes import Outcome
from catalog_sync.ports.imports import ImportRow
from catalog_sync.ports.records import ApplyRow, Diff, Intent, StoredRow
from catalog_sync.use_cases.import_ports import ImportPorts
from smena.erp.catalogue import ErpCatalogue, ErpItem, ItemChange
from smena.erp.errors import ErpAccessError, ErpOutcomeUnknownError, ErpRefusedError
from smena.erp.item_writes import ItemMovedError, imported_ref, not_held
from smena.runtime.failpoints import reach

OUTDATED = "Изменено после сравнения: заполните заново"


@dataclass(frozen=True, slots=True)
class Sighting:
    """How often a sent creation was looked for in vain, and since when it is unclear."""

    since: datetime
    looks: int = 0


class Brought(NamedTuple):
    """The outcome of a row; ``item`` is to be kept as the ERP's, ``waits`` that its price is still to come."""

    outcome: Outcome
    item: ErpItem | None = None
    waits: bool = False


class ItemImporter:
    """Works off single rows of one run; remembers what it looked for in vain."""

    def __init__(self, run: UUID, diff: Diff, ports: ImportPorts, catalogue: ErpCatalogue) -> None:
        self._run = run
        self._diff = diff
        self._ports = ports
        self._erp = catalogue
        self._sightings: dict[int, Sighting] = {}
        self._began = ports.clock.now()

    async def bring(self, row: ApplyRow, stored: StoredRow, far: ImportRow | None, version: str | None) -> Brought:
        """Bring a row to its end, or to where only its price is missing.

        Raises:
            ErpOutcomeUnknownError: sent, no clear answer, not found: the row stays sent and is looked for again.
            ErpError: the ERP gives no answer; a later attempt goes on.
        """
        write = import_write_of(stored.row)
        try:
            if write.known is None:
                item, sent = await self._new_item(row, stored, write, far or ImportRow(row.n))
            else:
                known = replace(write.known, version=version or write.known.version)
                item, sent = await self._known_item(row, stored, known, write), write.change
        except ErpAccessError:
            raise
        except ItemMovedError:
            return Brought(Outcome(row.n, RowState.OUTDATED, stored.row, message=OUTDATED))
        except ErpRefusedError as refused:
            return Brought(Outcome(row.n, RowState.FAILED, stored.row, message=str(refused)))
        return await self._finished(stored, write, item, sent)

    async def _finished(self, stored: StoredRow, write: ImportWrite, item: ErpItem, sent: ItemChange) -> Brought:
        """The item stands: give it its barcodes and see whether everything is held as sent."""
        refused: list[str] = []
        done = ImportWrite(write.known, write.change, (), (), write.price)
        for barcode in write.barcodes_added:
            try:
                await self._erp.add_barcode(item.ref, barcode)
                done = replace(done, barcodes_added=(*done.barcodes_added, barcode))
            except ErpAccessError:
                raise
            except ErpRefusedError as error:
                refused.append(str(error))
        reach("import.after-barcode")
        for barcode in () if refused else write.barcodes_removed:
            try:
                await self._erp.remove_barcode(item.ref, barcode)
                done = replace(done, barcodes_removed=(*done.barcodes_removed, barcode))
            except ErpAccessError:
                raise
            except ErpRefusedError as error:
                refused.append(str(error))
        if lost := not_held(sent, item):
            refused.append(f"1С записала иначе, чем отправлено: {', '.join(lost)}")
        state = RowState.FAILED if refused else RowState.CREATED if write.known is None else RowState.UPDATED
        message = f"Товар записан, но: {'; '.join(refused)}" if refused else None
        outcome = Outcome(stored.n, state, stored.row, stored.row.counterpart, message, item.ref)
        return Brought(outcome, written_item(item, done), waits=write.price is not None and not refused)

    async def _known_item(self, row: ApplyRow, stored: StoredRow, known: ErpItem, write: ImportWrite) -> ErpItem:
        if row.state is RowState.PLANNED:
            await self._intend(row, stored, ImportRow(row.n, known.ref))
        if write.change.empty:
            return known
        if row.state is RowState.SENT:
            held = await self._erp.read_item(known.ref)
            if held is not None and not not_held(write.change, held):
                return held
            if held is None or _content(held) != _content(write.known or known):
                raise ItemMovedError(f"Товар «{known.name}» в 1С изменён")
            known = replace(known, version=held.version)
        reach("import.before-send")
        changed = await self._erp.change_item(known, write.change)
        reach("import.after-send")
        return changed

    async def _new_item(
        self, row: ApplyRow, stored: StoredRow, write: ImportWrite, far: ImportRow
    ) -> tuple[ErpItem, ItemChange]:
        """The item made, or found again, and what it was given."""
        wished = imported_ref(self._diff.cabinet, stored.row.key)
        if far.item_ref is not None:
            held = await self._erp.read_item(far.item_ref)
            if held is None:
                raise ItemMovedError(f"Товара {far.item_ref} в 1С больше нет")
            return await self._as_wanted(held, write)
        found = await self._erp.find_items(wished, write.change, write.barcodes_added)
        if found.ours is not None:
            if row.state is RowState.PLANNED:
                await self._intend(row, stored, ImportRow(row.n, wished))
            return await self._as_wanted(found.ours, write)
        if row.state is RowState.PLANNED:
            if found.holders:
                raise ItemMovedError(f"Штрихкод уже у товара «{found.holders[0].name}»")
            far = ImportRow(row.n, alike=tuple(item.ref for item in found.alike))
            await self._intend(row, stored, far)
        else:
            ours = [item for item in found.alike if item.ref not in far.alike and not item.barcodes]
            if len(ours) > 1:
                raise ErpRefusedError(f"В 1С несколько новых товаров «{write.change.name}»: оставьте один")
            if ours:
                return await self._made(far, ours[0]), write.change
            await self._be_sure_it_is_absent(row)
        reach("import.before-send")
        made = await self._erp.create_item(wished, write.change)
        reach("import.after-send")
        return await self._made(far, made), write.change

    async def _as_wanted(self, held: ErpItem, write: ImportWrite) -> tuple[ErpItem, ItemChange]:
        """An item of ours that is found again, maybe from an earlier run, with the fields of this one."""
        wanted = replace(write.change, full_name=None, vat_rate=None, kind=None, active=True)
        return (held if not not_held(wanted, held) else await self._erp.change_item(held, wanted)), wanted

    async def _be_sure_it_is_absent(self, row: ApplyRow) -> None:
        """Let a creation be sent again only where it cannot make a second item.

        Raises:
            ErpOutcomeUnknownError: it may still arrive.
        """
        if await self._erp.client_refs_kept():
            return
        timing, now = self._ports.config.timing, self._ports.clock.now()
        seen = self._sightings.get(row.n) or Sighting(max(self._began, row.sent_at or self._began))
        seen = Sighting(seen.since, seen.looks + 1)
        self._sightings[row.n] = seen
        horizon = timedelta(seconds=max(timing.onec_absence_horizon, timing.onec_request))
        if seen.looks < timing.onec_absence_looks or now - seen.since < horizon:
            raise ErpOutcomeUnknownError("отправлено без ответа; в 1С пока не найдено")
        del self._sightings[row.n]

    async def _intend(self, row: ApplyRow, stored: StoredRow, far: ImportRow) -> None:
        """Store what is about to be sent and what stands there before."""
        intent = Intent(picture_of(stored.row.item, stored.row), pictured_write(stored.row))
        async with self._ports.open_work() as work:
            await self._ports.hold(work.session)
            await work.apply_rows.mark_sent(self._run, {row.n: intent}, self._ports.clock.now())
            await work.imports.note(self._run, [far])
            await work.commit()

    async def _made(self, far: ImportRow, item: ErpItem) -> ErpItem:
        """Remember which item a row made before anything else is written to it."""
        async with self._ports.open_work() as work:
            await self._ports.hold(work.session)
            await work.imports.note(self._run, [replace(far, item_ref=item.ref)])
            await work.commit()
        return item


def _content(item: ErpItem) -> ErpItem:
    """What a person sees of an item, however it was read."""
    return replace(item, version=None, group=None, barcodes=tuple(sorted(item.barcodes)))


def clashing(stored: StoredRow, unclear: Collection[tuple[str, str]]) -> bool:
    """Whether a row would make an item that could be taken for one whose creation is unclear."""
    return name_of(stored) in unclear


def name_of(stored: StoredRow) -> tuple[str, str]:
    """By what a new item is looked for."""
    held = stored.row.counterpart
    return ("", "") if held is None else (held.name, held.article or "")
