"""Which pairs are equal in every compared field, without making an object of either side.

What is true here must be true in the domain's rule; a pair this cannot decide is left to the rule itself.
"""

from collections.abc import Callable

import polars as pl

from catalog_sync.adapters.columnar.codes import CodeBook
from catalog_sync.adapters.columnar.frames import Catalogues
from catalog_sync.adapters.columnar.price_columns import winners
from catalog_sync.adapters.columns import BARCODE_SEPARATOR
from catalog_sync.domain.comparison import plain_unit
from catalog_sync.domain.rows import Field
from catalog_sync.domain.terms import Terms
from smena.kinds.vat import VatRate

NO_WHITE_SPACE = (("!", "\x80"), ("\u00a1", "\u1680"), ("\u3001", "\U0010ffff"))
"""Stretches of Unicode without white space, together nearly all of it; texts compare by code points."""
RATES = [rate.value for rate in VatRate]


def equal_for_export(found: pl.DataFrame, sides: Catalogues, terms: Terms, book: CodeBook) -> pl.Series:
    """For each pair (``i`` of the ERP, ``j`` of the cabinet) whether the export has nothing to show."""
    pairs = _Pairs(found["i"], found["j"], sides, book)
    equal = pairs.ours("active") & pairs.theirs("active")
    for name, field in ((Field.NAME, "name"), (Field.GROUP, "group"), (Field.ARTICLE, "article")):
        wanted = pairs.ours(field)
        equal &= _told(wanted)
        if name is Field.NAME:
            equal &= wanted.str.len_chars() <= terms.name_length_max
        if terms.compares(name):
            equal &= wanted == pairs.theirs(field)
    unit = units_by(pairs.ours("unit"), lambda spelt: plain_unit(terms.unit_in_cabinet(spelt)))
    equal &= unit.is_not_null()
    if terms.compares(Field.UNIT):
        equal &= unit == units_by(pairs.theirs("unit"), plain_unit)
    equal &= pairs.same_code() if terms.compares(Field.BARCODE) else pairs.has_code()
    rate = pairs.rate(terms)
    equal &= rate.is_in(sorted(terms.vat_rates))
    if terms.compares(Field.VAT_RATE):
        equal &= rate == pairs.theirs("vat")
    for field, prices in (("purchase", sides.purchase), ("retail", sides.retail)):
        price = pairs.price(prices)
        equal &= price.is_null() | (price > 0)
        if terms.compares(Field(f"{field}_price")):
            equal &= price.is_null() | (price == pairs.theirs(field))
        if field == "retail" and terms.retail is not None:
            equal &= price.is_not_null()
    return equal.fill_null(False).alias("equal")


def equal_for_import(found: pl.DataFrame, sides: Catalogues, terms: Terms, book: CodeBook) -> pl.Series:
    """For each pair (``i`` of the cabinet, ``j`` of the ERP) whether the import has nothing to show."""
    pairs = _Pairs(found["j"], found["i"], sides, book)
    given = pairs.theirs("name")
    equal = pairs.ours("active") & pairs.theirs("active") & _told(given)
    if terms.compares(Field.NAME):
        equal &= given == pairs.ours("name")
    if terms.compares(Field.UNIT):
        given = pairs.theirs("unit")
        equal &= _blank(given) | (units_by(given, plain_unit) == units_by(pairs.ours("unit"), plain_unit))
    if terms.compares(Field.BARCODE):
        equal &= _blank(pairs.theirs("codes")) | pairs.same_code()
    if terms.compares(Field.ARTICLE):
        given = pairs.theirs("article")
        equal &= _blank(given) | (given == pairs.ours("article"))
    if terms.compares(Field.VAT_RATE) and terms.vat_payer:
        given = pairs.theirs("vat")
        equal &= given.is_null() | (given == pairs.rate(terms))
    if terms.compares(Field.RETAIL_PRICE) and terms.retail is not None:
        given = pairs.theirs("retail")
        equal &= given.is_null() | (given == pairs.price(sides.retail))
    return equal.fill_null(False).alias("equal")


class _Pairs:
    """Columns of both sides at the pairs, each made when it is asked for and gone after: they are large."""

    def __init__(self, erp: pl.Series, cabinet: pl.Series, sides: Catalogues, book: CodeBook) -> None:
        self._erp = erp
        self._cabinet = cabinet
        self._sides = sides
        self._book = book
        self._every_erp = _every_row(erp, sides.erp.height)
        self._every_cabinet = _every_row(cabinet, sides.cabinet.height)

    def ours(self, column: str) -> pl.Series:
        """A column of the ERP's items."""
        whole = self._sides.erp[column]
        return whole if self._every_erp else whole.gather(self._erp)

    def theirs(self, column: str) -> pl.Series:
        """A column of the cabinet's items."""
        whole = self._sides.cabinet[column]
        return whole if self._every_cabinet else whole.gather(self._cabinet)

    def has_code(self) -> pl.Series:
        """Whether the ERP's item has a main barcode."""
        codes = self.ours("codes")
        return _decided_by(_digit_first(codes), lambda rest: _main(codes.gather(rest), self._book).is_not_null())

    def same_code(self) -> pl.Series:
        """Whether both have a main barcode and it is the same; one spelt alike needs no reading."""
        ours, theirs = self.ours("codes"), self.theirs("codes")
        return _decided_by(
            _digit_first(ours) & (ours == theirs),
            lambda rest: _main(ours.gather(rest), self._book) == _main(theirs.gather(rest), self._book),
        )

    def rate(self, terms: Terms) -> pl.Series:
        """The retail VAT rate of the ERP's item, as the domain's terms take it."""
        if not terms.vat_payer:
            return pl.Series([VatRate.NONE.value]).new_from_index(0, len(self._erp))
        frame = pl.DataFrame({"retail": self.ours("retail_vat"), "general": self.ours("vat")})
        known = [pl.when(pl.col(name).is_in(RATES)).then(pl.col(name)) for name in ("retail", "general")]
        return frame.select(pl.coalesce(known)).to_series()

    def price(self, prices: pl.DataFrame | None) -> pl.Series:
        """The price found for the ERP's item; null where there is none."""
        if prices is None:
            return pl.Series([None], dtype=pl.Int64).new_from_index(0, len(self._erp))
        asked = pl.DataFrame({"ref": self.ours("id")})
        found = asked.join(prices.select("ref", "price"), on="ref", how="left", maintain_order="left")["price"]
        return found if len(found) == len(self._erp) else self.price(winners(prices))


def _every_row(numbers: pl.Series, height: int) -> bool:
    """Whether these are all rows in their order, so that nothing need be gathered: mostly so on the rows' side."""
    return len(numbers) == height and numbers.is_sorted() and not numbers.is_duplicated().any()


def _decided_by(certain: pl.Series, slowly: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """What is certainly true, and for the other rows, by their numbers, what the slower way says."""
    rest = (~certain.fill_null(False)).arg_true()
    return certain.scatter(rest, slowly(rest)) if len(rest) else certain


def _digit_first(texts: pl.Series) -> pl.Series:
    """Whether a digit stands first: such a barcode is one, whatever follows."""
    return (texts >= "0") & (texts < ":")


def _main(codes: pl.Series, book: CodeBook) -> pl.Series:
    """The key of the first barcode; null where it is none, which leaves the pair to the rule."""
    several = codes.str.contains(BARCODE_SEPARATOR, literal=True)
    first = codes if not several.any() else codes.str.split(BARCODE_SEPARATOR).list.first()
    return book.keys(first)


def units_by(units: pl.Series, plain: Callable[[str], str | None]) -> pl.Series:
    """Units through a rule of the domain, which is asked once for each spelling; null where it gives none."""
    spellings = units.drop_nulls().unique()
    known = {unit: plain(unit) for unit in spellings}
    return units.replace_strict(known, default=None, return_dtype=pl.String)


def _told(texts: pl.Series) -> pl.Series:
    """Whether there is certainly more than white space: the first sign is none, wherever Unicode has any."""
    found = [(texts >= first) & (texts < beyond) for first, beyond in NO_WHITE_SPACE]
    return found[0] | found[1] | found[2]


def _blank(texts: pl.Series) -> pl.Series:
    return texts.is_null() | (texts == "")
