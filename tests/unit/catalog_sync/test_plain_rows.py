"""Rows packed by columns are those of the domain's rule byte for byte, and what is odd is left to it."""

import re
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import polars as pl
import pytest

from catalog_sync.adapters.columnar.frames import BINDING_SCHEMA, Catalogues, cabinet_frame, erp_frame
from catalog_sync.adapters.columnar.plain_rows import PLAIN, TIDY, pack_plain, supported
from catalog_sync.adapters.columnar.price_columns import EPOCH, SETTING_SCHEMA
from catalog_sync.adapters.packing import packed
from catalog_sync.domain.export_diff import export_row
from catalog_sync.domain.prices import FilledPrice, PriceChoice, PriceSource, TypedPrice
from catalog_sync.domain.rows import Field, Match, MatchedBy
from catalog_sync.domain.terms import Terms
from catalog_sync.ports.records import PackedRow
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate
from unit.catalog_sync.things import SET_AT, terms

MINSK = ZoneInfo("Europe/Minsk")
RETAIL, PURCHASE = Kopecks(1205), Kopecks(900)
ITEM = ErpItem(
    ref="ref-1",
    name='Молоко «Ромашка» 1 л, "топлёное"',
    code="000000001",
    full_name="Молоко  питьевое ",
    unit="шт",
    group="Продукты/Молочное",
    barcodes=("4810000000010",),
    article="A-1",
    vat_rate=VatRate.TWENTY,
    version="v1",
)
HELD = CabinetItem(
    id="held-1",
    name=ITEM.name,
    article=ITEM.article,
    unit="шт.",
    group=ITEM.group,
    barcodes=ITEM.barcodes,
    vat_rate=VatRate.TWENTY,
    purchase_price=PURCHASE,
    retail_price=RETAIL,
)
PLAIN_PAIRS: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({}, {}),
    ({}, {"name": "Кефир"}),
    ({}, {"unit": "кг"}),
    ({"unit": "ШТ."}, {"unit": None}),
    ({}, {"group": None, "article": None, "vat_rate": None, "purchase_price": None, "retail_price": None}),
    ({}, {"retail_price": Kopecks(0), "purchase_price": Kopecks(5)}),
    ({"barcodes": ("4810000000011",)}, {}),
    ({"barcodes": ("4810000000011",)}, {"barcodes": ("4810000000011",), "name": "МОЛОКО"}),
    ({"retail_vat_rate": VatRate.TEN, "code": None, "full_name": None, "version": None}, {}),
    ({"code": "", "full_name": ""}, {"kind": "service"}),
)
ODD_PAIRS: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"name": "Сок O'Dari"}, {}),
    ({"name": "Сок\\нектар"}, {}),
    ({"name": "Сок\u00a0яблочный"}, {}),
    ({"name": " Молоко"}, {}),
    ({}, {"name": "Молоко  «Ромашка»"}),
    ({"full_name": "Две\nстроки"}, {}),
    ({"name": "Имя" * 60}, {}),
    ({"group": None}, {}),
    ({"article": ""}, {}),
    ({"unit": "ящик"}, {}),
    ({"vat_rate": VatRate.TWENTY_FIVE}, {}),
    ({"vat_rate": None}, {}),
    ({"barcodes": ()}, {}),
    ({"barcodes": ("4810000000010", "12345670")}, {}),
    ({}, {"barcodes": ("04810000000010",)}),
    ({"active": False}, {}),
    ({}, {"active": False}),
    ({}, {"retail_price": Kopecks(-1)}),
)


def asked(**changes: Any) -> Terms:
    purchase = PriceChoice(PriceSource.PRICE_TYPE, 'Закупочная "основная"')
    return replace(terms(purchase=purchase, retail_prices={}), **changes)


def setting(price: Kopecks, price_type: str, document: str) -> FilledPrice:
    return FilledPrice(price, TypedPrice(ITEM.ref, price, price_type, SET_AT.astimezone(MINSK), document))


def settings(price: Kopecks, document: str) -> pl.DataFrame:
    """The one in force, and an earlier one that is not."""
    effective = (SET_AT - EPOCH) // timedelta(microseconds=1)
    rows = [(ITEM.ref, price, effective, document), (ITEM.ref, 1, effective - 10**9, "9")]
    return pl.DataFrame(rows, schema=SETTING_SCHEMA, orient="row")


def by_columns(item: ErpItem, held: CabinetItem, told: Terms, *, bound: bool) -> dict[str, PackedRow]:
    no_bindings = pl.DataFrame(schema=BINDING_SCHEMA)
    sides = Catalogues(
        erp_frame([item]), cabinet_frame([held]), no_bindings, settings(PURCHASE, ""), settings(RETAIL, "0002")
    )
    assert supported(sides, told)
    found = pl.DataFrame({"i": [0], "j": [0], "bound": [bound]}, schema_overrides={"i": pl.UInt32, "j": pl.UInt32})
    return pack_plain(found, sides, told, MINSK)


def by_rule(item: ErpItem, held: CabinetItem, told: Terms, *, bound: bool) -> PackedRow:
    binding = Match(MatchedBy.BINDING, f"Связь с {held.id}")
    match = binding if bound else Match(MatchedBy.BARCODE, f"Штрихкод {item.barcodes[0]}")
    assert told.purchase is not None
    assert told.purchase.price_type is not None
    filled = replace(
        told,
        purchase_prices={ITEM.ref: setting(PURCHASE, told.purchase.price_type, "")},
        retail_prices={ITEM.ref: setting(RETAIL, "Розничная", "0002")},
    )
    row = export_row(item, held, match, (), filled)
    assert row is not None
    return packed(row)


@pytest.mark.parametrize("bound", [True, False])
@pytest.mark.parametrize(
    "told",
    [
        asked(),
        asked(vat_payer=False),
        asked(fields=frozenset({Field.NAME, Field.RETAIL_PRICE}), owned=frozenset({Field.BARCODE})),
        asked(fields=frozenset()),
    ],
)
@pytest.mark.parametrize(("ours", "theirs"), PLAIN_PAIRS)
def test_a_plain_row_is_the_rules_byte_for_byte(
    ours: dict[str, Any], theirs: dict[str, Any], told: Terms, bound: bool
) -> None:
    item, held = replace(ITEM, **ours), replace(HELD, **theirs)

    assert by_columns(item, held, told, bound=bound) == {ITEM.ref: by_rule(item, held, told, bound=bound)}


@pytest.mark.parametrize(("ours", "theirs"), ODD_PAIRS)
def test_an_odd_row_is_left_to_the_rule(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert by_columns(replace(ITEM, **ours), replace(HELD, **theirs), asked(), bound=True) == {}


def test_every_plain_sign_stands_as_it_is_in_json_in_a_repr_and_under_a_trim() -> None:
    signs = pl.DataFrame({"sign": [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]})
    plain = signs.filter(pl.col("sign").str.contains(PLAIN))["sign"].to_list()

    assert [sign for sign in plain if repr(sign) != f"'{sign}'"] == []
    assert [sign for sign in plain if msgspec.json.encode(sign).decode() != f'"{sign}"'] == ['"']
    assert [sign for sign in plain if re.match(r"\s", sign) or not sign.strip()] == [" "]
    assert signs.filter(pl.col("sign").str.contains(TIDY))["sign"].to_list() == [one for one in plain if one != " "]
    assert {*'Ёёйў«»№–—…"%&()+,-./:;'} <= {*plain}
