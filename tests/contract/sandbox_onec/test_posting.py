"""Posting, closed periods and the books (section f, 16, 17 and 19)."""

from datetime import date
from typing import Any

import pytest

from contract.sandbox_onec.wire import (
    BANK,
    CARD,
    CARDS,
    CASH_IN,
    CASH_OUT,
    NOTHING,
    OURS,
    RECEIPT,
    REPORT,
    ROMASHKA,
    Onec,
    cash_order,
    refusal,
    report,
    row,
    words,
)

PATH = f"{REPORT}(guid'{OURS}')"
RECORDS = "AccountingRegister_Хозрасчетный_RecordType"


def card_payment(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "Date": "2026-01-31T23:59:59",
        "ВидОперации": "РозничнаяВыручка",
        "Организация_Key": ROMASHKA,
        "ВидОплаты_Key": CARD,
        "Контрагент_Key": BANK,
        "СуммаДокумента": 10,
    }
    return body | changes


async def post(onec: Onec, path: str, body: dict[str, Any]) -> str:
    created = await onec.create(path, body)
    answer = await onec.call("POST", f"{path}(guid'{created['Ref_Key']}')/Post")
    assert answer.status_code == 200, answer.text
    return str(created["Ref_Key"])


async def books(onec: Onec) -> dict[str, Any]:
    found: dict[str, Any] = (await onec.control("GET", "postings")).json()
    return found


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("ending", ["/Post", "/Post()", "/Post?PostingModeOperational=false"])
async def test_post_executes_by_post_and_by_get_and_answers_an_empty_200(onec: Onec, method: str, ending: str) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS))
    path, _, query = f"{PATH}{ending}".partition("?")

    answer = await onec.call(method, path, query)

    assert (answer.status_code, answer.content) == (200, b"")
    assert (await onec.read(REPORT, OURS))["Posted"] is True


async def test_posting_again_and_unposting_again_are_no_errors(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS))

    for action, posted in (("Post", True), ("Post", True), ("Unpost", False), ("Unpost", False)):
        assert (await onec.call("POST", f"{PATH}/{action}")).status_code == 200
        assert posted is (await onec.read(REPORT, OURS))["Posted"]


async def test_posted_in_a_body_posts_and_unposts(onec: Onec) -> None:
    created = await onec.create(REPORT, report(Ref_Key=OURS, Posted=True))
    assert created["Posted"] is True

    for posted in (False, True):
        assert posted is (await onec.call("PATCH", PATH, json={"Posted": posted})).json()["Posted"]


async def test_a_missing_document_cannot_be_posted(onec: Onec) -> None:
    assert refusal(await onec.call("POST", f"{PATH}/Post")) == (404, "9")


async def test_a_catalogue_has_nothing_to_post(onec: Onec) -> None:
    answer = await onec.get(f"Catalog_Организации(guid'{ROMASHKA}')/Post")

    assert answer.status_code == 400


async def test_marking_a_posted_document_is_500(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS, Posted=True))

    assert refusal(await onec.call("PATCH", PATH, json={"DeletionMark": True})) == (500, "-1")
    assert (await onec.read(REPORT, OURS))["DeletionMark"] is False


async def test_posting_a_marked_document_is_500(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS, DeletionMark=True))

    assert refusal(await onec.call("POST", f"{PATH}/Post")) == (500, "-1")
    assert refusal(await onec.call("PATCH", PATH, json={"Posted": True})) == (500, "-1")


async def test_required_fields_are_checked_only_when_posting(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS, Склад_Key=NOTHING))

    answer = await onec.call("POST", f"{PATH}/Post")

    assert refusal(answer) == (500, "-1")
    assert words(answer) == 'Поле "Склад" не заполнено'


async def test_a_row_without_an_item_is_named_when_posting(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS, Товары=[row("1"), row("2", Номенклатура_Key=NOTHING)]))

    answer = await onec.call("POST", f"{PATH}/Post")

    assert words(answer) == 'Не заполнена колонка "Номенклатура" в строке 2 списка "Товары"'


async def test_nothing_is_created_when_creating_posted_is_refused(onec: Onec) -> None:
    answer = await onec.call("POST", REPORT, json=report(Posted=True, Склад_Key=NOTHING))

    assert refusal(answer) == (500, "-1")
    assert await onec.rows(REPORT) == []


@pytest.mark.parametrize("action", ["Post", "Unpost"])
async def test_a_closed_period_refuses_in_russian_words(onec: Onec, action: str) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS, Posted=action == "Unpost"))
    await onec.control("POST", "switches", {"closed_until": "2026-01-31"})

    answer = await onec.call("POST", f"{PATH}/{action}")

    if action == "Post":
        assert refusal(answer) == (500, "-1")
        assert "31.01.2026" in words(answer)
        assert "дата запрета изменения" in words(answer)
        assert (await onec.read(REPORT, OURS))["Posted"] is False
    else:
        assert refusal(answer) == (500, "-1")
        assert (await onec.read(REPORT, OURS))["Posted"] is True


async def test_a_posted_document_of_a_closed_period_is_not_changed_or_deleted() -> None:
    onec = Onec()
    await onec.create(REPORT, report(Ref_Key=OURS, Posted=True))
    await onec.control("POST", "switches", {"closed_until": "2026-01-31"})

    assert refusal(await onec.call("PATCH", PATH, json={"Комментарий": "x"})) == (500, "-1")
    assert refusal(await onec.call("DELETE", PATH)) == (500, "-1")


async def test_the_day_after_a_closed_period_is_open() -> None:
    onec = Onec(closed_until=date(2026, 1, 30))

    assert (await onec.create(REPORT, report(Posted=True)))["Posted"] is True


async def test_the_outlets_report_makes_no_movements(onec: Onec) -> None:
    ref = await post(onec, REPORT, report())

    [document] = [d for d in (await books(onec))["documents"] if d["ref"] == ref]
    assert document["movements"] == []
    assert (await books(onec))["totals"] == {}


async def test_the_tills_report_books_its_cash(onec: Onec) -> None:
    ref = await post(onec, REPORT, report(ВидОперации="ОтчетККМОПродажах"))

    [document] = [d for d in (await books(onec))["documents"] if d["ref"] == ref]
    assert document["movements"] == [
        {"debit": "50", "credit": "90", "amount": "14.60"},
        {"debit": "57", "credit": "90", "amount": "10.00"},
    ]


async def test_a_shift_of_outlet_report_order_and_card_payment_books_each_sum_once(onec: Onec) -> None:
    await post(onec, REPORT, report())
    await post(onec, CASH_IN, cash_order())
    await post(onec, CARDS, card_payment())

    assert (await books(onec))["totals"] == {
        "50": {"debit": "14.60", "credit": "0.00", "balance": "14.60"},
        "57": {"debit": "10.00", "credit": "0.00", "balance": "10.00"},
        "90": {"debit": "0.00", "credit": "24.60", "balance": "-24.60"},
    }


async def test_cash_is_doubled_when_the_tills_report_meets_a_cash_order(onec: Onec) -> None:
    await post(onec, REPORT, report(ВидОперации="ОтчетККМОПродажах"))
    await post(onec, CASH_IN, cash_order())

    assert (await books(onec))["totals"]["50"]["debit"] == "29.20"


async def test_money_going_back_is_credited(onec: Onec) -> None:
    await post(onec, CASH_OUT, cash_order(ВидОперации="ВозвратПокупателю", СуммаДокумента=2.5))
    await post(onec, CARDS, card_payment(ВидОперации="ВозвратПокупателю", СуммаДокумента=3))

    totals = (await books(onec))["totals"]
    assert (totals["50"]["credit"], totals["57"]["credit"]) == ("2.50", "3.00")


async def test_unposting_and_deleting_take_the_movements_away(onec: Onec) -> None:
    first, second = [await post(onec, CASH_IN, cash_order()) for _ in range(2)]

    await onec.call("POST", f"{CASH_IN}(guid'{first}')/Unpost")
    await onec.call("DELETE", f"{CASH_IN}(guid'{second}')")

    assert (await books(onec))["totals"] == {}
    assert await onec.rows(RECORDS) == []


async def test_changing_a_posted_document_leaves_its_movements_until_it_is_posted_again(onec: Onec) -> None:
    ref = await post(onec, CASH_IN, cash_order())
    await onec.call("PATCH", f"{CASH_IN}(guid'{ref}')", json={"СуммаДокумента": 99})
    assert (await books(onec))["totals"]["50"]["debit"] == "14.60"

    await onec.call("POST", f"{CASH_IN}(guid'{ref}')/Post")
    assert (await books(onec))["totals"]["50"]["debit"] == "99.00"


async def test_movements_are_read_by_their_recorder(onec: Onec) -> None:
    ref = await post(onec, CASH_IN, cash_order())
    await post(onec, CASH_IN, cash_order())

    found = await onec.rows(RECORDS, f"$filter=Recorder eq cast(guid'{ref}','{CASH_IN}')&$select=**")
    accounts = await onec.rows("ChartOfAccounts_Хозрасчетный", "$select=Ref_Key,Code")
    codes = {account["Ref_Key"]: account["Code"] for account in accounts}

    assert [(record["Сумма"], codes[record["AccountDr_Key"]], codes[record["AccountCr_Key"]]) for record in found] == [
        (14.6, "50", "90")
    ]
    one = await onec.get(f"AccountingRegister_Хозрасчетный(Recorder='{ref}',Recorder_Type='StandardODATA.{CASH_IN}')")
    assert len(one.json()["RecordSet"]) == 1


async def test_selling_more_than_there_is_can_be_refused() -> None:
    """10.500 of bread came in."""
    onec = Onec(negative_stock="refuse")
    enough = report(ВидОперации="ОтчетККМОПродажах", Товары=[row("1", Количество=10.5)])

    await post(onec, REPORT, enough)
    answer = await onec.call("POST", REPORT, json=enough | {"Posted": True, "Товары": [row("1", Количество=1)]})

    assert refusal(answer) == (500, "-1")
    assert words(answer) == 'Не хватает "Хлеб": 1'


async def test_goods_that_were_not_posted_are_not_on_stock() -> None:
    onec = Onec(negative_stock="refuse")
    sold = report(ВидОперации="ОтчетККМОПродажах", Товары=[row("1", Количество=1)], Posted=True)
    await onec.call("POST", f"Document_ПоступлениеТоваровУслуг(guid'{RECEIPT}')/Unpost")

    assert refusal(await onec.call("POST", REPORT, json=sold)) == (500, "-1")
