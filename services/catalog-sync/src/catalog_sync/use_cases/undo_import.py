"""Put back what an import wrote into the ERP, row by row, leaving alone what somebody changed since.

Every open row is worked out against what stands in the ERP now, so that a lost answer or a crash needs nothing but
another look. Items and barcodes go first; then one document sets the former prices.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from catalog_sync.domain.applying import RowState, undo_counts_of
from catalog_sync.domain.import_undoing import ErpPutBack, put_back_into_erp
from catalog_sync.domain.import_writes import pictured
from catalog_sync.ports.imports import ImportRow
from catalog_sync.ports.records import ApplyRow, Diff, Intent
from catalog_sync.use_cases.apply_ports import ApplyPorts
from catalog_sync.use_cases.price_documents import (
    PRICES_PER_DOCUMENT_MAX,
    PriceDocuments,
    erp_moment,
    erp_zone,
    in_force,
)
from catalog_sync.use_cases.refresh_erp import refresh
from smena.erp.catalogue import ErpCatalogue, ErpItem, PriceSetting
from smena.erp.errors import ErpAccessError, ErpOutcomeUnknownError, ErpRefusedError
from smena.erp.item_writes import ItemMovedError
from smena.kinds.money import Kopecks
from smena.runtime.failpoints import reach

ROUNDS_MAX = 60
"""After so many rounds without a clear answer the attempt ends; the run is tried again later."""
LOOK_AGAIN_SECONDS = 5.0
GONE = "Товара больше нет в 1С"
NOT_KNOWN = "Прежние значения не сохранены"
CHANGED = "Изменено позже, не возвращено: "
END_OF_DAY = time(23, 59, 59)


class ImportUndoer:
    """One attempt at undoing one import."""

    def __init__(self, run: UUID, undone: UUID, diff: Diff, ports: ApplyPorts, catalogue: ErpCatalogue) -> None:
        self._run = run
        self._undone = undone
        self._diff = diff
        self._ports = ports
        self._erp = catalogue
        self._documents = PriceDocuments(run, ports, catalogue)
        self._prices: dict[str, tuple[Kopecks, datetime]] = {}

    async def undo(self) -> dict[str, Any]:
        """Bring every row to its end; answers how many ended how.

        Raises:
            ErpError: the ERP gives no answer; a later attempt goes on.
        """
        await refresh(self._diff.organization, self._erp, self._ports.open_work)
        await self._learn_prices()
        for _ in range(ROUNDS_MAX):
            if not await self._round():
                async with self._ports.open_work() as work:
                    counts = await work.apply_rows.counts(self._run)
                return {"undone": str(self._undone), "rows": sum(counts.values()), **undo_counts_of(counts)}
            await self._pause()
        raise ErpOutcomeUnknownError(f"{ROUNDS_MAX} раз подряд без ясного ответа")

    async def _round(self) -> bool:
        """Put back what is open; True while an outcome is unknown."""
        unknown = False
        async with self._ports.open_work() as work:
            rows = await work.apply_rows.open_rows(self._run)
            numbers = [row.n for row in rows]
            originals = await work.apply_rows.by_number(self._undone, numbers)
            made = await work.imports.of_run(self._undone, numbers)
            far = await work.imports.of_run(self._run, numbers)
        for row in rows:
            if row.n in far and far[row.n].written:
                continue
            try:
                await self._put_back(row, originals[row.n], made.get(row.n))
            except (ErpOutcomeUnknownError, ItemMovedError):
                unknown = True
        return unknown or await self._set_prices()

    async def _put_back(self, row: ApplyRow, original: ApplyRow, made: ImportRow | None) -> None:
        ref = (made.item_ref if made else None) or (original.before.id if original.before else None)
        if original.written is None or ref is None:
            await self._finish([ApplyRow(row.n, RowState.FAILED, original.cabinet_item_id, NOT_KNOWN)])
            return
        item = await self._erp.read_item(ref)
        if item is None:
            await self._finish([ApplyRow(row.n, RowState.FAILED, original.cabinet_item_id, GONE)])
            return
        price = self._prices.get(ref)
        sent = row.state is RowState.SENT
        back = put_back_into_erp(original.before, original.written, item, price[0] if price else None, sent=sent)
        if not back.writes:
            await self._finish([_ended(row, original, back, wrote=sent)])
            return
        await self._intend(row, back, item)
        try:
            after = await self._write(item, back)
        except (ErpAccessError, ItemMovedError):
            raise
        except ErpRefusedError as refused:
            await self._finish([ApplyRow(row.n, RowState.FAILED, original.cabinet_item_id, str(refused))])
            return
        await self._keep(after)
        if back.price is not None:
            await self._note(ImportRow(row.n, ref, written=True))
        else:
            await self._finish([_ended(row, original, back, wrote=True)])

    async def _write(self, item: ErpItem, back: ErpPutBack) -> ErpItem:
        reach("undo.before-send")
        after = item if back.change.empty else await self._erp.change_item(item, back.change)
        for barcode in back.barcodes_added:
            await self._erp.add_barcode(item.ref, barcode)
        for barcode in back.barcodes_removed:
            await self._erp.remove_barcode(item.ref, barcode)
        reach("undo.after-send")
        return replace(after, barcodes=back.plan.item.barcodes)

    async def _set_prices(self) -> bool:
        """One document sets the former prices of the rows whose items stand; True while its outcome is unknown."""
        async with self._ports.open_work() as work:
            rows = await work.apply_rows.open_rows(self._run)
            numbers = [row.n for row in rows]
            originals = await work.apply_rows.by_number(self._undone, numbers)
            far = await work.imports.of_run(self._run, numbers)
        for part in sorted({(row.n - 1) // PRICES_PER_DOCUMENT_MAX + 1 for row in rows}):
            of_part = [row for row in rows if (row.n - 1) // PRICES_PER_DOCUMENT_MAX + 1 == part]
            try:
                await self._set_part(part, of_part, originals, far)
            except ErpOutcomeUnknownError:
                return True
        return False

    async def _set_part(
        self, part: int, rows: Sequence[ApplyRow], originals: dict[int, ApplyRow], far: dict[int, ImportRow]
    ) -> None:
        prices = {
            far[row.n].item_ref or "": before.retail_price
            for row in rows
            if (before := originals[row.n].before) is not None and before.retail_price is not None
        }
        price_type = self._price_type()
        setting = PriceSetting(
            key=f"price-setting|{self._diff.organization}|{self._run}|{price_type}|{part}",
            price_type=price_type,
            at=self._moment(list(prices)),
            prices=prices,
        )
        sent = min((at for row in rows if (at := far[row.n].priced_at) is not None), default=None)
        held, wrong = await self._documents.bring(setting, [row.n for row in rows], sent)
        ended = [
            ApplyRow(
                row.n,
                RowState.FAILED if wrong else RowState.PARTLY_RESTORED if row.refused else RowState.RESTORED,
                originals[row.n].cabinet_item_id,
                f"Товар возвращён, цена нет: {wrong}" if wrong else _words(row),
                refused=row.refused,
            )
            for row in rows
        ]
        if held is not None and not wrong:
            async with self._ports.open_work() as work:
                zone = erp_zone(self._ports.config, self._diff.organization)
                await work.erp.save_prices(self._diff.organization, in_force(held, zone))
                await work.commit()
        await self._finish(ended)

    def _moment(self, refs: Sequence[str]) -> datetime:
        """Just after the settings that are taken back, still on their day."""
        day = self._diff.request.as_of
        latest = max((self._prices[ref][1] for ref in refs if ref in self._prices), default=None)
        moment = datetime.combine(day, time())
        if latest is not None and latest.date() == day:
            moment = latest.replace(tzinfo=None, microsecond=0) + timedelta(seconds=1)
        moment = min(moment, datetime.combine(day, END_OF_DAY))
        return erp_moment(moment, self._ports.config, self._diff.organization)

    def _price_type(self) -> str:
        choice = self._diff.request.retail
        return (choice.price_type if choice else None) or ""

    async def _learn_prices(self) -> None:
        """The prices in force, and since when, in the organisation's local time."""
        organization = self._ports.config.organization(self._diff.organization)
        async with self._ports.open_work() as work:
            settings = await work.erp.typed_prices(
                organization.id, [self._price_type()], organization.timezone, self._diff.request.as_of
            )
        for one in sorted(settings, key=lambda setting: (setting.effective_at, setting.document)):
            self._prices[one.item_ref] = (one.price, one.effective_at)

    async def _intend(self, row: ApplyRow, back: ErpPutBack, item: ErpItem) -> None:
        write = back.plan.write
        assert write is not None, "only a row that writes is intended"
        price = self._prices.get(item.ref)
        found = pictured(item, price[0] if price else None)
        async with self._ports.open_work() as work:
            await self._ports.hold(work.session)
            intent = Intent(found, write, back.plan.refused)
            await work.apply_rows.mark_sent(self._run, {row.n: intent}, self._ports.clock.now())
            await work.commit()

    async def _keep(self, item: ErpItem) -> None:
        async with self._ports.open_work() as work:
            groups = await work.imports.groups(self._diff.organization, [item.ref])
            await work.erp.save_items(self._diff.organization, [replace(item, group=groups.get(item.ref))])
            await work.commit()

    async def _note(self, far: ImportRow) -> None:
        async with self._ports.open_work() as work:
            await self._ports.hold(work.session)
            await work.imports.note(self._run, [far])
            await work.commit()

    async def _finish(self, rows: Sequence[ApplyRow]) -> None:
        async with self._ports.open_work() as work:
            await self._ports.hold(work.session)
            await work.apply_rows.finish(self._run, rows)
            await work.commit()
            counts = await work.apply_rows.counts(self._run)
        ended = sum(number for state, number in counts.items() if RowState(state).ended)
        await self._ports.progress(ended, sum(counts.values()))

    async def _pause(self) -> None:
        timing = self._ports.config.timing
        horizon = max(timing.onec_absence_horizon, timing.onec_request)
        await asyncio.sleep(min(LOOK_AGAIN_SECONDS, horizon / max(timing.onec_absence_looks - 1, 1)))


def _ended(row: ApplyRow, original: ApplyRow, back: ErpPutBack, *, wrote: bool) -> ApplyRow:
    """How a row ends that waits for no price."""
    refused = back.plan.refused or row.refused
    if original.before is None:
        state = RowState.ARCHIVED if wrote else RowState.UNCHANGED
    elif refused:
        state = RowState.PARTLY_RESTORED if wrote else RowState.KEPT
    else:
        state = RowState.RESTORED if wrote else RowState.UNCHANGED
    ended = ApplyRow(row.n, state, original.cabinet_item_id, refused=refused)
    return replace(ended, message=_words(ended))


def _words(row: ApplyRow) -> str | None:
    return CHANGED + ", ".join(one.field.value for one in row.refused) if row.refused else None
