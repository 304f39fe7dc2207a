"""Price documents written into 1C: found by their marker before they are made, posted, read back."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from smena.erp.catalogue import HeldPrices, PriceSetting
from smena.erp.errors import ErpOutcomeUnknownError, ErpRefusedError
from smena.erp.onec.base import OneCBase, Record
from smena.erp.onec.dictionaries import names_by_ref
from smena.erp.onec.literals import MOMENT_FORMAT, day_bounds, guid, parsed_ref, text
from smena.kinds.money import Kopecks, NotMoneyError, money_from_number, rubles


class PriceWriter:
    """Price documents of one base."""

    def __init__(self, base: OneCBase) -> None:
        self._base = base
        self._names = base.names["price-setting"]
        self._types: dict[str, str] = {}

    async def check(self) -> None:
        """Refuse with whatever the base lacks for a price document.

        Raises:
            ErpSetupError: an object or a field is missing.
        """
        names, metadata = self._names, await self._base.metadata()
        await self._base.require(
            metadata.missing(names["set"], [names["price_type"], names["comment"], "Posted"])
            + metadata.missing_rows(names["set"], names["section"], [names["line_item"], names["line_price"]])
        )

    async def find(self, setting: PriceSetting) -> Sequence[HeldPrices]:
        """By the wished reference whatever its date, by the exact marker on its day."""
        marked = f"substringof({text(setting.marker.strip('[]'))},{self._names['comment']})"
        condition = f"Ref_Key eq {guid(str(setting.id))} or ({day_bounds(setting.at.date())} and {marked})"
        records = await self._base.records(self._names["set"], {"$filter": condition, "$orderby": "Ref_Key"})
        return [
            await self._held(record)
            for record in records
            if str(record["Ref_Key"]) == str(setting.id) or setting.marker in str(record.get(self._names["comment"]))
        ]

    async def create(self, setting: PriceSetting) -> HeldPrices:
        """Make the document, unposted, its lines numbered from one."""
        await self.check()
        names = self._names
        types = {name: ref for ref, name in sorted((await self._price_types()).items(), reverse=True)}
        if setting.price_type not in types:
            raise ErpRefusedError(f"В 1С нет типа цен «{setting.price_type}»")
        section = names["section"]
        lines = [
            {"LineNumber": place, names["line_item"]: parsed_ref(ref, "item"), names["line_price"]: rubles(price)}
            for place, (ref, price) in enumerate(sorted(setting.prices.items()), start=1)
        ]
        record = await self._base.create(
            names["set"],
            {
                "Ref_Key": str(setting.id),
                "Date": setting.at.strftime(MOMENT_FORMAT),
                "Posted": False,
                names["price_type"]: types[setting.price_type],
                names["comment"]: setting.marker,
                f"{section}@odata.type": f"Collection(StandardODATA.{names['set']}_{section}_RowType)",
                section: lines,
            },
        )
        return await self._held(record)

    async def post(self, ref: str) -> HeldPrices:
        """Post, and read back what stands."""
        await self._base.post(self._names["set"], parsed_ref(ref, "reference"))
        record = await self._base.record(self._names["set"], parsed_ref(ref, "reference"))
        if record is None:
            raise ErpOutcomeUnknownError(f"{self._names['set']}: проведённый документ {ref} не читается")
        return await self._held(record)

    async def _held(self, record: Record) -> HeldPrices:
        names, types = self._names, await self._price_types()
        rows = record.get(names["section"])
        lines = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return HeldPrices(
            ref=str(record["Ref_Key"]),
            number=str(record.get("Number") or "").strip(),
            posted=record.get("Posted") is True,
            marked=record.get("DeletionMark") is True,
            price_type=types.get(str(record.get(names["price_type"])), ""),
            at=datetime.strptime(str(record.get("Date")), MOMENT_FORMAT),  # noqa: DTZ007 - 1C's naive local time
            prices={str(line.get(names["line_item"])): _money(line.get(names["line_price"])) for line in lines},
        )

    async def _price_types(self) -> dict[str, str]:
        names = self._base.names["price-type"]
        if not self._types:
            self._types = await names_by_ref(self._base, names["set"], names["name"])
        return self._types


def _money(value: object) -> Kopecks:
    """A price; one that is none is no price of ours, so it is seen as another."""
    try:
        return money_from_number(value) if isinstance(value, int | Decimal) else Kopecks(-1)
    except NotMoneyError:
        return Kopecks(-1)
