"""What people decide about the catalogue stands in an audit: pairs, applies, undos, each once, chained."""

import json

from integration.catalog_sync.shop import OTHER_TOKEN, READ_TOKEN, Shop
from integration.catalog_sync.test_matching import decide, filled, held, row_of
from smena.audit.chain import first_break


async def test_pairs_applies_and_undos_are_listed_once_each_with_before_and_after(shop: Shop) -> None:
    diff = await filled(shop, held("a", 1), held("b", 2))
    row = await row_of(shop, diff, 1)
    pair = [{"row": row["id"], "counterpart": "a"}]
    await decide(shop, diff, pair)
    run = await shop.apply(diff)
    again = await shop.apply(diff)
    undone = await shop.undo(run)
    await shop.undo(run)

    found = list(reversed((await shop.get("/audit"))["data"]))

    assert again["id"] == run["id"]
    assert [one["what"] for one in found] == ["matches.decide", "diff.apply", "run.undo"]
    assert {one["organization"] for one in found} == {"romashka"}
    decided, applied, back = found
    (told,) = json.loads(decided["details"]["pairs"])
    assert (decided["subject"], told["before"], told["after"]) == (f"diff/{diff['id']}", None, "a")
    assert (applied["subject"], applied["details"]["diff"]) == (f"run/{run['id']}", diff["id"])
    assert (back["subject"], back["details"]["run"]) == (f"run/{undone['id']}", run["id"])
    assert applied["details"]["rows"] == str(run["progress"]["total"])
    exported = (await shop.send("GET", "/audit.jsonl", None)).text
    assert first_break(json.loads(one) for one in exported.splitlines()) is None
    assert len(exported.splitlines()) == 3


async def test_another_organisation_reads_nothing_and_a_refused_decision_leaves_nothing(shop: Shop) -> None:
    diff = await filled(shop, held("a", 1))
    await decide(shop, diff, [{"row": 1_000_000, "counterpart": "a"}], 422)
    assert (await shop.get("/audit"))["data"] == []
    row = await row_of(shop, diff, 1)
    await decide(shop, diff, [{"row": row["id"], "counterpart": "a"}])

    assert len((await shop.get("/audit", READ_TOKEN))["data"]) == 1
    assert (await shop.get("/audit", OTHER_TOKEN))["data"] == []
    assert (await shop.send("GET", "/audit.jsonl?organization=romashka", None, token=OTHER_TOKEN)).status_code == 404
    assert (await shop.send("GET", "/audit", None, token="nobody")).status_code == 401
