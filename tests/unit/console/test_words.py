"""How figures and days are read, in both languages."""

import base64
from datetime import UTC, datetime

import pytest

from smena.cabinets.webkassa.token import warning_of
from smena.console.entrance import _safe
from smena.console.ledger_words import field_word, figure_word
from smena.console.pages.sales_month import ranges
from smena.console.pages.sales_turnover import by_day
from smena.console.pages.yesterday import kopecks as in_kopecks
from smena.console.state_words import note_word
from smena.console.vocabulary import VOCABULARY, words_of
from smena.console.words import day, kopecks, moment, money, plural, sentence, translator
from smena.kinds.figures import is_told, reading_place


@pytest.mark.parametrize(
    ("amount", "read"),
    [
        ("0.00", "0,00"),
        ("1234567.80", "1\u202f234\u202f567,80"),
        ("-12.30", "−12,30"),
        (None, "–"),
        ("not-given", "not-given"),
    ],
)
def test_money_is_read_with_thin_spaces_and_a_comma(amount: str | None, read: str) -> None:
    assert money(amount) == read


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("на сумму 1234.55. Заполните", "на сумму 1\u202f234,55. Заполните"),
        ("в 1С -0.77, отправлено 2315.90", "в 1С −0,77, отправлено 2\u202f315,90"),
        ("Число продаж (sales_count): в чеках 1", "Число продаж: в чеках 1"),
        (
            "с 05.01.2026 по 1.2.2026, версия 2.10.1, (примечание)",
            "с 05.01.2026 по 1.2.2026, версия 2.10.1, (примечание)",
        ),
        ("1.234 кг, A1.50, 7.50x", "1.234 кг, A1.50, 7.50x"),
    ],
)
def test_sums_inside_a_sentence_are_read_like_those_in_a_table(told: str, read: str) -> None:
    assert sentence(told) == read


def test_the_end_of_a_cabinets_key_is_told_in_her_language_and_any_other_note_as_it_is() -> None:
    claims = base64.urlsafe_b64encode(b'{"exp": 1796115600}').decode().rstrip("=")
    note = warning_of(f"x.{claims}.x", datetime(2026, 11, 24, tzinfo=UTC))
    assert note is not None
    assert note_word(note, "ru") == "Ключ кабинета действует до 1 декабря 2026. Выпустите новый в кабинете."
    assert "закончился" in note_word(note.replace("expires", "expired"), "ru")
    assert note_word(note, "en") == note
    assert note_word("at most 4 calls run at once", "ru") == "at most 4 calls run at once"


@pytest.mark.parametrize(
    ("amount", "whole"), [("12.30", 1230), ("-0.01", -1), ("-5.00", -500), ("7", 700), ("0.5", 50)]
)
def test_kopecks_of_a_decimal_are_exact(amount: str, whole: int) -> None:
    assert in_kopecks(amount) == whole
    assert kopecks(whole) == money(f"{'-' if whole < 0 else ''}{abs(whole) // 100}.{abs(whole) % 100:02}")


def test_a_figure_of_one_payment_kind_keeps_the_name_of_a_payment_system() -> None:
    assert figure_word("net_cash", "ru") == "Итог: наличные"
    assert figure_word("refunds_erip", "ru") == "Возвраты: ЕРИП"
    assert figure_word("net_sum", "ru") == "Итог смены"


def test_certificates_and_advances_sold_are_no_revenue_of_a_day() -> None:
    counted = {"count": 0, "sum": "0.00"}
    row = {"date": "2026-01-05", "sales": counted, "refunds": counted, "annulments": counted, "payments": []}
    (day_total,) = by_day([{**row, "net": "378.33", "not_revenue": "150.00"}])
    assert day_total.net == 22833


def test_days_and_moments_are_read_on_the_shops_clock() -> None:
    assert day("2026-01-31", "ru") == "31 января 2026"
    assert day("2026-01-31", "en") == "31 Jan 2026"
    assert moment("2026-01-30T21:30:00Z", "ru", "Europe/Minsk") == "31.01.2026 00:30"


@pytest.mark.parametrize(
    ("number", "form"), [(1, "чек"), (2, "чека"), (5, "чеков"), (11, "чеков"), (21, "чек"), (112, "чеков")]
)
def test_a_noun_follows_its_number(number: int, form: str) -> None:
    assert plural(number, ("чек", "чека", "чеков")) == form


def test_a_sentence_without_a_translation_stays_russian_and_a_known_one_is_english() -> None:
    assert translator("en")("Войти") == "Sign in"
    assert translator("en")("Такого никто не говорит") == "Такого никто не говорит"


def test_every_term_is_told_in_both_languages_and_a_new_word_is_shown_as_it_is() -> None:
    for area, terms in VOCABULARY.items():
        for word, term in terms.items():
            assert term.ru, (area, word)
            assert term.en, (area, word)
            assert bool(term.hint_ru) == bool(term.hint_en), (area, word)
    assert words_of("shift", "something-new").word("ru") == "something-new"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/console/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/catalog/v1/items",
        "",
        "/console/\\x",
    ],
)
def test_nobody_is_sent_out_of_the_console(address: str) -> None:
    assert _safe(address) == "/console/yesterday"


def test_an_address_inside_the_console_is_kept() -> None:
    assert _safe("/console/sales?from=2026-01-01") == "/console/sales?from=2026-01-01"


def test_a_row_of_the_comparison_is_told_in_words_and_an_unknown_item_without_its_guid() -> None:
    assert field_word("Хлеб, 400 г, 10: vat_amount", "ru") == "Хлеб, 400 г, 10\u00a0%: сумма НДС"
    unknown = "7c1bd0ff-0000-4000-8000-000000000001, none: quantity"
    assert field_word(unknown, "ru") == "Номенклатура, которой у нас нет, без НДС: количество"
    assert field_word(unknown, "en") == "An item we do not have, without VAT: quantity"


def test_days_that_follow_each_other_for_one_reason_are_one_row() -> None:
    def row(register: str, day_: str, detail: str) -> dict[str, str | None]:
        named = {"register": register, "date": day_, "detail": detail}
        return {**named, "shift": None, "receipt": None, "amount": None}

    rows = [row("kassa-1", f"2026-01-0{n}", "Не прочитано") for n in (1, 2, 3, 5)]
    rows += [row("kassa-1", "2026-01-06", "Смена открыта"), row("kassa-2", "2026-01-02", "Не прочитано")]

    found = [(one["register"], one["date"], one["last"], one["detail"]) for one in ranges(reversed(rows))]

    assert found == [
        ("kassa-1", "2026-01-01", "2026-01-03", "Не прочитано"),
        ("kassa-2", "2026-01-02", "2026-01-02", "Не прочитано"),
        ("kassa-1", "2026-01-05", "2026-01-05", "Не прочитано"),
        ("kassa-1", "2026-01-06", "2026-01-06", "Смена открыта"),
    ]


def test_figures_are_read_as_an_accountant_reads_them() -> None:
    names = ["vat_20", "vat_10", "net_cash", "payment:erip", "payment:cash", "annulments_sum", "refunds_card",
             "refunds_sum", "sales_erip", "sales_cash", "sales_sum", "sales_count", "net", "new_one"]  # fmt: skip

    assert sorted(names, key=reading_place) == [
        "net", "sales_count", "sales_sum", "sales_cash", "sales_erip", "refunds_sum", "refunds_card",
        "annulments_sum", "payment:cash", "payment:erip", "net_cash", "vat_10", "vat_20", "new_one",
    ]  # fmt: skip
    assert [is_told(one) for one in ("0.00", "0", "not-given", "-0.01", "3", None)] == [
        False, False, False, True, True, True,
    ]  # fmt: skip
