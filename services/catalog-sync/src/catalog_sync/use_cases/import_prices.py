"""The prices of an import: one document of the run and price type sets those of all rows that stand."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from catalog_sync.domain.applying import RowState
from catalog_sync.domain.import_writes import import_write_of, price_moment
from catalog_sync.domain.outcomes import Outcome
from catalog_sync.ports.imports import ImportRow
from catalog_sync.ports.records import Diff, StoredRow
from catalog_sync.use_cases.import_ports import ImportPorts
from catalog_sync.use_cases.price_documents import (
    PRICES_PER_DOCUMENT_MAX,
    PriceDocuments,
    erp_moment,
    erp_zone,
    in_force,
)
from catalog_sync.use_cases.record_outcomes import record_outcomes
from smena.erp.catalogue import ErpCatalogue, HeldPrices, PriceSetting
from smena.kinds.money import Kopecks


class PriceImporter:
    """Sets the prices of the rows whose items stand."""

    def __init__(self, run: UUID, diff: Diff, ports: ImportPorts, catalogue: ErpCatalogue) -> None:
        self._run = run
        self._diff = diff
        self._ports = ports
        self._documents = PriceDocuments(run, ports, catalogue)

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
        moment = price_moment(self._diff.request.as_of, (stored.row for stored in rows))
        setting = PriceSetting(
            key=f"price-setting|{self._diff.organization}|{self._run}|{price_type}|{part}",
            price_type=price_type,
            at=erp_moment(moment, self._ports.config, self._diff.organization),
            prices={far[s.n].item_ref or "": import_write_of(s.row).price or Kopecks(0) for s in rows},
        )
        sent = min((at for s in rows if (at := far[s.n].priced_at) is not None), default=None)
        held, wrong = await self._documents.bring(setting, [stored.n for stored in rows], sent)
        await self._record(rows, far, wrong, held)

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
                zone = erp_zone(self._ports.config, self._diff.organization)
                await work.erp.save_prices(self._diff.organization, in_force(held, zone))
            await work.commit()
