"""One cabinet: its goods and its registers, indexed for fast answers."""

from collections.abc import Callable, Iterable
from itertools import count

from smena_sandbox.world.model import CatalogueItem, Good
from smena_sandbox.world.till import Till

UNITS = ("шт", "кг", "л", "м")
"""Unit codes 0…3 of the cabinet, by position (wire.md)."""

VAT_CODES = {"20": 0, "10": 1, "0": 2, "none": 3}
"""``sellVat`` by rate; the code of 0 % is assumed (wire.md)."""

FIRST_FREE_GOOD = 900_000
"""Ids of goods created without a reservation start here; reserved ones lie below."""


class Cabinet:
    """The state behind ``/webkassa/api``: goods by id, tills by registration number."""

    def __init__(
        self, identity: str, *, seed: int, registers: Iterable[tuple[str, str]], reserved: Iterable[CatalogueItem]
    ) -> None:
        self.identity = identity
        self.sums_after_discount = False
        self.goods: dict[int, Good] = {}
        ids = count(700_001)
        self.tills = {number: Till(name, number, seed=seed, next_id=ids.__next__) for name, number in registers}
        self._by_gtin: dict[str, int] = {}
        self._by_article: dict[str, int] = {}
        for item in reserved:
            if item.barcode:
                self._by_gtin.setdefault(item.barcode, item.good_id)
            if item.article:
                self._by_article.setdefault(item.article, item.good_id)
        self._free: Callable[[], int] = count(FIRST_FREE_GOOD).__next__

    def till(self, name: str) -> Till | None:
        """A register by its number or its id in our configuration."""
        found = self.tills.get(name)
        return found or next((till for till in self.tills.values() if till.identity == name), None)

    def id_for(self, gtin: str | None, vendor_code: str | None) -> int:
        """The id a new good gets: the one reserved for its barcode or article, if it is still free.

        Receipts of the seeded world refer to goods by id before the shop has created them.
        """
        for found in (self._by_gtin.get(gtin or ""), self._by_article.get(vendor_code or "")):
            if found is not None and found not in self.goods:
                return found
        return self._free()
