"""The accountant's own changes, switches, backups (section f, 21, 22 and 25)."""

from typing import Any

import pytest

from contract.sandbox_onec.wire import (
    BREAD,
    CASH_IN,
    ITEMS,
    MILK,
    OURS,
    REPORT,
    Onec,
    cash_order,
    refusal,
    report,
)

PATH = f"{REPORT}(guid'{OURS}')"


async def test_documents_are_listed_with_their_sections(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS, Posted=True))

    every = (await onec.control("GET", "documents")).json()["documents"]
    [ours] = (await onec.control("GET", f"documents?kind={REPORT}")).json()["documents"]
    [same] = (await onec.control("GET", "documents?kind=ОтчетОРозничныхПродажах")).json()["documents"]

    assert len(every) == 5
    assert (ours["kind"], ours["Ref_Key"], ours["Posted"], len(ours["Товары"])) == (REPORT, OURS, True, 2)
    assert same == ours


async def test_items_are_listed_with_their_barcodes(onec: Onec) -> None:
    items = {item["Ref_Key"]: item for item in (await onec.control("GET", "items")).json()["items"]}

    assert items[BREAD]["barcodes"] == ["4810000000012"]
    assert items[MILK]["DeletionMark"] is True


@pytest.mark.parametrize(
    ("edit", "field", "value"),
    [
        ({"do": "change-field", "field": "Комментарий", "value": "исправлено"}, "Комментарий", "исправлено"),
        ({"do": "change-sum", "amount": "20.01"}, "СуммаДокумента", 20.01),
        ({"do": "erase-comment"}, "Комментарий", ""),
        ({"do": "unpost"}, "Posted", False),
        ({"do": "mark"}, "DeletionMark", True),
    ],
)
async def test_an_edit_changes_the_document_and_its_version(
    onec: Onec, edit: dict[str, Any], field: str, value: Any
) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS, Posted=True))

    await onec.edit(kind=REPORT, ref=OURS, **edit)

    changed = await onec.read(REPORT, OURS)
    assert value == changed[field]
    assert changed["DataVersion"] == "AAAAAQAAAAA="


async def test_a_window_unposts_what_it_marks(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS, Posted=True))

    await onec.edit(do="mark", kind=REPORT, ref=OURS)

    assert (await onec.read(REPORT, OURS))["Posted"] is False


async def test_a_row_is_changed_by_hand(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS))

    await onec.edit(do="change-row", kind=REPORT, ref=OURS, section="Товары", line=2, field="Сумма", value=1.01)

    assert [line["Сумма"] for line in (await onec.read(REPORT, OURS))["Товары"]] == [12.3, 1.01]


async def test_a_changed_sum_moves_the_books(onec: Onec) -> None:
    order = await onec.create(CASH_IN, cash_order(Posted=True))

    await onec.edit(do="change-sum", kind=CASH_IN, ref=order["Ref_Key"], amount="15.00")

    assert (await onec.control("GET", "postings")).json()["totals"]["50"]["debit"] == "15.00"


async def test_a_deleted_document_is_gone(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS, Posted=True))

    await onec.edit(do="delete", kind=REPORT, ref=OURS)

    assert refusal(await onec.get(PATH)) == (404, "9")


async def test_a_lookalike_has_the_same_contents_without_our_marker(onec: Onec) -> None:
    ours = await onec.create(REPORT, report(Ref_Key=OURS, Posted=True))

    twin = (await onec.edit(do="lookalike", kind=REPORT, ref=OURS))["record"]

    assert ours["Ref_Key"] != twin["Ref_Key"]
    assert ("РМ00-000002", "", True, ours["СуммаДокумента"]) == (
        twin["Number"],
        twin["Комментарий"],
        twin["Posted"],
        twin["СуммаДокумента"],
    )
    assert {twin["Ref_Key"]} == {line["Ref_Key"] for line in twin["Товары"]}


async def test_a_document_is_entered_by_hand(onec: Onec) -> None:
    entered = await onec.edit(do="create", kind=CASH_IN, fields=cash_order(Комментарий="", Posted=True))

    assert (await onec.read(CASH_IN, entered["ref"]))["Posted"] is True


async def test_an_item_is_renamed_by_hand(onec: Onec) -> None:
    await onec.edit(do="change-field", kind=ITEMS, ref=BREAD, field="Description", value="Хлеб новый")

    assert (await onec.read(ITEMS, BREAD))["Description"] == "Хлеб новый"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"do": "explode", "kind": REPORT}, 400),
        ({"do": "mark"}, 400),
        ({"do": "mark", "kind": REPORT, "ref": OURS}, 404),
        ({"do": "mark", "kind": "Document_Нет", "ref": OURS}, 404),
        ({"do": "change-field", "kind": ITEMS, "ref": BREAD, "field": "Нет"}, 404),
    ],
)
async def test_an_impossible_edit_is_refused_with_a_reason(onec: Onec, body: dict[str, Any], status: int) -> None:
    answer = await onec.control("POST", "edits", body)

    assert status == answer.status_code
    assert answer.json()["error"]


async def test_switches_are_shown_and_changed_at_run_time(onec: Onec) -> None:
    shown = (await onec.control("GET", "switches")).json()
    assert tuple(shown[name] for name in ("client_ref", "vat", "if_match", "closed_until")) == (
        "kept",
        "enum",
        "ignored",
        None,
    )
    assert "password" not in shown

    changed = await onec.control("POST", "switches", {"client_ref": "ignored", "unpublished": [REPORT]})

    assert changed.json()["client_ref"] == "ignored"
    assert refusal(await onec.get(REPORT)) == (404, "8")


@pytest.mark.parametrize("body", [{"client_ref": "maybe"}, {"no_such": 1}, {"closed_until": "soon"}])
async def test_an_unknown_switch_or_value_is_refused(onec: Onec, body: dict[str, Any]) -> None:
    assert (await onec.control("POST", "switches", body)).status_code == 400


async def test_columns_change_between_two_calls(onec: Onec) -> None:
    await onec.create(REPORT, report(Ref_Key=OURS))

    await onec.control("POST", "switches", {"vat": "catalogue", "refunds_section": True})
    rates = {r["Ref_Key"]: r["Description"] for r in await onec.rows("Catalog_СтавкиНДС")}
    changed = await onec.read(REPORT, OURS)
    assert rates[changed["Товары"][0]["СтавкаНДС_Key"]] == "10%"
    assert changed["Возвраты"] == []

    await onec.control("POST", "switches", {"vat": "enum", "refunds_section": False})
    back = await onec.read(REPORT, OURS)
    assert back["Товары"][0]["СтавкаНДС"] == "НДС10"
    assert "Возвраты" not in back


async def test_a_restored_base_forgets_what_came_later(onec: Onec) -> None:
    order = await onec.create(CASH_IN, cash_order(Posted=True))
    await onec.control("POST", "backup")
    await onec.create(REPORT, report(Ref_Key=OURS, Posted=True))
    await onec.call("PATCH", f"{CASH_IN}(guid'{order['Ref_Key']}')", json={"СуммаДокумента": 1})

    assert (await onec.control("POST", "restore")).status_code == 200

    assert refusal(await onec.get(PATH)) == (404, "9")
    restored = await onec.read(CASH_IN, order["Ref_Key"])
    assert (restored["СуммаДокумента"], restored["DataVersion"]) == (14.6, "AAAAAAAAAAA=")
    assert (await onec.create(REPORT, report()))["Number"] == "РМ00-000001"


async def test_a_backup_that_was_never_made_cannot_be_restored(onec: Onec) -> None:
    assert (await onec.control("POST", "restore?name=none")).status_code == 404


async def test_a_base_has_a_fingerprint(onec: Onec) -> None:
    [before] = await onec.rows("Constant_ИдентификаторИнформационнойБазы")

    await onec.control("POST", "switches", {"base_id": "another"})

    [after] = await onec.rows("Constant_ИдентификаторИнформационнойБазы")
    assert (before["Value"], after["Value"]) == ("5e2b1a70-0000-4000-8000-000000000001", "another")
