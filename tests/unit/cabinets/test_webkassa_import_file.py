"""The file for Webkassa's import, byte by byte, and what it cannot hold."""

from dataclasses import replace
from datetime import date

import pytest

from smena.cabinets.import_files import import_format
from smena.cabinets.items import ItemWrite
from smena.cabinets.webkassa.import_file import WebkassaImport
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate

TEA = ItemWrite(
    id=None,
    name='Чай "Ўзвар"; 100 г',
    article="А-1",
    unit="кг",
    group="Продукты/Чай",
    barcodes=("4810000000014", "4810000000021"),
    vat_rate=VatRate.TEN,
    purchase_price=None,
    retail_price=Kopecks(1230),
)


def test_the_file_is_cp1251_with_thirteen_columns_apart_by_semicolons() -> None:
    archived = replace(TEA, name="Сахар", unit="шт", purchase_price=Kopecks(5), vat_rate=VatRate.NONE, active=False)

    body = WebkassaImport().encode([TEA, archived])

    header = (
        "Код (артикул);Наименование;Ед. измерения;Себестоимость;Цена;Количество;Категория;ТоваруслугаСертификат;"
        "Штрих-код;Использование;Код ставки НДС;Процент скидки;Секция"
    )
    assert body.decode("cp1251").split("\r\n") == [
        header,
        'А-1;"Чай ""Ўзвар""; 100 г";1;;12.30;;Продукты/Чай;0;4810000000014;1;1;;',
        "А-1;Сахар;0;0.05;12.30;;Продукты/Чай;0;4810000000014;0;3;;",
        "",
    ]
    assert WebkassaImport().name(date(2026, 1, 31)) == "31-01-2026_ToWebKassa.csv"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "Кофе ō☕"}, "нет знаков «ō» (U+014D), «☕» (U+2615)"),
        ({"group": "Ḃ"}, "Категория"),
        ({"article": "=1+1"}, "формулой"),
        ({"name": "@SUM(A1)"}, "формулой"),
        ({"name": "Чай\nчёрный"}, "перевод строки"),
        ({"unit": "упак"}, "нет кода единицы"),
        ({"vat_rate": VatRate.TWENTY_FIVE}, "ставки НДС"),
    ],
)
def test_what_the_file_cannot_hold_is_said_by_name(changes: dict[str, object], said: str) -> None:
    refusal = WebkassaImport().refusal(replace(TEA, **changes))  # type: ignore[arg-type] # one field of its own type each

    assert refusal is not None
    assert said in refusal
    assert WebkassaImport().refusal(TEA) is None


def test_only_operators_that_import_files_have_a_format() -> None:
    assert import_format("webkassa") is not None
    assert import_format("ikassa") is None
