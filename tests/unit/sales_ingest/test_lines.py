"""Price, VAT rate, unit and item of a line."""

from dataclasses import replace
from uuid import UUID

import pytest

from sales_ingest.domain.items import BoundItem, Found, ItemBook, Resolution
from sales_ingest.domain.line_sums import NotUnderstoodError
from sales_ingest.domain.prices import PriceSource, line_price
from sales_ingest.domain.receipts import ReceiptLine, VatSource, carried_by, check_document, decide_line
from sales_ingest.domain.waiting_lines import WaitingLine, decide_waiting
from smena.cabinets.documents import CabinetLine, PaymentKind
from smena.kinds.money import Kopecks
from smena.kinds.quantity import Thousandths
from smena.kinds.vat import VatRate
from unit.sales_ingest.till import Till, line, setup

MILK = BoundItem("ref-milk", "л", VatRate.TEN, 410)
BREAD = BoundItem("ref-bread", "шт", VatRate.TEN, None)
BOOK = ItemBook(
    by_item={"good-1": MILK},
    by_barcode={"4810000000016": BREAD},
    by_article={"A-1": BREAD},
    rules={},
)


def decide(one: CabinetLine, book: ItemBook = BOOK, **options: object) -> ReceiptLine:
    sale = Till().sale(one)
    (sums,) = check_document(sale)
    return decide_line(sale.lines[0], sums, book, setup(**options).rules)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("quantity", "gross", "list_price", "expected"),
    [
        (3000, 1230, 410, (410, PriceSource.LIST)),
        (3000, 1231, 410, (410, PriceSource.LIST)),  # a kopeck apart still fits
        (3000, 1232, 410, (411, PriceSource.DERIVED)),
        (333, 137, 410, (410, PriceSource.LIST)),
        (3000, 1000, None, (333, PriceSource.DERIVED)),
        (1500, 101, None, (67, PriceSource.DERIVED)),  # 67.33 down
        (400, 101, None, (253, PriceSource.DERIVED)),  # 252.5 up
    ],
)
def test_the_price_is_the_list_price_within_a_kopeck_else_derived_and_marked(
    quantity: int, gross: int, list_price: int | None, expected: tuple[int, PriceSource]
) -> None:
    assert line_price(quantity, gross, given=None, list_price=list_price) == expected


def test_a_price_the_cabinet_gives_is_a_fact() -> None:
    assert line_price(1000, 500, given=490, list_price=500) == (490, PriceSource.GIVEN)


def test_the_price_is_judged_before_discounts() -> None:
    found = decide(replace(line("4.10"), discount=Kopecks(60)))

    assert (found.price, found.price_source, found.sums.amount) == (410, PriceSource.LIST, 350)


def test_an_item_is_found_by_binding_then_barcode_then_article() -> None:
    by_all = line("1.00", barcode="4810000000016", article="A-1")

    assert (decide(by_all).item_ref, decide(by_all).resolution) == ("ref-milk", Resolution.BINDING)
    assert decide(replace(by_all, cabinet_item_id="new")).resolution is Resolution.BARCODE
    assert decide(replace(by_all, cabinet_item_id=None, barcode="1")).resolution is Resolution.ARTICLE
    assert decide(line("1.00", item=None)).resolution is Resolution.NONE


def test_a_remembered_rule_comes_after_what_the_line_carries() -> None:
    free = line("1.00", item=None, name="Пакет")
    book = replace(BOOK, rules={decide(free).group: "ref-bag"})

    assert (decide(free, book).item_ref, decide(free, book).resolution) == ("ref-bag", Resolution.RULE)
    assert decide(line("1.00", item=None, name="  пакет "), book).item_ref == "ref-bag"
    assert decide(line("1.00", item=None, name="Пакет большой"), book).item_ref is None


def test_a_default_item_fills_only_where_the_register_says_so() -> None:
    free = line("1.00", item=None)
    defaults = {"20": "ref-goods-20"}

    assert decide(free, defaults=defaults).item_ref is None
    filled = decide(free, defaults=defaults, fill=True)
    assert (filled.item_ref, filled.resolution) == ("ref-goods-20", Resolution.DEFAULT)
    assert decide(line("1.00", item=None, vat="10"), defaults=defaults, fill=True).item_ref is None


def test_the_vat_rate_is_the_cabinets_else_the_items_else_the_registers_and_marked() -> None:
    given, item, nothing = (
        decide(line("1.20")),
        decide(line("1.20", vat=None)),
        decide(line("1.20", item=None, vat=None)),
    )

    assert (given.vat_rate, given.vat_source, given.vat_amount) == (VatRate.TWENTY, VatSource.GIVEN, 20)
    assert (item.vat_rate, item.vat_source, item.vat_amount) == (VatRate.TEN, VatSource.ITEM, 11)
    assert (nothing.vat_rate, nothing.vat_source) == (VatRate.TWENTY, VatSource.DEFAULT)


def test_a_default_item_stands_in_for_no_line_that_brings_no_revenue() -> None:
    certificate = replace(line("50.00", item=None, name="Сертификат"), kind="certificate")

    assert decide(certificate, defaults={"20": "ref-goods-20"}, fill=True).resolution is Resolution.NONE


def test_a_rate_that_was_looked_up_is_marked_and_stays_when_the_item_is_bound_later() -> None:
    looked_up = replace(line("1.20", vat="20"), vat_looked_up=True)

    assert (decide(looked_up).vat_rate, decide(looked_up).vat_source) == (VatRate.TWENTY, VatSource.CABINET_ITEM)

    waiting = WaitingLine(
        receipt_id=UUID(int=1), version=1, position=1, register="kassa-1", shift_seq=1, kind="item",
        carried=carried_by(looked_up), quantity=1000,
        gross=120, amount=120, price=120, price_source=PriceSource.DERIVED, unit="шт", unit_given=False,
        vat_rate=VatRate.TWENTY, vat_source=VatSource.CABINET_ITEM, item_ref=None,
    )  # fmt: skip
    found = decide_waiting(waiting, Found("ref-milk", Resolution.BINDING, MILK), setup().rules)
    assert found is not None
    assert (found.vat_rate, found.vat_source, found.list_price) == (VatRate.TWENTY, VatSource.CABINET_ITEM, 410)


def test_a_refund_takes_the_rate_of_its_sale() -> None:
    refund = Till().refund(line("1.20", vat="10"))
    (sums,) = check_document(refund)

    found = decide_line(refund.lines[0], sums, BOOK, setup().rules, sold_at_rate=VatRate.TWENTY)

    assert (found.vat_rate, found.vat_source) == (VatRate.TWENTY, VatSource.SALE)


def test_a_free_line_is_counted_in_pieces_and_a_bound_one_in_its_own_unit() -> None:
    assert decide(line("1.00", item=None)).unit == "шт"
    assert decide(line("1.00")).unit == "л"
    assert decide(line("1.00", unit="кг")).unit == "кг"


def test_payments_that_do_not_add_up_are_not_understood() -> None:
    sale = Till().sale(line("4.10"))

    with pytest.raises(NotUnderstoodError, match=r"оплаты на 4\.09 не равны сумме чека 4\.10"):
        check_document(replace(sale, payments=((PaymentKind.CASH, Kopecks(409)),)))


def test_a_line_without_quantity_is_not_understood() -> None:
    sale = Till().sale(line("4.10"))

    with pytest.raises(NotUnderstoodError, match="не больше нуля"):
        check_document(replace(sale, lines=(replace(sale.lines[0], quantity=Thousandths(0)),)))
