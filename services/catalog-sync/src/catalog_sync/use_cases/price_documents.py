"""Bring one price document into the ERP: found by its marker before it is made, posted, read back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from catalog_sync.use_cases.apply_ports import ApplyPorts
from catalog_sync.use_cases.import_ports import ImportPorts
from smena.config.model import SmenaConfig
from smena.erp.catalogue import ErpCatalogue, ErpPrice, HeldPrices, PriceSetting
from smena.erp.errors import ErpAccessError, ErpOutcomeUnknownError, ErpRefusedError
from smena.runtime.failpoints import reach

PRICES_PER_DOCUMENT_MAX = 20_000
"""Rows of one price document; a run with more makes one for each so many row numbers."""


class PriceDocuments:
    """Price documents of one run."""

    def __init__(self, run: UUID, ports: ImportPorts | ApplyPorts, catalogue: ErpCatalogue) -> None:
        self._run = run
        self._ports = ports
        self._erp = catalogue
        self._began = ports.clock.now()
        self._looks: dict[str, int] = {}

    async def bring(
        self, setting: PriceSetting, numbers: Sequence[int], sent: datetime | None
    ) -> tuple[HeldPrices | None, str | None]:
        """The document as the ERP holds it, and what is wrong with it; ``sent`` is when it was first sent.

        Raises:
            ErpOutcomeUnknownError: the document may still arrive.
            ErpError: the ERP gives no answer.
        """
        try:
            held = await self._posted(setting, numbers, sent)
        except ErpAccessError:
            raise
        except ErpRefusedError as refused:
            return None, str(refused)
        return held, _wrong(setting, held)

    async def _posted(self, setting: PriceSetting, numbers: Sequence[int], sent: datetime | None) -> HeldPrices:
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


def erp_zone(config: SmenaConfig, organization: str) -> ZoneInfo:
    """The ERP's local time, which is what it speaks."""
    erp = config.erp_of(organization)
    return ZoneInfo(erp.timezone if erp is not None else config.organization(organization).timezone)


def erp_moment(moment: datetime, config: SmenaConfig, organization: str) -> datetime:
    """A naive instant of the organisation in the ERP's local time."""
    here = ZoneInfo(config.organization(organization).timezone)
    return moment.replace(tzinfo=here).astimezone(erp_zone(config, organization)).replace(tzinfo=None)


def in_force(held: HeldPrices, zone: ZoneInfo) -> list[ErpPrice]:
    """The prices a posted document set, as the next reading will find them."""
    at = held.at.replace(tzinfo=zone)
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
