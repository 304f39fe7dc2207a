"""A card rung as cash, found too late for the till: the fact stays, the next revision carries what was really paid."""

from typing import Any

from contract.sales_ingest.client import SalesClient
from smena.cabinets.documents import PaymentKind
from smena.cabinets.memory import MemoryCabinet
from unit.sales_ingest.till import Till, line

PULL = {"registers": ["kassa-1"], "from": "2026-01-15", "to": "2026-01-15"}
PERIOD = {"register": "kassa-1", "from": "2026-01-15", "to": "2026-01-15"}
CARD = {"payments": [{"kind": "cashless", "amount": "4.10"}], "reason": "Пробили наличными, платили картой"}


async def published(api: SalesClient, cabinet: MemoryCabinet) -> tuple[str, str]:
    """A published shift and its first sale, paid in cash by what was rung."""
    till = Till()
    till.sale(line("4.10"))
    till.sale(line("1.00"), by=PaymentKind.CASHLESS)
    till.deposit("20.00")
    till.close()
    cabinet.documents.extend(till.documents)
    await api.run("/pulls", PULL)
    await api.post("/resolutions", {"item_ref": "ref", "scope": PERIOD})
    (shift,) = (await api.get("/shifts", PERIOD))["data"]
    await api.post(f"/shifts/{shift['id']}/publish")
    sales = (await api.get("/receipts", {**PERIOD, "kind": "sale"}))["data"]
    return shift["id"], sales[1]["id"]


async def payments(api: SalesClient, shift: str, revision: int) -> dict[str, str]:
    found = await api.get(f"/shifts/{shift}/revisions/{revision}")
    return {one["kind"]: one["amount"] for one in found["payments"]}


async def test_a_published_shift_gets_a_revision_with_the_corrected_payments(
    api: SalesClient, cabinet: MemoryCabinet
) -> None:
    shift, receipt = await published(api, cabinet)
    first = await api.get(f"/shifts/{shift}/revisions/1")

    corrected = await api.post(f"/receipts/{receipt}/payment-corrections", CARD, status=201)
    assert (corrected["shift"], corrected["state"], corrected["revision"]) == (shift, "ready", 1)
    assert (corrected["rung"], corrected["payments"]) == (
        [{"kind": "cash", "amount": "4.10"}],
        [{"kind": "cashless", "amount": "4.10"}],
    )
    assert (await api.post(f"/shifts/{shift}/publish"))["revision"] == 2

    assert await payments(api, shift, 1) == {"cash": "4.10", "cashless": "1.00"}
    assert await payments(api, shift, 2) == {"cashless": "5.10"}
    assert await api.get(f"/shifts/{shift}/revisions/1") == first
    second = await api.get(f"/shifts/{shift}/revisions/2")
    assert (second["lines"], second["amount"], second["z_report"]) == (
        first["lines"],
        first["amount"],
        first["z_report"],
    )
    shown = await api.get(f"/receipts/{receipt}")
    assert (shown["payments"], shown["corrected_payments"]) == (
        [{"kind": "cash", "amount": "4.10"}],
        [{"kind": "cashless", "amount": "4.10"}],
    )
    (day,) = (await api.get("/turnover", PERIOD))["data"]
    assert [(one["kind"], one["net"]) for one in day["payments"]] == [("cashless", "5.10")]


async def test_the_z_report_is_still_compared_with_what_was_rung(api: SalesClient, cabinet: MemoryCabinet) -> None:
    shift, receipt = await published(api, cabinet)
    await api.post(f"/receipts/{receipt}/payment-corrections", CARD, status=201)

    found = await api.get(f"/shifts/{shift}/reconciliation")

    assert (found["reconciled"], found["differences"]) == (True, [])
    figures: dict[str, Any] = found["receipts"]
    assert (figures["sales_cash"], found["z_report"]["sales_cash"]) == ("4.10", "4.10")
    assert (figures["corrected_cashless"], figures["net_cashless"]) == ("4.10", "5.10")


async def test_correcting_back_makes_a_third_revision_like_the_first(api: SalesClient, cabinet: MemoryCabinet) -> None:
    shift, receipt = await published(api, cabinet)
    corrections = f"/receipts/{receipt}/payment-corrections"
    await api.post(corrections, CARD, status=201)
    await api.post(f"/shifts/{shift}/publish")

    back = {"payments": [{"kind": "cash", "amount": "4.10"}], "reason": "Всё-таки наличные"}
    await api.post(corrections, back, status=201)
    assert (await api.post(f"/shifts/{shift}/publish"))["revision"] == 3

    assert await payments(api, shift, 3) == await payments(api, shift, 1)
    history = (await api.get(corrections))["data"]
    assert [(one["person"], one["reason"], one["counts"]) for one in history] == [
        ("bookkeeper", "Всё-таки наличные", True),
        ("bookkeeper", CARD["reason"], False),
    ]


async def test_a_correction_ends_when_the_cabinet_changes_the_payments_itself(
    api: SalesClient, cabinet: MemoryCabinet
) -> None:
    """It names what was rung, as an acceptance names its figures: another fact is not corrected by it."""
    shift, receipt = await published(api, cabinet)
    await api.post(f"/receipts/{receipt}/payment-corrections", CARD, status=201)
    till = Till()
    till.sale(line("4.10"), by=PaymentKind.OTHER)
    till.sale(line("1.00"), by=PaymentKind.CASHLESS)
    till.deposit("20.00")
    till.close()
    cabinet.documents[:] = [
        *(one for one in till.documents[:1]),
        *cabinet.documents[1:-1],
        till.documents[-1],
    ]
    await api.run("/pulls", PULL)

    shown = await api.get(f"/receipts/{receipt}")
    assert (shown["payments"], shown["corrected_payments"]) == ([{"kind": "other", "amount": "4.10"}], None)
    await api.post(f"/shifts/{shift}/publish")
    assert await payments(api, shift, 2) == {"cashless": "1.00", "other": "4.10"}


async def test_what_cannot_be_corrected_is_refused_by_name(api: SalesClient, cabinet: MemoryCabinet) -> None:
    _, receipt = await published(api, cabinet)
    corrections = f"/receipts/{receipt}/payment-corrections"
    (deposit,) = (await api.get("/receipts", {**PERIOD, "kind": "deposit"}))["data"]

    def paid(*payments: tuple[str, str], reason: str = "Ошибка") -> dict[str, Any]:
        return {"payments": [{"kind": kind, "amount": amount} for kind, amount in payments], "reason": reason}

    other = await api.post(corrections, paid(("card", "4.11")), status=422)
    assert (other["type"].split("/")[-1], other["paid"], other["corrected"]) == ("payments-not-equal", "4.10", "4.11")
    same = await api.post(corrections, paid(("cash", "4.10")), status=409)
    assert same["type"].endswith("/payments-unchanged")
    for wrong in (
        paid(),
        paid(("card", "5.10"), ("cash", "-1.00")),
        paid(("card", "2.10"), ("card", "2.00")),
        paid(("gold", "4.10")),
        paid(("card", "4.10"), reason=" "),
    ):
        await api.post(corrections, wrong, status=422)
    none = await api.post(f"/receipts/{deposit['id']}/payment-corrections", paid(("card", "20.00")), status=409)
    assert none["type"].endswith("/no-payments-to-correct")
    await api.post(corrections, CARD, token="reader", status=403)
    await api.post(corrections, CARD, token="other", status=404)
    await api.get(corrections, token="other", status=404)
    assert (await api.get(corrections))["data"] == []
