"""Prices wait for the end of a shift: nothing is written while one is open, and everything after."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from catalog_sync.domain.open_shift import open_shift
from integration.catalog_sync.shop import Shop, item, price
from smena.cabinets.documents import CabinetDocument, DocumentKind, UnreadableDocument
from smena.cabinets.port import CabinetUnavailableError
from smena.kinds.money import Kopecks

NUMBER = "131010705"


def document(number: int, shift: int, *, minutes_ago: float, kind: DocumentKind = DocumentKind.SALE) -> CabinetDocument:
    return CabinetDocument(
        fiscal_id=f"{shift}-{number}",
        kind=kind,
        register_number=NUMBER,
        number=number,
        at=datetime.now(UTC) - timedelta(minutes=minutes_ago),
        shift_number=shift,
        shift_external_id=None,
        payable=Kopecks(100),
        raw=b"",
    )


def z_report(number: int, shift: int, *, minutes_ago: float) -> CabinetDocument:
    return document(number, shift, minutes_ago=minutes_ago, kind=DocumentKind.Z_REPORT)


async def asked(shop: Shop, when: str = "after-shift") -> Any:
    shop.catalogue.all_items, shop.catalogue.all_prices = [item(1)], [price(1, 100)]
    shop.cabinet.registers = {NUMBER}
    await shop.pull()
    diff = await shop.diff()
    answer = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all", "when": when})
    assert answer.status_code == 202, answer.text
    return diff, answer.json()


async def ended(shop: Shop, run: Any) -> Any:
    """Work until the run has ended."""
    async with asyncio.timeout(20):
        while (now := await shop.get(f"/runs/{run['id']}"))["state"] not in {"succeeded", "failed"}:
            await shop.work()
            await asyncio.sleep(0.05)
    return now


async def test_nothing_is_written_while_the_shift_is_open_and_everything_once_it_is_closed(shop: Shop) -> None:
    shop.cabinet.documents = [document(1, 7, minutes_ago=60)]
    _, run = await asked(shop)

    await shop.work()
    waiting = await shop.get(f"/runs/{run['id']}")
    wrote = "save_items" in shop.cabinet.calls
    shop.cabinet.documents.append(z_report(2, 7, minutes_ago=1))
    done = await ended(shop, run)

    assert (waiting["state"], wrote) == ("queued", False)
    assert waiting["result"] == {"waiting_for": "shift-closed", "register": "kassa-1", "shift": 7}
    assert (done["state"], done["result"]["created"]) == ("succeeded", 1)


async def test_waiting_counts_no_attempt_however_long_it_lasts(shop: Shop) -> None:
    shop.cabinet.documents = [document(1, 7, minutes_ago=60)]
    _, run = await asked(shop)

    async with asyncio.timeout(30):
        while shop.cabinet.calls.count("read_documents") < 60:
            await shop.work()
            await asyncio.sleep(0)
    shop.cabinet.documents.append(z_report(2, 7, minutes_ago=1))

    assert (await ended(shop, run))["state"] == "succeeded"


async def test_a_register_without_an_open_shift_waits_for_nothing(shop: Shop) -> None:
    _, run = await asked(shop)

    await shop.work()

    assert (await shop.get(f"/runs/{run['id']}"))["state"] == "succeeded"


async def test_asking_for_now_ends_the_waiting_of_the_same_run(shop: Shop) -> None:
    shop.cabinet.documents = [document(1, 7, minutes_ago=60)]
    diff, run = await asked(shop)
    await shop.work()

    answer = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all", "when": "now"})
    await shop.work()

    assert answer.json()["id"] == run["id"]
    assert (await shop.get(f"/runs/{run['id']}"))["result"]["created"] == 1


async def test_a_cabinet_that_is_down_meanwhile_is_asked_again(shop: Shop) -> None:
    _, run = await asked(shop)
    shop.cabinet.fail_next(CabinetUnavailableError("502"))

    await shop.work()
    waiting = await shop.get(f"/runs/{run['id']}")

    assert (waiting["state"], waiting["result"]["waiting_for"]) == ("queued", "cabinet")
    assert (await ended(shop, run))["state"] == "succeeded"


async def test_a_row_that_moved_during_the_waiting_fails_alone(shop: Shop) -> None:
    shop.cabinet.documents = [document(1, 7, minutes_ago=60)]
    _, run = await asked(shop)
    await shop.work()
    shop.catalogue.all_prices = [price(1, 999, document_number="00000002")]
    await shop.pull()
    shop.cabinet.documents.append(z_report(2, 7, minutes_ago=1))

    done = await ended(shop, run)

    assert done["result"]["outdated"] == 1
    assert shop.cabinet.items == {}


def test_the_latest_document_says_which_shift_is_open() -> None:
    unread = UnreadableDocument("?", b"", NUMBER, number=9, at=datetime.now(UTC), shift_number=3)

    assert open_shift([]) is None
    assert open_shift([z_report(2, 1, minutes_ago=9), document(1, 1, minutes_ago=10)]) is None
    assert open_shift([z_report(2, 1, minutes_ago=9), document(3, 2, minutes_ago=8)]) == 2
    assert open_shift([document(2, 1, minutes_ago=9), z_report(3, 1, minutes_ago=9)]) is None
    assert open_shift([z_report(2, 2, minutes_ago=9), unread]) == 3
