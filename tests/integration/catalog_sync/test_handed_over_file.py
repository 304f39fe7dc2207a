"""A diff applied by file: nothing is called, the file is what was shown, the next reading binds."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from io import StringIO
from typing import Any
from uuid import UUID

import pytest

import catalog_sync.use_cases.hand_over_file as hand_over
from catalog_sync.use_cases.apply_ports import ApplyPorts
from catalog_sync.use_cases.hand_over_file import hand_over_file
from integration.catalog_sync.shop import OTHER_TOKEN, TOKEN, Shop, data_of, item, price
from smena.cabinets.import_files import import_format
from smena.cabinets.items import CabinetItem
from smena.contracts.catalog_events import DIFF_APPLIED, ITEMS_BOUND
from smena.kinds.money import parse_money
from smena.kinds.vat import VatRate

UNITS = ("шт", "кг", "л", "м")
RATES = {"0": VatRate.TWENTY, "1": VatRate.TEN, "2": VatRate.ZERO, "3": VatRate.NONE}


async def filled(shop: Shop, count: int = 4) -> None:
    shop.catalogue.all_items = [item(n) for n in range(1, count + 1)]
    shop.catalogue.all_prices = [price(n, 100 * n) for n in range(1, count + 1)]
    await shop.pull()


async def by_file(shop: Shop, diff: Any, rows: Any = "all") -> Any:
    answer = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": rows, "route": "file"})
    assert answer.status_code == 202, answer.text
    await shop.work()
    return await shop.get(f"/runs/{answer.json()['id']}")


async def file_of(shop: Shop, run: Any) -> list[dict[str, str]]:
    answer = await shop.api.get(f"/catalog/v1/runs/{run['id']}/file", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=windows-1251"
    assert answer.headers["content-disposition"].endswith('_ToWebKassa.csv"')
    return list(csv.DictReader(StringIO(answer.content.decode("cp1251"), newline=""), delimiter=";"))


async def states(shop: Shop, run: Any) -> dict[str, str]:
    page = await shop.get(f"/runs/{run['id']}/rows")
    return {row["id"]: row["state"] for row in page["data"]}


def upload(shop: Shop, lines: list[dict[str, str]]) -> None:
    """The cabinet's own import, as it is assumed: an item is known again by its article."""
    for line in lines:
        article = line["Код (артикул)"]
        held = next((one for one in shop.cabinet.items.values() if one.article == article), None)
        found = CabinetItem(
            id=held.id if held else f"imported-{article}",
            name=line["Наименование"],
            article=article,
            unit=UNITS[int(line["Ед. измерения"])],
            group=line["Категория"],
            barcodes=(line["Штрих-код"],),
            vat_rate=RATES[line["Код ставки НДС"]],
            purchase_price=_money(line, "Себестоимость"),
            retail_price=_money(line, "Цена"),
            active=line["Использование"] == "1",
        )
        shop.cabinet.items[found.id] = found


def _money(line: Mapping[str, str], column: str) -> Any:
    return parse_money(line[column]) if line[column] else None


async def test_the_file_is_handed_over_and_the_next_reading_binds_what_was_uploaded(shop: Shop) -> None:
    await filled(shop)
    run = await by_file(shop, await shop.diff())

    assert run["state"] == "succeeded"
    assert (run["result"]["handed-over"], run["result"]["route"]) == (4, "file")
    assert "save_items" not in shop.cabinet.calls
    lines = await file_of(shop, run)
    assert {line["Наименование"] for line in lines} == {f"Товар {n}" for n in range(1, 5)}
    upload(shop, lines[:3])
    diff = await shop.diff()

    assert sorted((await states(shop, run)).values()) == ["bound", "bound", "bound", "handed-over"]
    assert not [event for event in await shop.events() if event.type == DIFF_APPLIED]
    upload(shop, lines[3:])
    diff = await shop.diff()
    assert set((await states(shop, run)).values()) == {"bound"}
    assert (diff["counts"]["identical"], diff["counts"]["missing"]) == (4, 0)
    (applied,) = [event for event in await shop.events() if event.type == DIFF_APPLIED]
    assert data_of(applied)["counts"]["bound"] == 4
    bound = [one for event in await shop.events() if event.type == ITEMS_BOUND for one in data_of(event)["bindings"]]
    assert len(bound) == len({one["item_ref"] for one in bound}) == 4


async def test_a_change_goes_by_file_and_is_confirmed_only_when_every_value_stands(shop: Shop) -> None:
    await filled(shop)
    await shop.apply(await shop.diff())
    shop.catalogue.all_items[0] = item(1, name="Новое имя")
    await shop.pull()
    run = await by_file(shop, await shop.diff())
    (line,) = await file_of(shop, run)

    upload(shop, [{**line, "Цена": "9.99"}])
    await shop.diff()
    assert set((await states(shop, run)).values()) == {"handed-over"}
    upload(shop, [line])
    await shop.diff()

    assert set((await states(shop, run)).values()) == {"bound"}
    (row,) = (await shop.get(f"/runs/{run['id']}/rows"))["data"]
    assert row["before"]["name"] == "Товар 1"


async def test_rows_the_file_would_do_wrong_fail_by_name_and_the_rest_goes_on(shop: Shop) -> None:
    shop.catalogue.all_items = [
        item(1, name="Кофе ō"),
        item(2, article="taken"),
        item(3, article="twice"),
        item(4, article="twice"),
        item(5),
    ]
    shop.catalogue.all_prices = [price(n, 100 * n) for n in range(1, 6)]
    await shop.pull()
    shop.cabinet.items["other"] = CabinetItem(id="other", name="Другой", article="taken")
    diff = await shop.diff()

    run = await by_file(shop, diff)

    refs = {row["id"]: row["item"]["ref"] for row in await shop.rows(diff)}
    rows = (await shop.get(f"/runs/{run['id']}/rows"))["data"]
    said = {refs[row["id"]]: row["message"] for row in rows if row["state"] == "failed"}
    assert "«ō» (U+014D)" in said["item-000001"]
    assert "другого товара" in said["item-000002"]
    assert "у нескольких строк" in said["item-000003"]
    assert "у нескольких строк" in said["item-000004"]
    assert [line["Код (артикул)"] for line in await file_of(shop, run)] == ["A-5"]


async def test_an_article_that_changes_would_make_a_second_good_and_is_refused(shop: Shop) -> None:
    await filled(shop, 1)
    await shop.apply(await shop.diff())
    shop.catalogue.all_items[0] = item(1, article="новый")
    await shop.pull()

    run = await by_file(shop, await shop.diff())

    (row,) = (await shop.get(f"/runs/{run['id']}/rows"))["data"]
    assert row["state"] == "failed"
    assert "второй товар" in row["message"]
    answer = await shop.send("GET", f"/runs/{run['id']}/file", None)
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (409, "file-not-made")


async def test_either_side_that_moved_is_answered_409_as_for_a_call(shop: Shop) -> None:
    await filled(shop)
    diff = await shop.diff()
    shop.cabinet.items["hand"] = CabinetItem(id="hand", name="Рукой", barcodes=item(4).barcodes)

    answer = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all", "route": "file"})

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (409, "diff-outdated")


async def test_the_same_rows_by_file_are_one_run_and_another_than_by_call(shop: Shop) -> None:
    await filled(shop)
    diff = await shop.diff()
    first, again = await by_file(shop, diff), await by_file(shop, diff)
    called = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all", "route": "call"})

    assert first["id"] == again["id"]
    assert called.status_code == 202
    assert called.json()["id"] != first["id"]


async def test_a_newer_file_of_the_same_item_ends_the_older_one(shop: Shop) -> None:
    await filled(shop, 2)
    old = await by_file(shop, await shop.diff())
    shop.catalogue.all_items[0] = item(1, name="Новее")
    await shop.pull()
    diff = await shop.diff()
    (wanted,) = [row["id"] for row in await shop.rows(diff) if row["item"]["ref"] == "item-000001"]

    new = await by_file(shop, diff, [wanted])

    assert sorted((await states(shop, old)).values()) == ["handed-over", "outdated"]
    assert list((await states(shop, new)).values()) == ["handed-over"]


class DiedError(Exception):
    """The worker is gone."""


async def test_a_worker_that_dies_before_its_commit_leaves_nothing_half_and_is_repeated(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(shop)
    diff = await shop.diff()
    answer = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all", "route": "file"})
    form = import_format("webkassa")
    assert form is not None

    async def nothing(*_: object) -> None:
        pass

    def die(_: str) -> None:
        raise DiedError

    ports = ApplyPorts(shop.config, shop.cabinet, shop.services.open_work, shop.services.clock, nothing, nothing)
    async with shop.services.open_work() as work:
        head = await work.diffs.get(UUID(diff["id"]))
    assert head is not None
    with monkeypatch.context() as patched:
        patched.setattr(hand_over, "reach", die)
        with pytest.raises(DiedError):
            await hand_over_file(UUID(answer.json()["id"]), head, form, ports)
    assert set((await states(shop, answer.json())).values()) == {"planned"}
    await shop.work()

    assert len(await file_of(shop, answer.json())) == 4


async def test_what_goes_by_no_file_is_refused_by_name(shop: Shop) -> None:
    await filled(shop)
    shop.cabinet.items["x"] = CabinetItem(id="x", name="Чай", article="x", unit="шт")
    imported = await shop.diff(direction="import")
    exported = await shop.diff()

    answer = await shop.send("POST", f"/diffs/{imported['id']}/apply", {"rows": "all", "route": "file"})
    late = await shop.send(
        "POST", f"/diffs/{exported['id']}/apply", {"rows": "all", "route": "file", "when": "after-shift"}
    )
    run = await by_file(shop, exported)

    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (422, "file-route-not-offered")
    assert late.status_code == 422
    assert (await shop.send("GET", f"/runs/{run['id']}/file", None, token=OTHER_TOKEN)).status_code == 404
    assert replace(shop.cabinet.items["x"], name="Чай") == shop.cabinet.items["x"]
