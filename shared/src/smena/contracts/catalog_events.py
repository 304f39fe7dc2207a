"""Events of catalog-sync."""

import msgspec

ITEMS_BOUND = "by.smena.catalog.items-bound.v1"
DIFF_APPLIED = "by.smena.catalog.diff-applied.v1"
BINDINGS_PER_EVENT_MAX = 500


class Binding(msgspec.Struct, frozen=True, kw_only=True):
    """One ERP item tied to one item of a cabinet; ``bound`` False takes the tie back.

    ``price`` is the retail price last seen in the cabinet (decimal string), for lines that carry no price.
    """

    item_ref: str
    cabinet_item_id: str
    name: str
    unit: str
    vat_rate: str
    barcodes: list[str] = []
    article: str | None = None
    price: str | None = None
    bound: bool = True


class ItemsBound(msgspec.Struct, frozen=True, kw_only=True):
    """Up to 500 bindings of one cabinet."""

    organization: str
    cabinet: str
    bindings: list[Binding]


class DiffApplied(msgspec.Struct, frozen=True, kw_only=True):
    """A diff was applied: how many rows ended how."""

    organization: str
    register: str
    run: str
    direction: str
    counts: dict[str, int]
