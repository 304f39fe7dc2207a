"""Every decision of a person about sales stands in an audit: who, what, when, why, before and after, chained."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from contract.sales_ingest.client import SalesClient
from smena.audit.chain import first_break
from smena.cabinets.memory import MemoryCabinet
from smena.cli.main import command_tree
from smena.db.database import open_database
from smena.kinds.money import Kopecks
from unit.sales_ingest.till import Till, line

DAY = {"register": "kassa-1", "from": "2026-01-15", "to": "2026-01-15"}
PERIOD = {"registers": ["kassa-1"], "from": "2026-01-15", "to": "2026-01-15"}


async def entries(api: SalesClient, **query: Any) -> list[dict[str, Any]]:
    return list((await api.get("/audit", query))["data"])


async def export(api: SalesClient, token: str = "writer", **query: str) -> str:
    answer = await api.http.get("/sales/v1/audit.jsonl", params=query, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200, answer.text
    return answer.text


async def decided(api: SalesClient, cabinet: MemoryCabinet) -> dict[str, Any]:
    """One decision of each kind; answers the shift they were about."""
    till = Till()
    till.sale(line("4.00"))
    till.close(sales_sum=Kopecks(401))
    cabinet.documents.extend(till.documents)
    await api.run("/pulls", PERIOD)
    await api.post("/resolutions", {"item_ref": "default-20", "scope": DAY, "remember": True})
    (shift,) = (await api.get("/shifts", DAY))["data"]
    await api.post(f"/shifts/{shift['id']}/acceptances", {"reason": "Копейка кассы"}, status=201)
    date = {"date": "2026-01-15", "reason": "Рабочий день"}
    await api.post(f"/shifts/{shift['id']}/business-date", date)
    await api.post(f"/shifts/{shift['id']}/publish")
    (receipt,) = (await api.get("/receipts", {**DAY, "kind": "sale"}))["data"]
    paid = {"payments": [{"kind": "card", "amount": "4.00"}], "reason": "Платили картой"}
    await api.post(f"/receipts/{receipt['id']}/payment-corrections", paid, status=201)
    await api.run("/publications", PERIOD)
    off = {"register": "kassa-1", "date": "2026-01-12", "state": "closed", "reason": "Выходной"}
    await api.post("/days", off, status=201)
    return {**shift, "receipt": receipt["id"]}


async def test_every_decision_is_listed_with_who_what_why_before_and_after(
    api: SalesClient, cabinet: MemoryCabinet
) -> None:
    shift = await decided(api, cabinet)

    found = list(reversed(await entries(api)))

    assert [one["what"] for one in found] == [
        "lines.fill",
        "shift.accept-differences",
        "shift.choose-date",
        "shift.publish",
        "receipt.correct-payments",
        "publication.start",
        "day.mark",
    ]
    assert [one["number"] for one in found] == list(range(1, len(found) + 1))
    assert {(one["who"], one["organization"]) for one in found} == {("bookkeeper", "romashka")}
    filled, accepted, dated, published, corrected, run, marked = found
    assert (filled["subject"], filled["details"]["as_default"]) == ("item/default-20", "1")
    assert (accepted["subject"], accepted["why"]) == (f"shift/{shift['id']}", "Копейка кассы")
    assert (accepted["details"]["state_before"], accepted["details"]["state_after"]) == ("unreconciled", "ready")
    assert accepted["details"]["differences"] == "sales_sum: 4.00 / 4.01"
    assert (dated["details"]["date_before"], dated["details"]["date_after"]) == ("2026-01-15", "2026-01-15")
    assert (published["details"]["revision_before"], published["details"]["revision_after"]) == ("0", "1")
    assert (corrected["details"]["payments_before"], corrected["details"]["payments_after"]) == (
        "cash 4.00",
        "card 4.00",
    )
    assert (run["details"]["from"], run["details"]["registers"]) == ("2026-01-15", "kassa-1")
    assert (marked["subject"], marked["details"]) == (
        "day/kassa-1/2026-01-12",
        {"mark_before": "", "mark_after": "closed"},
    )
    first = await api.get("/audit", {"limit": 1})
    assert (await api.get("/audit", {"limit": 1, "cursor": first["next_cursor"]}))["data"] == [run]
    assert await entries(api, what="day.mark") == [marked]


async def test_an_export_is_verified_by_the_command_and_a_changed_entry_named(
    api: SalesClient, cabinet: MemoryCabinet, tmp_path: Path
) -> None:
    await decided(api, cabinet)
    exported = await export(api)
    sound, forged = tmp_path / "audit.jsonl", tmp_path / "forged.jsonl"
    sound.write_text(exported, encoding="utf-8")
    forged.write_text(exported.replace("Копейка кассы", "Ничего"), encoding="utf-8")

    good = CliRunner().invoke(command_tree(), ["verify-audit", str(sound)])
    bad = CliRunner().invoke(command_tree(), ["verify-audit", str(forged)])

    assert (good.exit_code, "7 entries, every hash fits" in good.output) == (0, True), good.output
    assert (bad.exit_code, "line 2: entry 2 of romashka was changed" in bad.output) == (1, True), bad.output
    assert first_break(json.loads(one) for one in exported.splitlines()) is None


async def test_another_organisation_reads_nothing_of_it_and_without_the_scope_nobody(
    api: SalesClient, cabinet: MemoryCabinet
) -> None:
    await decided(api, cabinet)

    assert (await api.get("/audit", token="other"))["data"] == []
    assert await export(api, "other") == ""
    await api.get("/audit.jsonl", {"organization": "romashka"}, token="other", status=404)
    await api.get("/audit", token="nobody", status=401)
    assert len((await api.get("/audit", token="reader"))["data"]) == 7


async def test_a_decision_that_is_refused_or_rolled_back_leaves_no_entry(api: SalesClient) -> None:
    wrong = {"register": "kassa-1", "date": "2026-01-12", "state": "closed", "reason": " "}
    await api.post("/days", wrong, status=422)
    await api.post("/days", {**wrong, "reason": "Выходной"}, token="reader", status=403)

    assert await entries(api) == []


async def test_the_database_refuses_to_change_or_remove_an_entry(api: SalesClient, cabinet: MemoryCabinet) -> None:
    await decided(api, cabinet)
    before = await entries(api)
    database = open_database(api.database_url, "sales_ingest")
    try:
        for change in ("update {} set who = 'x'", "delete from {}", "truncate {}"):
            async with database.session() as session:
                with pytest.raises(DBAPIError, match="only ever added to"):
                    await session.execute(text(change.format("sales_ingest.audit_entry")))
    finally:
        await database.close()

    assert await entries(api) == before
