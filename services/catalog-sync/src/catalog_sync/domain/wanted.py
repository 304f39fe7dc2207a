"""What the cabinet should hold for an item of the ERP, and what stands in the way."""

from dataclasses import dataclass

from catalog_sync.domain.comparison import plain_unit
from catalog_sync.domain.matching import comparable, normal
from catalog_sync.domain.rows import Field, Problem, Provenance
from catalog_sync.domain.terms import Terms
from smena.erp.catalogue import ErpItem
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate


@dataclass(frozen=True, slots=True)
class Wanted:
    """The values an active item of the ERP would have in the cabinet.

    A price that was not found is None and takes no part: nothing is ever overwritten with an empty price.
    """

    name: str
    unit: str | None
    group: str | None
    barcodes: tuple[str, ...]
    article: str | None
    vat_rate: VatRate | None
    purchase_price: Kopecks | None
    retail_price: Kopecks | None


def wanted_of(item: ErpItem, terms: Terms) -> Wanted:
    """Take an item to the cabinet's values; a unit the cabinet lacks stays as the ERP writes it."""
    purchase = terms.purchase_prices.get(item.ref)
    retail = terms.retail_prices.get(item.ref)
    unit = item.unit if item.unit is None else (terms.unit_in_cabinet(item.unit) or item.unit)
    return Wanted(
        name=item.name,
        unit=unit,
        group=item.group or None,
        barcodes=tuple(code for code in item.barcodes if comparable(code) is not None),
        article=item.article or None,
        vat_rate=terms.retail_rate(item.retail_vat_rate, item.vat_rate),
        purchase_price=purchase.price if purchase else None,
        retail_price=retail.price if retail else None,
    )


def provenance_of(item: ErpItem, terms: Terms) -> Provenance:
    """Where each price of a row comes from, or why there is none."""
    found: Provenance = {}
    for field, choice, filling in (
        (Field.PURCHASE_PRICE, terms.purchase, terms.purchase_prices),
        (Field.RETAIL_PRICE, terms.retail, terms.retail_prices),
    ):
        if choice is not None:
            price = filling.get(item.ref)
            found[field.value] = price.provenance if price else choice.not_found(terms.as_of)
    return found


def problems_of(wanted: Wanted, terms: Terms) -> list[Problem]:
    """Everything a cabinet would not take, found before sending; a wrong check digit only warns."""
    problems: list[Problem] = []
    _check_texts(wanted, terms, problems)
    _check_codes(wanted, terms, problems)
    _check_prices(wanted, terms, problems)
    for code in wanted.barcodes:
        found = normal(code)
        if found is not None and found.check_digit_ok is False:
            problems.append(check_digit_problem(code))
    return problems


def check_digit_problem(code: str) -> Problem:
    """A barcode whose check digit does not fit: a warning, since such codes are in use."""
    return Problem(Field.BARCODE, "check-digit", f"Контрольная цифра не сходится: {code}", blocking=False)


def _check_texts(wanted: Wanted, terms: Terms, problems: list[Problem]) -> None:
    if not wanted.name.strip():
        problems.append(Problem(Field.NAME, "missing", "Нет наименования"))
    elif len(wanted.name) > terms.name_length_max:
        words = f"Длиннее {terms.name_length_max} знаков: касса столько не принимает"
        problems.append(Problem(Field.NAME, "too-long", words))
    if wanted.group is None or not wanted.group.strip():
        problems.append(Problem(Field.GROUP, "missing", "Нет группы"))
    if not wanted.barcodes:
        problems.append(Problem(Field.BARCODE, "missing", "Нет штрихкода"))
    if wanted.article is None or not wanted.article.strip():
        problems.append(Problem(Field.ARTICLE, "missing", "Нет артикула"))


def _check_codes(wanted: Wanted, terms: Terms, problems: list[Problem]) -> None:
    if wanted.unit is None or plain_unit(wanted.unit) is None:
        problems.append(Problem(Field.UNIT, "missing", "Нет единицы измерения"))
    elif terms.unit_in_cabinet(wanted.unit) is None:
        problems.append(Problem(Field.UNIT, "unknown", f"Кабинет не знает единицу «{wanted.unit}»"))
    if wanted.vat_rate is None:
        problems.append(Problem(Field.VAT_RATE, "missing", "Нет ставки НДС"))
    elif wanted.vat_rate not in terms.vat_rates:
        words = f"У кабинета нет кода для ставки НДС «{wanted.vat_rate.value}»"
        problems.append(Problem(Field.VAT_RATE, "unknown", words))


def _check_prices(wanted: Wanted, terms: Terms, problems: list[Problem]) -> None:
    if terms.retail is not None and wanted.retail_price is None:
        reason = terms.retail.not_found(terms.as_of)["reason"]
        problems.append(Problem(Field.RETAIL_PRICE, "missing", str(reason)))
    for field, price in ((Field.RETAIL_PRICE, wanted.retail_price), (Field.PURCHASE_PRICE, wanted.purchase_price)):
        if price is not None and price <= 0:
            problems.append(Problem(field, "not-positive", "Цена должна быть больше нуля"))
