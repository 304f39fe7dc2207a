"""Every decision of a person is chained with it, nobody can change it afterwards, and a stranger can verify it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from integration.ledger.api import Api, api_of, bearer
from integration.ledger.conftest import Bench
from integration.ledger.test_check_command import _ledger
from ledger.use_cases.check_stored import check_stored
from ledger.use_cases.keep_dead_letter import keep_dead_letter
from smena.audit.chain import Deed, first_break
from unit.ledger.making import line, payment, revision

WHY = {"reason": "Пропал из 1С"}


@pytest.fixture
async def office(bench: Bench) -> AsyncIterator[Api]:
    async with api_of(bench) as api:
        yield api


async def _decided(office: Api) -> list[dict[str, Any]]:
    """A document lost in 1C and created again, then a replay begun: two decisions."""
    await office.bench.publish(revision([line(amount=500)], [payment("cash", 500)]))
    await office.bench.deliver()
    report = (await office.get("/documents"))["data"][0]
    del office.bench.erp.documents[report["erp"]["ref"]]
    await office.get(f"/shifts/{report['shift']}/reconciliation")
    await office.post(f"/documents/{report['id']}/resolve", {"decision": "restore-ours", **WHY})
    await office.post("/replays", {"registers": ["kassa-1"], "from": "2026-01-31", "to": "2026-01-31"}, 202)
    found = await office.get("/audit")
    return list(found["data"])


async def _of(person: str, office: Api) -> list[dict[str, Any]]:
    answer = await office.client.get("/ledger/v1/audit", params={"who": person}, headers=bearer("accountant"))
    return list(answer.json()["data"])


async def _export(office: Api, who: str = "accountant") -> str:
    answer = await office.client.get("/ledger/v1/audit.jsonl", headers=bearer(who))
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_decisions_are_listed_with_who_what_and_why_newest_first(office: Api) -> None:
    replay, restored = await _decided(office)

    assert [replay["number"], restored["number"]] == [2, 1]
    assert (restored["who"], restored["what"], restored["why"]) == (
        "accountant",
        "document.restore-ours",
        WHY["reason"],
    )
    assert restored["details"]["state_before"] == "conflict"
    assert replay["what"] == "replay.start"
    assert replay["previous"] == restored["sha256"]
    assert (await office.get("/audit", what="replay.start"))["data"] == [replay]
    assert await _of("nobody", office) == []
    assert await _of("accountant", office) == [replay, restored]
    first = await office.get("/audit", limit=1)
    assert first["data"] == [replay]
    assert (await office.get("/audit", limit=1, cursor=first["next_cursor"]))["data"] == [restored]
    assert (await office.get("/audit", **{"from": "2026-02-01", "to": "2026-02-01"}))["data"] == [replay, restored]
    assert (await office.get("/audit", to="2026-01-31"))["data"] == []
    assert (await office.get("/audit", organization="lilia"))["data"] == []


async def test_a_stranger_reads_nothing_of_it(office: Api) -> None:
    await _decided(office)

    assert (await office.get("/audit", who="stranger"))["data"] == []
    assert await _export(office, "stranger") == ""
    await office.get("/audit.jsonl", 404, who="stranger", organization="romashka")


async def test_the_database_refuses_to_change_or_remove_an_entry(office: Api) -> None:
    before = await _decided(office)

    for change in (
        "update ledger.audit_entry set who = 'x'",
        "delete from ledger.audit_entry",
        "truncate ledger.audit_entry",
    ):
        async with office.bench.database.session() as session:
            with pytest.raises(DBAPIError, match="only ever added to"):
                await session.execute(text(change))

    assert (await office.get("/audit"))["data"] == before


async def test_a_decision_that_is_rolled_back_leaves_no_entry(bench: Bench) -> None:
    async with bench.work() as work:
        work.trail.record(Deed("romashka", "x", "y", "z"))
    async with bench.work() as work:
        assert await work.trail.chain("romashka", 0, 10) == []


async def test_forty_decisions_at_once_make_one_chain_without_a_gap(bench: Bench) -> None:
    async def decide(n: int) -> None:
        async with bench.work() as work:
            for organization in ("lilia", "romashka"):
                work.trail.record(Deed(organization, "x", "test.decide", f"document/{n}", details={"id": str(uuid4())}))
            await work.commit()

    await asyncio.gather(*(decide(n) for n in range(40)))

    async with bench.work() as work:
        entries = await work.trail.chain("romashka", 0, 100)
        assert [one.number for one in entries] == list(range(1, 41))
        assert first_break(one.as_json() for one in entries) is None
        assert len({one.deed.subject for one in entries}) == 40


async def test_an_export_is_verified_by_the_command_and_a_changed_entry_named(office: Api, tmp_path: Path) -> None:
    await _decided(office)
    exported = await _export(office)
    sound, forged = tmp_path / "audit.jsonl", tmp_path / "forged.jsonl"
    sound.write_text(exported, encoding="utf-8")
    forged.write_text(exported.replace(WHY["reason"], "Введён однажды"), encoding="utf-8")
    cut = tmp_path / "cut.jsonl"
    cut.write_text(exported.splitlines()[0] + "\n", encoding="utf-8")
    last = json.loads(exported.splitlines()[-1])["sha256"]

    good = await _ledger(tmp_path, "verify-audit", str(sound), "--noted", last)
    bad = await _ledger(tmp_path, "verify-audit", str(forged))
    short = await _ledger(tmp_path, "verify-audit", str(cut), "--noted", last)
    none = await _ledger(tmp_path, "verify-audit", str(tmp_path / "nothing.jsonl"))

    assert (good[0], "2 entries, every hash fits" in good[1], last in good[1]) == (0, True, True), good
    assert (bad[0], "line 1: entry 1 of romashka was changed" in bad[1]) == (1, True), bad
    assert (short[0], "not in the chain" in short[1]) == (1, True), short
    assert none[0] == 2, none


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("update ledger.audit_entry set who = 'x' where number = 1", "entry 1 of romashka was changed"),
        ("delete from ledger.audit_entry where number = 1", "entry 2 of romashka follows entry 0"),
    ],
)
async def test_the_check_of_everything_stored_names_the_broken_entry(office: Api, change: str, named: str) -> None:
    await _decided(office)
    assert (await check_stored(office.bench.work))[2] == []
    async with office.bench.database.session() as session:
        await session.execute(text("alter table ledger.audit_entry disable trigger user"))
        await session.execute(text(change))
        await session.commit()

    _, _, problems = await check_stored(office.bench.work)

    assert any(named in problem for problem in problems), problems


async def test_a_decision_about_what_concerns_no_organisation_is_seen_by_who_sees_all_of_them(office: Api) -> None:
    bench = office.bench
    letter = await keep_dead_letter(
        b"no event", "не CloudEvent", rulebook=bench.rulebook, clock=bench.clock, new_work=bench.work
    )
    await office.post(f"/dead-letters/{letter}/discard", WHY, who="chief")

    (entry,) = (await office.get("/audit", who="chief"))["data"]
    assert (entry["what"], entry["organization"]) == ("dead-letter.discard", "")
    assert entry["sha256"] in await _export(office, "chief")
    assert (await office.get("/audit"))["data"] == []
    assert await _export(office) == ""
    assert len((await office.get("/audit", who="chief", to="9999-12-31"))["data"]) == 1
