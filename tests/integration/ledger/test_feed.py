"""An ERP that fetches its documents: in order, never passed by a late commit, answered by its own references."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from integration.ledger.api import Api, api_of, bearer, with_people
from integration.ledger.conftest import Bench
from integration.ledger.desk import Desk
from integration.ledger.fetching import FACTS, PULL, answer, entries, offer, offered, state_of
from ledger import bootstrap
from ledger.domain.reconciliation import SalesFigures
from ledger.use_cases.check_stored import check_stored
from smena.contracts.ledger_events import DOCUMENT_FAILED, DOCUMENT_POSTED, SHIFT_POSTED
from unit.ledger.making import line, payment, revision, shift_key

KINDS = ["retail-report", "cash-receipt-order", "card-payment"]
FIGURES = {"sales_sum": "6.50", "annulments_sum": "0.00", "refunds_sum": "0.00"}


@pytest.fixture
async def api(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Api]:
    desk = Desk({FACTS.shift.id: SalesFigures(dict(FIGURES), dict(FIGURES))})
    monkeypatch.setattr(bootstrap, "HttpSalesDesk", lambda _: _Closing(desk))
    async with api_of(bench, with_people(erp=PULL)) as opened:
        yield opened


class _Closing:
    def __init__(self, desk: Desk) -> None:
        self.figures, self.receipt_lines = desk.figures, desk.receipt_lines

    async def close(self) -> None:
        return None


async def test_documents_come_in_order_with_all_that_is_needed_to_make_them(api: Api) -> None:
    report, cash, card = await offered(api)

    assert [report["position"], cash["position"], card["position"]] == [1, 2, 3]
    assert [one["document"]["kind"] for one in (report, cash, card)] == KINDS
    assert {one["action"] for one in (report, cash, card)} == {"create"}
    assert report["key"] == "retail-report|romashka|131010705|17|20260131T060000Z#1"
    assert report["form"] == {
        "date": "2026-01-31T21:30:15",
        "post": True,
        "payment_kind": None,
        "refs": {"outlet": "outlet-1"},
        "refunds": "negative-lines",
        "basis": "Розничная выручка, касса 131010705, смена 17",
        "comment": f"[smena:{report['key']}]",
    }
    assert card["form"]["refs"] == {"payment_type": "type-1", "acquirer": "bank-1"}
    assert [one["amount"] for one in report["document"]["lines"]] == ["1.50", "5.00"]
    assert (report["document"]["state"], await offer(api)) == ("sending", 0)


async def test_an_acknowledged_document_is_posted_under_the_erps_own_reference(api: Api) -> None:
    feed = await offered(api)
    done = await answer(api, *({"position": n + 1, "ref": f"ref-{n}", "number": f"Ф-{n}"} for n in range(3)))

    assert [(one["status"], one["state"], one["ref"]) for one in done["data"]] == [
        ("accepted", "posted", f"ref-{n}") for n in range(3)
    ]
    document = await api.get(f"/documents/{feed[1]['document']['id']}")
    assert document["erp"] == {
        "ref": "ref-1", "number": "Ф-1", "date": document["business_date"], "posted": True, "verified_at": None,
        "alarms": [], "decisions": [],
    }  # fmt: skip
    assert await entries(api) == []
    assert [one["state"] for one in await entries(api, answered=True)] == ["acknowledged"] * 3
    said = await api.bench.said(DOCUMENT_POSTED)
    assert [(one["erp_ref"], one["erp_number"]) for one in said] == [(f"ref-{n}", f"Ф-{n}") for n in range(3)]
    (shift,) = await api.bench.said(SHIFT_POSTED)
    assert shift["balanced"] is None
    history = (await api.get(f"/documents/{document['id']}/history"))["data"]
    assert [(one["state_after"], one["actor"]) for one in history] == [("sending", "smena"), ("posted", "accountant")]


async def test_an_answer_told_again_changes_nothing_and_another_one_is_a_conflict(api: Api) -> None:
    await offered(api)
    await answer(api, {"position": 1, "ref": "ref-1"}, {"position": 2, "refused": "Касса закрыта"})
    before = await api.bench.stored()

    again = await answer(api, {"position": 1, "ref": "ref-1"}, {"position": 2, "refused": "Касса закрыта"})
    other = await answer(api, {"position": 1, "ref": "another"}, {"position": 3, "ref": "ref-3"}, status=409)
    refusal = await answer(api, {"position": 1, "refused": "нет"}, status=409)
    unknown = await answer(api, {"position": 99, "ref": "ref"}, status=404)

    assert [one["status"] for one in again["data"]] == ["unchanged", "unchanged"]
    assert (other["type"].split("/")[-1], refusal["type"]) == ("acknowledgement-conflict", other["type"])
    assert "ref-1" in other["detail"]
    assert [one["status"] for one in other["data"]] == ["conflict", "accepted"]
    assert [one["status"] for one in unknown["data"]] == ["unknown"]
    assert (await api.bench.stored())[:2] == before[:2]


async def test_a_refused_document_waits_for_a_person_and_gets_a_new_position(api: Api) -> None:
    feed = await offered(api)
    await answer(api, {"position": 1, "refused": "Нет номенклатуры «Товар milk»"})

    assert await state_of(api, feed[0]) == ("rejected", "Нет номенклатуры «Товар milk»")
    assert [one["position"] for one in await entries(api)] == [2, 3]
    (failed,) = await api.bench.said(DOCUMENT_FAILED)
    assert (failed["state"], failed["reason"]) == ("rejected", "Нет номенклатуры «Товар milk»")

    await api.post(f"/documents/{feed[0]['document']['id']}/resend", {"reason": "Номенклатура заведена"})
    await offer(api)
    again = await entries(api, after=3)
    done = await answer(api, {"position": 4, "ref": "ref-1"}, {"position": 1, "ref": "ref-1"})

    assert [(one["position"], one["key"]) for one in again] == [(4, feed[0]["key"])]
    assert [(one["status"], one["state"]) for one in done["data"]] == [("accepted", "posted")] * 2


async def test_a_refusal_may_be_mended_by_the_erp_itself(api: Api) -> None:
    feed = await offered(api)
    await answer(api, {"position": 1, "refused": "Занято"})

    done = await answer(api, {"position": 1, "ref": "ref-1"})

    assert done["data"][0]["state"] == "posted"
    assert (await state_of(api, feed[0]))[0] == "posted"


async def test_a_posted_document_sent_again_is_offered_again_under_the_same_key(api: Api) -> None:
    """1C was restored from an older backup: it has lost the document, and looks for the key before it makes one."""
    feed = await offered(api)
    await answer(api, {"position": 1, "ref": "ref-1"})

    await api.post(f"/documents/{feed[0]['document']['id']}/resend", {"reason": "База восстановлена из копии"})
    await offer(api)
    (again,) = await entries(api, after=3)
    await answer(api, {"position": 4, "ref": "ref-2"})

    assert (again["key"], again["document"]["sha256"]) == (feed[0]["key"], feed[0]["document"]["sha256"])
    assert (await api.get(f"/documents/{feed[0]['document']['id']}"))["erp"]["ref"] == "ref-2"


@pytest.mark.parametrize("answered", [False, True], ids=["offered", "acknowledged"])
async def test_a_cancelled_document_is_told(api: Api, answered: bool) -> None:
    feed = await offered(api)
    if answered:
        await answer(api, {"position": 3, "ref": "ref-3"})

    await api.post(f"/documents/{feed[2]['document']['id']}/cancel", {"reason": "Введено дважды"})
    assert (await offer(api), await offer(api)) == (1, 0)
    told = await entries(api, after=3)
    done = await answer(api, {"position": 4, "ref": "ref-3"})

    assert [(one["position"], one["action"], one["key"]) for one in told] == [(4, "cancel", feed[2]["key"])]
    assert (done["data"][0]["state"], await entries(api, after=2)) == ("cancelled", [])


async def test_a_late_reference_of_a_cancelled_document_is_noted_and_leaves_it_cancelled(api: Api) -> None:
    """The ERP had read the position before it learnt of the cancellation."""
    feed = await offered(api)
    await api.post(f"/documents/{feed[2]['document']['id']}/cancel", {"reason": "Введено дважды"})
    await offer(api)

    await answer(api, {"position": 3, "ref": "ref-3"})

    document = await api.get(f"/documents/{feed[2]['document']['id']}")
    assert (document["state"], document["erp"]["ref"]) == ("cancelled", "ref-3")
    assert [(one["position"], one["action"]) for one in await entries(api, after=2)] == [(4, "cancel")]


async def test_a_refused_cancellation_is_a_conflict_with_two_ways_out(api: Api) -> None:
    feed = await offered(api)
    await answer(api, {"position": 3, "ref": "ref-3"})
    path = f"/documents/{feed[2]['document']['id']}"
    await api.post(f"{path}/cancel", {"reason": "Введено дважды"})
    await offer(api)

    await answer(api, {"position": 4, "refused": "Период закрыт"})
    assert await state_of(api, feed[2]) == ("conflict", "1С не отменила документ: Период закрыт")
    kept = await api.post(f"{path}/resolve", {"decision": "keep-theirs", "reason": "Пусть стоит"})
    await api.post(f"{path}/cancel", {"reason": "Период открыт"})
    await offer(api)

    assert (kept["state"], kept["erp"]["ref"]) == ("posted", "ref-3")
    assert [(one["position"], one["action"]) for one in await entries(api, after=3)] == [(5, "cancel")]


async def test_later_revisions_come_after_what_they_adjust(api: Api) -> None:
    first = await offered(api)
    more = revision([line("milk", 3000, 750), line("bread", 1000, 150)], [payment("cash", 650), payment("card", 250)],
                    number=2)  # fmt: skip
    await api.bench.publish(more)
    await offer(api)

    later = await entries(api, after=3)
    assert [(one["position"], one["document"]["revision"]) for one in later] == [(4, 2), (5, 2)]
    assert later[0]["document"]["adjusts"] == first[0]["document"]["id"]
    assert [one["document"]["amount"] for one in later] == ["2.50", "2.50"]


async def test_a_difference_is_not_offered_while_what_it_adjusts_is_cancelled(api: Api) -> None:
    first = await offered(api)
    for position, entry in enumerate(first, start=1):
        await answer(api, {"position": position, "ref": f"ref-{position}"})
        await api.post(f"/documents/{entry['document']['id']}/cancel", {"reason": "Введено вручную"})
    await offer(api)
    more = revision([line("milk", 3000, 750), line("bread", 1000, 150)], [payment("cash", 650), payment("card", 250)],
                    number=2)  # fmt: skip
    await api.bench.publish(more)
    await offer(api)

    assert {one["action"] for one in await entries(api, after=3)} == {"cancel"}
    (waiting, *_) = (await api.get("/documents", state="planned"))["data"]
    assert "разница с версией 1" in waiting["reason"]


async def test_half_a_shift_and_a_closed_period_are_not_offered(api: Api) -> None:
    await api.bench.publish(revision([line("milk", 1000, 100)], [payment("cash", 40), payment("erip", 60)]))
    closed = with_people({"documents": {"closed_until": date(2026, 1, 31)}}, erp=PULL)
    assert (await offer(api), await entries(api)) == (0, [])

    async with api_of(api.bench, closed) as held:
        await held.bench.publish(revision([line("milk", 1000, 100)], [payment("cash", 100)], shift=shift_key(18)))
        assert await offer(held) == 0
        (report, cash) = [one for one in (await held.get("/documents"))["data"] if one["key"].split("|")[3] == "18"]
        assert "Период закрыт" in report["reason"]
        for one in (report, cash):
            await held.post(f"/documents/{one['id']}/resend", {"reason": "Внести"})
        assert await offer(held) == 2


@pytest.mark.parametrize("delivery", ["off", "compare", "draft"])
async def test_the_mode_of_delivery_holds_for_the_feed_too(api: Api, delivery: str) -> None:
    async with api_of(api.bench, with_people({"documents": {"delivery": delivery}}, erp=PULL)) as other:
        feed = await offered(other)
        if delivery != "draft":
            assert feed == []
            return
        done = await answer(other, {"position": 1, "ref": "ref-1"})
        assert ([one["form"]["post"] for one in feed], done["data"][0]["state"]) == ([False] * 3, "created")


async def test_what_was_acknowledged_is_shown_as_such_and_never_called_read_back(api: Api) -> None:
    await offered(api)
    path = f"/shifts/{FACTS.shift.id}/reconciliation"
    await answer(api, {"position": 1, "ref": "ref-1"}, {"position": 2, "ref": "ref-2"})
    part = await api.get(path)
    await answer(api, {"position": 3, "ref": "ref-3"})
    whole = await api.get(path)

    assert (part["balanced"], part["sums"]["erp"]) == (None, "4.00")
    assert [(one["place"], one["field"], one["amount"]) for one in part["differences"]] == [
        ("erp", "net", "-2.50"),
        ("erp", "payment:card", "-2.50"),
    ]
    assert (whole["balanced"], whole["sums"]["erp"], whole["differences"]) == (None, "6.50", [])
    assert [one["place"] for one in whole["unavailable"]] == ["erp"]
    assert "подтвердила" in whole["unavailable"][0]["reason"]
    assert (await check_stored(api.bench.work))[2] == []


async def test_the_feed_is_read_in_pages(api: Api) -> None:
    await offered(api)

    first = await api.get("/feed", limit=2)
    rest = await api.get("/feed", limit=2, cursor=first["next_cursor"])

    assert [[one["position"] for one in part["data"]] for part in (first, rest)] == [[1, 2], [3]]
    assert rest["next_cursor"] is None


async def test_organisations_are_kept_apart(api: Api) -> None:
    await offered(api)
    body = {"acknowledgements": [{"position": 1, "ref": "made"}]}

    assert (await api.get("/feed", who="stranger"))["data"] == []
    await api.get("/feed", 404, who="stranger", organization="romashka")
    await api.post("/feed/acknowledgements", body, 404, who="stranger")
    await api.post("/feed/acknowledgements", {**body, "organization": "romashka"}, 404, who="stranger")
    assert (await api.get("/feed", 422, who="chief"))["type"].endswith("/organization-needed")
    assert len((await api.get("/feed", who="chief", organization="romashka"))["data"]) == 3


async def test_an_answer_of_another_shape_is_refused(api: Api) -> None:
    wrong: list[dict[str, Any]] = [
        {"position": 1},
        {"position": 1, "ref": "a", "refused": "b"},
        {"position": -1, "ref": "a"},
        {"position": 1, "ref": "x" * 65},
        {"position": 1, "ref": " "},
        {"position": 1, "ref": "a", "colour": "red"},
    ]
    for one in wrong:
        await answer(api, one, status=422)
    await answer(api, {"position": 1, "ref": "a"}, {"position": 1, "ref": "a"}, status=422)


async def test_the_same_key_answers_the_same_and_acts_once(api: Api) -> None:
    await offered(api)
    body = {"acknowledgements": [{"position": 1, "ref": "made"}]}
    headers = {**bearer("accountant"), "Idempotency-Key": "ack-1"}

    answers = [await api.client.post("/ledger/v1/feed/acknowledgements", json=body, headers=headers) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotency-Hit"] == "true"


async def test_an_organisation_written_to_by_us_has_no_feed(bench: Bench) -> None:
    async with api_of(bench) as pushed:
        await pushed.bench.publish(FACTS)
        assert await entries(pushed) == []
        assert [loop.name for loop in pushed.parts.loops if loop.name.startswith("offer")] == []
