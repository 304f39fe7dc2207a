"""A remembered rule is seen, and forgotten with what it filled; a line that can have no item is refused by name."""

from typing import Any

import httpx

from contract.sales_ingest.client import SalesClient
from contract.sales_ingest.test_second_looks import JANUARY, PERIOD, bind, two_shifts
from integration.sales_ingest.shop import binding
from smena.cabinets.memory import MemoryCabinet
from unit.sales_ingest.till import Till, line


async def forget(api: SalesClient, rule: str, *, token: str = "writer", status: int = 200, **query: str) -> Any:
    answer: httpx.Response = await api.http.delete(
        f"/sales/v1/rules/{rule}", params=query, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def items(api: SalesClient, name: str = "пакет") -> list[tuple[int, str | None, str]]:
    """Receipt number, item and how it was found, of every line of this name."""
    receipts = (await api.get("/receipts", {**PERIOD, "kind": "sale"}))["data"]
    lines = [(one["number"], each) for one in receipts for each in one["lines"]]
    return sorted(
        (number, each["item_ref"], each["resolution"])
        for number, each in lines
        if each["name"].strip().casefold() == name
    )


async def wrong_rule(api: SalesClient, cabinet: MemoryCabinet) -> dict[str, Any]:
    """Two published shifts with «Пакет» under a wrong item: one line by hand, one by the rule made of it."""
    cabinet.documents.extend(two_shifts().documents)
    await bind(api, binding("other", "ref-wrong"))
    await api.run("/pulls", JANUARY)
    receipts = (await api.get("/receipts", {**PERIOD, "kind": "sale"}))["data"]
    (bag,) = [each for one in receipts if one["number"] == 1 for each in one["lines"] if each["name"] == "Пакет"]
    scope = {"lines": [bag["id"]]}
    await api.post("/resolutions", {"item_ref": "ref-wrong", "scope": scope, "remember": True})
    await api.post("/resolutions", {"item_ref": "ref-match", "scope": PERIOD, "remember": True})
    await api.run("/publications", JANUARY)
    (rule,) = (await api.get("/rules", {"q": "ПАКЕТ"}))["data"]
    return dict(rule)


async def test_rules_are_listed_with_what_they_carry_and_filled(api: SalesClient, cabinet: MemoryCabinet) -> None:
    rule = await wrong_rule(api, cabinet)

    assert (rule["cabinet"], rule["name"].strip().casefold(), rule["item_ref"]) == ("wk-main", "пакет", "ref-wrong")
    assert (rule["item_name"], rule["person"]) == ("Молоко 1 л", "bookkeeper")
    assert (rule["lines"], rule["lines_by_hand"]) == (1, 1)
    first = await api.get("/rules", {"limit": 1, "register": "kassa-1"})
    second = await api.get("/rules", {"limit": 1, "register": "kassa-1", "cursor": first["next_cursor"]})
    assert [one["item_ref"] for one in (*first["data"], *second["data"])] == ["ref-match", "ref-wrong"]
    assert second["next_cursor"] is None
    assert [one["item_ref"] for one in (await api.get("/rules", {"q": "ref-match"}))["data"]] == ["ref-match"]
    assert (await api.get("/rules", {"q": "п%кет"}))["data"] == []
    await api.get("/rules", {"register": "none"}, status=422)
    await api.get("/rules", {"cursor": "x"}, status=422)


async def test_forgetting_a_rule_empties_its_lines_and_the_right_item_makes_the_next_revision(
    api: SalesClient, cabinet: MemoryCabinet
) -> None:
    rule = await wrong_rule(api, cabinet)

    forgotten = await forget(api, rule["id"], reason="Не тот товар")

    assert forgotten == {"forgotten": True, "emptied": 2, "decided": 0, "kept": 0, "shifts": 2}
    assert await items(api) == [(1, None, "none"), (4, None, "none")]
    assert [one["state"] for one in (await api.get("/shifts", PERIOD))["data"]] == ["unresolved", "unresolved"]
    assert [one["item_ref"] for one in (await api.get("/rules"))["data"]] == ["ref-match"]
    (deed,) = (await api.get("/audit", {"what": "rule.forget"}))["data"]
    assert (deed["who"], deed["why"], deed["subject"]) == ("bookkeeper", "Не тот товар", f"rule/{rule['id']}")
    assert (deed["details"]["item_before"], deed["details"]["emptied"]) == ("ref-wrong", "2")

    again = await forget(api, rule["id"], reason="Ещё раз")
    assert again == {"forgotten": False, "emptied": 0, "decided": 0, "kept": 0, "shifts": 0}
    assert len((await api.get("/audit", {"what": "rule.forget"}))["data"]) == 1

    await api.post("/resolutions", {"item_ref": "ref-bag", "scope": {"group": rule["group"]}})
    published = await api.run("/publications", JANUARY)
    assert [one["revision"] for one in published["result"]["published"]] == [2, 2]


async def test_lines_may_keep_their_item_and_a_binding_decides_those_that_do_not(
    api: SalesClient, cabinet: MemoryCabinet
) -> None:
    till = Till()
    till.sale(line("4.10"))
    till.sale(line("2.05"))
    till.close()
    cabinet.documents.extend(till.documents)
    await api.run("/pulls", JANUARY)
    (group,) = (one["group"] for one in (await api.get("/unresolved", PERIOD))["data"])
    wrong = {"item_ref": "ref-wrong", "scope": {"group": group}, "remember": True}
    await api.post("/resolutions", wrong)

    kept = await forget(api, f"wk-main:{group}", reason="Больше не запоминать", keep_lines="true")
    assert (kept["kept"], kept["emptied"], kept["shifts"]) == (2, 0, 0)
    assert await items(api, "молоко") == [(1, "ref-wrong", "manual"), (2, "ref-wrong", "manual")]

    again = {**wrong, "scope": {"lines": [each["id"] for each in await lines(api)]}, "item_ref": "ref-other"}
    await api.post("/resolutions", again)
    await bind(api, binding())
    decided = await forget(api, f"wk-main:{group}", reason="Товар связан")
    assert (decided["decided"], decided["emptied"]) == (2, 0)
    assert await items(api, "молоко") == [(1, "ref-1", "binding"), (2, "ref-1", "binding")]


async def lines(api: SalesClient) -> list[dict[str, Any]]:
    receipts = (await api.get("/receipts", {**PERIOD, "kind": "sale"}))["data"]
    return [each for one in receipts for each in one["lines"]]


async def test_nobody_forgets_a_rule_of_another_organisation_without_the_scope_or_without_a_reason(
    api: SalesClient, cabinet: MemoryCabinet
) -> None:
    rule = await wrong_rule(api, cabinet)

    assert (await api.get("/rules", token="other"))["data"] == []
    await forget(api, rule["id"], token="other", status=404, reason="Чужое")
    await forget(api, rule["id"], token="reader", status=403, reason="Нельзя")
    await forget(api, rule["id"], status=422)
    await forget(api, rule["id"], status=422, reason=" ")
    await forget(api, "wk-main:nothing", status=404, reason="Опечатка")
    assert len((await api.get("/rules"))["data"]) == 2


async def test_a_certificate_named_among_lines_is_refused_by_name_and_the_others_are_filled(
    api: SalesClient, cabinet: MemoryCabinet
) -> None:
    till = Till()
    till.sale(line("4.10"), line("50.00", item=None, name="Сертификат 50", kind="certificate"))
    till.close()
    cabinet.documents.extend(till.documents)
    await api.run("/pulls", JANUARY)
    named = await lines(api)
    (certificate,) = (each for each in named if each["kind"] == "certificate")

    filled = await api.post(
        "/resolutions", {"item_ref": "ref-1", "scope": {"lines": [each["id"] for each in named]}, "remember": True}
    )

    assert (filled["lines"], filled["remembered"]) == (1, 1)
    (refused,) = filled["refused"]
    assert (refused["line"], refused["name"], refused["kind"]) == (certificate["id"], "Сертификат 50", "certificate")
    assert "не выручка" in refused["reason"]
    assert {each["kind"]: each["item_ref"] for each in await lines(api)} == {"goods": "ref-1", "certificate": None}
