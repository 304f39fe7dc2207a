"""kill -9 at every point of an import: resumed, each item, barcode and price document once."""

import asyncio
import os
import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

from integration.catalog_sync.imports import PRICED, fill, import_diff, promised
from integration.catalog_sync.killed_importer import ROWS, FileErp, cabinet_items
from integration.catalog_sync.shop import Shop, data_of
from smena.contracts.catalog_events import DIFF_APPLIED, ITEMS_BOUND

TESTS = Path(__file__).resolve().parents[2]
POINTS = [
    "import.before-send:3",
    "import.after-send:4",
    "import.after-barcode:5",
    "import.before-prices:1",
    "import.after-prices:1",
]


async def worker(database_url: str, erp: Path, refs: str, failpoint: str = "") -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "integration.catalog_sync.killed_importer",
        database_url,
        str(erp),
        refs,
        cwd=TESTS,
        env={**os.environ, "SMENA_FAILPOINT": failpoint, "PYTHONPATH": str(TESTS)},
    )
    return await process.wait()


@pytest.mark.parametrize("refs", ["kept", "ignored"])
@pytest.mark.parametrize("failpoint", POINTS)
async def test_a_killed_import_goes_on_and_makes_each_thing_once(
    database_url: str, tmp_path: Path, failpoint: str, refs: str
) -> None:
    path = tmp_path / "erp.json"
    async with Shop.opened(database_url, onec_request=0.2, onec_absence_horizon=0.3, lease=1) as shop:
        fill(shop, *cabinet_items())
        shop.replace_erp(FileErp(path, keeps=refs == "kept"))
        await shop.pull()
        run_id = await promised(shop, await import_diff(shop, prices=PRICED))

        assert await worker(database_url, path, refs, failpoint) == -signal.SIGKILL
        async with asyncio.timeout(60):
            while (run := await shop.get(f"/runs/{run_id}"))["state"] != "succeeded":
                assert await worker(database_url, path, refs) == 0

        erp = FileErp(path, keeps=refs == "kept")
        made = Counter(kind for kind, _ in erp.writes)
        told = [one for event in await shop.events() if event.type == ITEMS_BOUND for one in data_of(event)["bindings"]]
        assert run["result"]["created"] == ROWS
        assert made == {"create": ROWS, "barcode": ROWS, "prices": 1, "post": 1}
        assert sorted(one.barcodes for one in erp.all_items) == sorted(one.barcodes for one in cabinet_items())
        assert {one["item_ref"] for one in told} == {one.ref for one in erp.all_items}
        assert len(told) == ROWS
        assert [event.type for event in await shop.events()].count(DIFF_APPLIED) == 1
