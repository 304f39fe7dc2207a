"""What the accountant is told when the books and the shift disagree: her words, every sum, and what waits for what."""

from integration.ledger.conftest import Bench, config_with
from integration.ledger.test_http_api import FACTS, FIGURES, SHIFT, Office, office
from ledger.domain.reconciliation import SalesFigures
from ledger.http_api.bodies import document_body
from unit.ledger.making import line, payment, revision

__all__ = ["office"]
WHY = {"reason": "Так решила бухгалтер"}


async def reconciliation(office: Office) -> dict[str, object]:
    return dict(await office.get(f"/shifts/{SHIFT}/reconciliation"))


def told(found: dict[str, object]) -> dict[str, str]:
    differences = found["differences"]
    assert isinstance(differences, list)
    return {one["field"]: one["detail"] for one in differences}


async def test_a_kopeck_between_z_report_and_1c_is_told_with_both_sums(office: Office) -> None:
    await office.posted()
    office.desk.shifts[SHIFT] = SalesFigures({**FIGURES, "sales_sum": "6.51"}, dict(FIGURES))

    found = told(await reconciliation(office))

    assert found["net"] == "Итог смены: в 1С 6.50, в Z-отчёте 6.51, в чеках 6.50, в переданной версии 6.50"
    assert found["sales_sum"] == "Сумма продаж: в Z-отчёте 6.51, в чеках 6.50, в переданной версии 6.50"


async def test_the_net_is_compared_once(office: Office) -> None:
    await office.posted()
    office.desk.shifts[SHIFT] = SalesFigures(
        {**FIGURES, "net_sum": "6.51", "sales_sum": "6.51"}, {**FIGURES, "net_sum": "6.50"}
    )

    found = told(await reconciliation(office))

    assert sorted(found) == ["net", "sales_sum"]


async def test_a_document_kept_unposted_is_not_in_the_books(office: Office) -> None:
    _, cash, _ = await office.posted()
    office.bench.erp.change(cash["erp"]["ref"], posted=False)
    before = told(await reconciliation(office))
    assert before["cash-receipt-order|cash"] == "ПКО, наличные: Проведение снято в 1С, сумма документа 4.00"

    kept = await office.post(f"/documents/{cash['id']}/resolve", {"decision": "keep-theirs", **WHY})
    after = await reconciliation(office)

    assert (kept["state"], kept["erp"]["posted"]) == ("created", False)
    assert after["balanced"] is False
    assert told(after)["payment:cash"] == "Оплата, наличные: в 1С 0.00, в переданной версии 4.00"


async def test_money_of_documents_that_take_no_part_any_more_is_missing_by_name(office: Office) -> None:
    documents = await office.posted()
    for one in documents:
        del office.bench.erp.documents[one["erp"]["ref"]]
    await reconciliation(office)
    for one in documents:
        await office.post(f"/documents/{one['id']}/resolve", {"decision": "keep-theirs", **WHY})

    found = await reconciliation(office)

    assert found["balanced"] is False
    rates = {"vat_10", "amount_vat_10"}
    assert set(told(found)) == {"net", "revenue", "payment:cash", "payment:card"} | rates


async def test_a_field_changed_in_1c_is_told_by_its_name_with_both_values(office: Office) -> None:
    report, cash, _ = await office.posted()
    office.bench.erp.change(cash["erp"]["ref"], amount=401, edited={"amount": "4.01"})
    office.bench.erp.change(report["erp"]["ref"], edited={"goods[2].vat_amount": "0.30"})

    found = told(await reconciliation(office))

    assert found["cash-receipt-order|cash.amount"] == "ПКО, наличные: Изменён в 1С, сумма: в 1С 4.01, отправлено 4.00"
    assert [one for one in found.values() if one.startswith("Отчёт о розничных продажах: Изменён в 1С, ")]


async def test_a_register_whose_documents_are_only_compared_says_so(bench: Bench) -> None:
    bench.use(config_with({"delivery": "compare"}))
    await bench.publish(FACTS)
    await bench.deliver()
    async with bench.work() as work:
        stored = await work.documents.of_shift(SHIFT)

    reasons = {document_body(one, bench.rulebook.delivery_rules("kassa-1")).reason for one in stored}

    assert reasons == {"Документы этой кассы в 1С не записываются (delivery = compare)"}


async def test_what_waits_for_a_refused_document_says_so(office: Office, bench: Bench) -> None:
    oplati = revision([line("milk", 1000, 100)], [payment("cash", 40), payment("oplati", 60)])
    await bench.publish(oplati)
    await bench.deliver()

    documents = (await office.get("/documents"))["data"]

    reasons = {one["kind"]: one["reason"] for one in documents if one["state"] == "planned"}
    waiting = "Ждёт другой документ смены (Оплата платёжными картами, оплати): сначала решите, что с ним делать"
    assert reasons == {"retail-report": waiting, "cash-receipt-order": waiting}
    report = next(one for one in documents if one["kind"] == "retail-report")
    assert (await office.get(f"/documents/{report['id']}"))["reason"] == waiting
    assert FACTS.shift.id == oplati.shift.id
