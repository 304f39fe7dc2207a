"""Small catalogues of a base, kept for a while: units and VAT rates, by reference and by our word."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from smena.erp.errors import ErpSetupError
from smena.erp.onec.base import OneCBase, Record
from smena.erp.onec.literals import EMPTY_REF
from smena.erp.onec.metadata import Metadata
from smena.kinds.vat import VatRate

ROWS_PER_REQUEST = 1_000
KEY_SUFFIX = "_Key"
DIGEST_BYTES = 6


def unit_word(name: str) -> str:
    """A unit as both sides write it: ``Шт.`` and ``шт`` are one."""
    return name.strip().rstrip(".").lower()


@dataclass(frozen=True, slots=True)
class Dictionaries:
    """Units by reference and by word; VAT rates as an enumeration's values or as a catalogue's references.

    ``vat_suffix`` is ``_Key`` where the rate is a reference, and completes the fields' names.
    """

    unit_names: Mapping[str, str] = field(default_factory=dict)
    unit_refs: Mapping[str, str] = field(default_factory=dict)
    vat_suffix: str = ""
    vat_values: Mapping[VatRate, str] = field(default_factory=dict)
    vat_rates: Mapping[str, VatRate] = field(default_factory=dict)
    digest: str = ""

    def version_of(self, data_version: Any) -> str | None:
        """An item's version: 1C's own, and a digest of these words, since a unit renamed changes every item of it."""
        return f"{data_version}.{self.digest}" if data_version else None

    def unit_ref(self, unit: str) -> str:
        """The reference of a unit.

        Raises:
            ErpSetupError: the base does not have it.
        """
        ref = self.unit_refs.get(unit_word(unit))
        if ref is None:
            raise ErpSetupError(f"В 1С нет единицы измерения «{unit}»: добавьте её в классификатор единиц")
        return ref

    def vat_value(self, rate: VatRate) -> str:
        """What stands for a rate in the base.

        Raises:
            ErpSetupError: the base does not have it.
        """
        value = self.vat_values.get(rate)
        if value is None:
            raise ErpSetupError(f"В 1С нет ставки НДС «{rate.value}»: добавьте её или укажите имя в names")
        return value

    def unit_text(self, ref: Any) -> str:
        """A unit's word; the reference itself where it is not known."""
        return unit_word(self.unit_names[ref]) if ref in self.unit_names else str(ref or "")

    def vat_text(self, value: Any) -> str:
        """Our word for a rate; 1C's own where it is not known."""
        rate = self.vat_rates.get(str(value))
        return rate.value if rate is not None else str(value or "")

    def vat_rate(self, value: Any) -> VatRate | None:
        """A rate, or None where it is empty or not known."""
        return self.vat_rates.get(str(value))


async def read_dictionaries(base: OneCBase, metadata: Metadata, *, vat_field_of: str, vat_field: str) -> Dictionaries:
    """Read units and VAT rates; whether rates are an enumeration or a catalogue is seen in the metadata."""
    units = await names_by_ref(base, base.names.set_of("unit"), base.names["unit"]["name"])
    by_catalogue = metadata.has(vat_field_of, vat_field + KEY_SUFFIX) or any(
        vat_field + KEY_SUFFIX in rows
        for rows in (metadata.entities[vat_field_of].sections.values() if vat_field_of in metadata.entities else ())
    )
    values = await _catalogue_rates(base) if by_catalogue else _enumeration_rates(base, metadata)
    words = (sorted(units.items()), sorted(values.items()), by_catalogue)
    return Dictionaries(
        unit_names=units,
        unit_refs={unit_word(name): ref for ref, name in sorted(units.items(), reverse=True)},
        vat_suffix=KEY_SUFFIX if by_catalogue else "",
        vat_values=values,
        vat_rates={value: rate for rate, value in values.items()},
        digest=blake2b(repr(words).encode(), digest_size=DIGEST_BYTES).hexdigest(),
    )


async def names_by_ref(base: OneCBase, entity_set: str, name_field: str) -> dict[str, str]:
    """Reference → name of the living entries of a small catalogue."""
    found: dict[str, str] = {}
    skip = 0
    while True:
        rows = await base.records(
            entity_set,
            {
                "$select": f"Ref_Key,{name_field}",
                "$filter": "DeletionMark eq false",
                "$orderby": "Ref_Key",
                "$top": str(ROWS_PER_REQUEST),
                "$skip": str(skip),
            },
        )
        found.update({str(row["Ref_Key"]): str(row.get(name_field) or "") for row in rows})
        if len(rows) < ROWS_PER_REQUEST:
            return found
        skip += len(rows)


def _enumeration_rates(base: OneCBase, metadata: Metadata) -> dict[VatRate, str]:
    known = metadata.enumerations.get(base.names["vat-rate"]["enum"])
    named = {rate: base.names["vat-values"][rate.value] for rate in VatRate}
    return {rate: value for rate, value in named.items() if known is None or value in known}


async def _catalogue_rates(base: OneCBase) -> dict[VatRate, str]:
    names = base.names["vat-rate"]
    rows = await base.records(names["set"], {"$filter": "DeletionMark eq false", "$orderby": "Ref_Key"})
    rates: dict[VatRate, str] = {}
    for row in rows:
        rate = _rate_of(row, names["name"], names["percent"])
        if rate is not None and row.get("Ref_Key") not in {None, EMPTY_REF}:
            rates.setdefault(rate, str(row["Ref_Key"]))
    return rates


def _rate_of(row: Record, name_field: str, percent_field: str) -> VatRate | None:
    percent = row.get(percent_field)
    if not isinstance(percent, int | Decimal):
        return None
    if percent == 0:
        without = "без" in str(row.get(name_field) or "").lower()
        return VatRate.NONE if without else VatRate.ZERO
    return next((rate for rate in VatRate if rate.percent == percent), None)
