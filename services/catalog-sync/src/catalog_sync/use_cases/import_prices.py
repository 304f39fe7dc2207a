"""The prices of an import: one document of the run and price type, found by its marker before it is made."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from catalog_sync.domain.applying import RowState
from catalog_sync.domain.import_writes import import_write_of, price_moment
from catalog_sync.domain.outcomes import Outcome
from catalog_sync.domain.rows import DiffRow
from catalog_sync.ports.imports import ImportRow
from catalog_sync.ports.records import Diff, StoredRow
from catalog_sync.use_cases.import_ports import ImportPorts
from catalog_sync.use_cases.record_outcomes import record_outcomes
from smena.erp.catalogue import ErpCatalogue, ErpPrice, HeldPrices, PriceSetting
from smena.erp.errors import ErpAccessError, ErpOutcomeUnknownError, ErpRefusedError
from smena.kinds.money import Kopecks
from smena.runtime.failpoints import reach

PRICES_PER_DOCUMENT_MAX = 20_000
"""Rows of one price document; a run with more makes one for each so many row numbers."""


class PriceImporter:
    """Sets the prices of the rows whose items stand."""

    def __init__(self, run: UUID, diff: Diff, ports: ImportPorts, catalogue: ErpCatalogue) -> None:
        self._run = run
        self._diff = diff
        self._ports = ports
        self._erp = catalogue
        self._began = ports.clock.now()
        self._looks: dict[str, int] = {}

    async def set_prices(self, rows: Sequence[StoredRow], far: Mapping[int, ImportRow]) -> None:
        """Bring the waiting rows to their end.

        Raises:
            ErpOutcomeUnknownError: the document may still arrive.
            ErpError: the ERP gives no answer.
        """
        parts: dict[int, list[StoredRow]] = defaultdict(list)
        for stored in rows:
            parts[(stored.n - 1) // PRICES_PER_DOCUMENT_MAX + 1].append(stored)
        for part, of_part in sorted(parts.items()):
            await self._set_part(part, of_part, far)

    async def _set_part(self, part: int, rows: Sequence[StoredRow], far: Mapping[int, ImportRow]) -> None:
        choice = self._diff.request.retail
        price_type = (choice.price_type if choice else None) or ""
        prices = {far[s.n].item_ref or "": import_write_of(s.row).price or Kopecks(0) for s in rows}
        setting = PriceSetting(
            key=f"price-setting|{self._diff.organization}|{self._run}|{price_type}|{part}",
            price_type=price_type,
            at=self._moment([stored.row for stored in rows]),
            prices=prices,
        )
        sent = min((at for s in rows if (at := far[s.n].priced_at) is not None), default=None)
        try:
            held = await self._document(setting, [stored.n for stored in rows], sent)
        except ErpAccessError:
            raise
        except ErpRefusedError as refused:
            await self._record(rows, far, str(refused), None)
            return
        await self._record(rows, far, _wrong(setting, held), held)

    async def _document(self, setting: PriceSetting, numbers: Sequence[int], sent: datetime | None) -> HeldPrices:
        found = await self._erp.find_prices(setting)
        if len(found) > 1:
            raise ErpRefusedError("В 1С несколько документов цен этой загрузки: " + ", ".join(h.number for h in found))
        if found:
            made = found[0]
        else:
            if sent is not None and not await self._erp.client_refs_kept():
                self._be_sure_it_is_absent(setting, sent)
            async with self._ports.open_work() as work:
                await self._ports.hold(work.session)
                await work.imports.priced(self._run, numbers, self._ports.clock.now())
                await work.commit()
            reach("import.before-prices")
            made = await self._erp.create_prices(setting)
            reach("import.after-prices")
        if made.marked:
            raise ErpRefusedError(f"Документ цен {made.number} помечен в 1С на удаление")
        return made if made.posted else await self._erp.post_prices(made.ref)

    def _be_sure_it_is_absent(self, setting: PriceSetting, sent: datetime) -> None:
        timing = self._ports.config.timing
        looks = self._looks[setting.key] = self._looks.get(setting.key, 0) + 1
        horizon = timedelta(seconds=max(timing.onec_absence_horizon, timing.onec_request))
        unclear = self._ports.clock.now() - max(self._began, sent)
        if looks < timing.onec_absence_looks or unclear < horizon:
            raise ErpOutcomeUnknownError("документ цен отправлен без ответа; в 1С пока не найден")

    async def _record(
        self, rows: Sequence[StoredRow], far: Mapping[int, ImportRow], wrong: str | None, held: HeldPrices | None
    ) -> None:
        outcomes = [
            Outcome(
                stored.n,
                RowState.FAILED if wrong else RowState.CREATED if stored.row.item is None else RowState.UPDATED,
                stored.row,
                stored.row.counterpart,
                f"Товар записан, цена нет: {wrong}" if wrong else None,
                far[stored.n].item_ref,
            )
            for stored in rows
        ]
        async with self._ports.open_work() as work:
            await self._ports.hold(work.session)
            await record_outcomes(work, self._run, self._diff, outcomes, self._ports.clock.now())
            if held is not None and not wrong:
                await work.erp.save_prices(self._diff.organization, self._in_force(held))
            await work.commit()

    def _moment(self, rows: Sequence[DiffRow]) -> datetime:
        """From when the prices hold, in the ERP's local time."""
        here = ZoneInfo(self._ports.config.organization(self._diff.organization).timezone)
        return (
            price_moment(self._diff.request.as_of, rows)
            .replace(tzinfo=here)
            .astimezone(self._zone())
            .replace(tzinfo=None)
        )

    def _zone(self) -> ZoneInfo:
        config, organization = self._ports.config, self._diff.organization
        erp = config.erp_of(organization)
        return ZoneInfo(erp.timezone if erp is not None else config.organization(organization).timezone)

    def _in_force(self, held: HeldPrices) -> list[ErpPrice]:
        at = held.at.replace(tzinfo=self._zone())
        prices = sorted(held.prices.items())
        return [ErpPrice(ref, held.price_type, price, at, held.number, held.ref) for ref, price in prices]


def _wrong(setting: PriceSetting, held: HeldPrices) -> str | None:
    """What the posted document does not hold as sent."""
    if not held.posted:
        return f"документ {held.number} не проведён"
    if replace(setting, prices=dict(held.prices), price_type=held.price_type) != setting:
        return f"документ {held.number} содержит не то, что отправлено"
    if held.at.date() != setting.at.date():
        return f"документ {held.number} датирован {held.at.date()}"
    return None
