"""What a diff is computed under: the cabinet's abilities, the organisation's VAT standing, the prices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from catalog_sync.domain.comparison import plain_unit
from catalog_sync.domain.prices import Filling, PriceChoice
from catalog_sync.domain.rows import Field
from smena.kinds.vat import VatRate

UNITS_REMEMBERED = 1024
COMPARED_FIELDS = tuple(Field)
ALIASES: Mapping[str, Field] = {"barcodes": Field.BARCODE, "retail_vat_rate": Field.VAT_RATE}


def fields_of(names: frozenset[str]) -> frozenset[Field]:
    """The compared fields among names a cabinet's adapter gives."""
    known = {member.value: member for member in Field}
    return frozenset(found for name in names if (found := known.get(name) or ALIASES.get(name)) is not None)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one diff.

    ``fields`` are what is compared and written: what the cabinet can hold and the adapter can write.
    ``owned`` are fields the cabinet could hold and owns: a new item is given them, an existing one keeps its own.
    ``purchase`` or ``retail`` None means that this price takes no part.
    """

    fields: frozenset[Field]
    units: frozenset[str]
    vat_rates: frozenset[str]
    name_length_max: int
    vat_payer: bool
    as_of: date
    purchase: PriceChoice | None
    retail: PriceChoice | None
    purchase_prices: Filling = field(default_factory=dict)
    retail_prices: Filling = field(default_factory=dict)
    owned: frozenset[Field] = frozenset()

    def compares(self, wanted: Field) -> bool:
        """Whether a field takes part."""
        return wanted in self.fields

    def gives(self, wanted: Field) -> bool:
        """Whether a new item is given a field."""
        return wanted in self.fields or wanted in self.owned

    @property
    def not_compared(self) -> tuple[Field, ...]:
        """The fields named in the diff's header as left aside."""
        return tuple(wanted for wanted in COMPARED_FIELDS if wanted not in self.fields)

    def unit_in_cabinet(self, unit: str) -> str | None:
        """The cabinet's spelling of a unit; None when it has no such unit."""
        return _spelling(self.units, unit)

    def retail_rate(self, retail: VatRate | None, general: VatRate | None) -> VatRate | None:
        """The retail rate, else the item's; none at all for an organisation that pays no VAT."""
        if not self.vat_payer:
            return VatRate.NONE
        return retail if retail is not None else general


@lru_cache(maxsize=UNITS_REMEMBERED)
def _spelling(units: frozenset[str], unit: str) -> str | None:
    plain = plain_unit(unit)
    return next((known for known in sorted(units) if plain_unit(known) == plain), None)
