"""The catalogue through the whole product: exactly what was shown is written, and it can be taken back."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from e2e.stack import TOKEN, Stack
from smena.cli.demo.api import Api, JobError

SAVE = "/webkassa/api/warehouse/save"
VAT = {0: "20", 1: "10", 2: "0", 3: "none"}
UNITS = {0: "шт", 1: "кг", 2: "л", 3: "м"}
Goods = dict[int, dict[str, Any]]


def quiet(_done: int, _total: int | None = None) -> None:
    """Show no progress."""


class Till:
    """The sandbox's cabinet, asked as the operator's own page would."""

    def __init__(self, stack: Stack) -> None:
        self._url = stack.outside().url
        self._headers = {"Authorization": f"Bearer {stack.outside().secrets()['SMENA_SANDBOX_WEBKASSA_TOKEN']}"}

    def goods(self, *, is_open: bool = True) -> Goods:
        rows = self._ask("/webkassa/api/warehouse/list", {"isOpen": int(is_open)})
        return {row["goodId"]: row for row in rows}

    def save(self, **good: Any) -> None:
        self._ask(SAVE, {"goods": [good]})

    def _ask(self, path: str, body: dict[str, Any]) -> Any:
        answer = httpx.post(f"{self._url}{path}", json=body, headers=self._headers, timeout=60)
        answer.raise_for_status()
        return answer.json()


class Desk:
    """The accountant at her desk."""

    def __init__(self, stack: Stack) -> None:
        self.api = Api(stack.addresses(), TOKEN)
        self._task = stack.task()

    def pull(self) -> None:
        run = self.api.post("/catalog/v1/erp-pulls", {"organization": self._task.organization})
        self.api.finish(f"/catalog/v1/erp-pulls/{run['id']}", quiet)

    def diff(self) -> dict[str, Any]:
        body = {"register": self._task.registers[0], "direction": "export", "selection": {"kind": "all"}}
        diff = self.api.post("/catalog/v1/diffs", body)
        return self.api.finish(f"/catalog/v1/diffs/{diff['id']}", quiet)

    def rows(self, diff: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
        return list(self.api.rows(f"/catalog/v1/diffs/{diff['id']}/rows", **query))

    def written_rows(self, diff: dict[str, Any]) -> list[dict[str, Any]]:
        return [row for status in ("missing", "differs") for row in self.rows(diff, status=status)]

    def apply(self, diff: dict[str, Any], rows: Any = "all") -> dict[str, Any]:
        run = self.api.post(f"/catalog/v1/diffs/{diff['id']}/apply", {"rows": rows, "when": "now"})
        return self.api.finish(f"/catalog/v1/runs/{run['id']}", quiet)

    def undo(self, run: dict[str, Any]) -> dict[str, Any]:
        undo = self.api.post(f"/catalog/v1/runs/{run['id']}/undo", {})
        return self.api.finish(f"/catalog/v1/runs/{undo['id']}", quiet)


@pytest.fixture
def stack(make_stack: Callable[..., Stack]) -> Stack:
    """One process over the sandbox."""
    stack: Stack = make_stack("embedded")
    stack.start()
    return stack


@pytest.fixture
def desk(stack: Stack) -> Iterator[Desk]:
    """The accountant, with 1C's catalogue before her."""
    desk = Desk(stack)
    try:
        desk.pull()
        yield desk
    finally:
        desk.api.close()


@pytest.fixture
def till(stack: Stack) -> Till:
    """The cabinet."""
    return Till(stack)


def saves(stack: Stack) -> list[tuple[dict[str, Any] | None, dict[str, Any]]]:
    """Every good the sandbox's log says was written: before and after."""
    entries = [entry for entry in stack.requests() if entry["path"].endswith("warehouse/save")]
    return [pair for entry in entries for pair in zip(entry["before"], entry["after"], strict=True)]


def in_words(good: dict[str, Any] | None) -> dict[str, Any]:
    """A good of the cabinet in the words of the diff, without our code."""
    if good is None:
        return {}
    money = {name: None if good[key] is None else f"{good[key]:.2f}" for name, key in PRICES.items()}
    return {
        "name": good["goodName"],
        "unit": UNITS.get(good["unit"]),
        "group": good["groupName"] or None,
        "barcode": good["gtin"] or None,
        "article": good["vendorCode"] or None,
        "vat_rate": VAT.get(good["sellVat"]),
        "active": bool(good["isOpen"]),
        **money,
    }


PRICES = {"purchase_price": "buyPrice", "retail_price": "sellPrice"}


def changed(before: dict[str, Any] | None, after: dict[str, Any]) -> frozenset[tuple[str, Any, Any]]:
    """The fields one write changed; a new good is active by being made."""
    was, now = in_words(before), in_words(after)
    names = now if before is not None else now.keys() - {"active"}
    return frozenset((name, was.get(name), now[name]) for name in names if was.get(name) != now[name])


def shown(row: dict[str, Any]) -> frozenset[tuple[str, Any, Any]]:
    return frozenset((change["field"], change["from"], change["to"]) for change in row["changes"])


@pytest.mark.timeout(600)
def test_the_write_log_equals_the_shown_changes_and_a_new_diff_is_identical(stack: Stack, desk: Desk) -> None:
    """Field by field: what the sandbox says was changed is what the diff showed, and nothing else."""
    diff = desk.diff()
    rows = desk.written_rows(diff)

    run = desk.apply(diff)

    assert run["result"]["failed"] == run["result"]["outdated"] == 0
    assert rows
    assert {row["status"] for row in rows} == {"missing", "differs"}
    assert Counter(changed(before, after) for before, after in saves(stack)) == Counter(shown(row) for row in rows)
    again = desk.diff()
    status = {row["item"]["ref"]: row["status"] for row in desk.rows(again)}
    assert {status[row["item"]["ref"]] for row in rows} == {"identical"}
    assert again["counts"]["missing"] == again["counts"]["differs"] == 0


@pytest.mark.timeout(600)
def test_apply_then_undo_leaves_the_active_goods_as_they_were(desk: Desk, till: Till) -> None:
    """What was made ends archived, what was changed stands as before, to the last field."""
    before, archived = till.goods(), till.goods(is_open=False)
    diff = desk.diff()
    run = desk.apply(diff)
    written = till.goods()

    undone = desk.undo(run)

    assert written != before
    assert till.goods() == before
    made = {key for key in written if key not in before and key not in archived}
    assert made <= till.goods(is_open=False).keys()
    assert undone["result"]["archived"] == run["result"]["created"] == len(made)
    assert undone["result"]["restored"] == run["result"]["updated"]
    assert desk.undo(run)["id"] == undone["id"]
    assert desk.diff()["counts"]["differs"] == run["result"]["created"] + run["result"]["updated"]


@pytest.mark.timeout(600)
def test_an_undo_leaves_a_field_alone_that_was_changed_since(desk: Desk, till: Till) -> None:
    """The field is named with both values; the others of its row go back."""
    desk.apply(desk.diff())
    good = next(iter(till.goods().values()))
    till.save(goodId=good["goodId"], goodName="Старое имя", sellPrice=0.77)
    before = till.goods()
    run = desk.apply(desk.diff())
    till.save(goodId=good["goodId"], goodName="Исправлено на кассе")

    undone = desk.undo(run)

    (row,) = desk.api.rows(f"/catalog/v1/runs/{undone['id']}/rows")
    assert row["state"] == "partly-restored"
    assert row["refused"] == [{"field": "name", "written": good["goodName"], "found": "Исправлено на кассе"}]
    now = till.goods()[good["goodId"]]
    assert now == {**before[good["goodId"]], "goodName": "Исправлено на кассе"}


@pytest.mark.parametrize("side", ["cabinet", "1C"])
@pytest.mark.timeout(600)
def test_a_side_that_moved_between_diff_and_apply_is_409_and_no_write(
    side: str, stack: Stack, desk: Desk, till: Till
) -> None:
    """The moved row is named, and not one call that writes reaches the cabinet."""
    diff = desk.diff()
    row = next(row for row in desk.rows(diff, status="differs") if row["counterpart"]["active"])
    if side == "cabinet":
        till.save(goodId=int(row["counterpart"]["id"]), goodName="Изменено на кассе")
    else:
        edit = {"do": "change-field", "kind": "Catalog_Номенклатура", "ref": row["item"]["ref"]}
        answer = httpx.post(
            f"{stack.outside().url}/_sandbox/onec/edits",
            json={**edit, "field": "Description", "value": "Изменено в 1С"},
            timeout=30,
        )
        assert answer.is_success, answer.text
        desk.pull()
    before, log = till.goods(), len(saves(stack))

    with pytest.raises(JobError) as refused:
        desk.apply(diff)

    assert refused.value.status == 409
    assert (till.goods(), len(saves(stack))) == (before, log)
    untouched = [one["id"] for one in desk.written_rows(diff) if one["id"] != row["id"]]
    assert desk.apply(diff, untouched)["result"]["outdated"] == 0
