"""Makers for tests of the direction into the ERP."""

from typing import Any

from integration.catalog_sync.shop import Shop, barcode, item
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate

PRICED = {"retail": {"source": "price-type"}, "as_of": "2026-01-31"}


def held(n: int, **changes: Any) -> CabinetItem:
    """An item of the cabinet that equals ``erp_item(n)``, with a price."""
    fields: dict[str, Any] = {
        "id": f"good-{n}",
        "name": f"Товар {n}",
        "article": f"A-{n}",
        "unit": "шт",
        "group": "Касса",
        "barcodes": (barcode(n),),
        "vat_rate": VatRate.TWENTY,
        "retail_price": Kopecks(100 * n),
    }
    return CabinetItem(**{**fields, **changes})


def erp_item(n: int, **changes: Any) -> ErpItem:
    return item(n, **changes)


def fill(shop: Shop, *items: CabinetItem) -> None:
    shop.cabinet.items.update({one.id: one for one in items})


async def import_diff(shop: Shop, **changes: Any) -> Any:
    diff = await shop.diff(direction="import", **changes)
    assert diff["state"] == "ready", diff
    return diff


async def promised(shop: Shop, diff: Any, rows: Any = "all") -> str:
    """Ask for a diff to be applied without working on it."""
    answer = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": rows, "when": "now"})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def outcome(shop: Shop, run_id: str) -> Any:
    run = await shop.get(f"/runs/{run_id}")
    assert run["state"] == "succeeded", run
    return run["result"]


def counts(result: Any) -> dict[str, int]:
    return {name: result[name] for name in ("created", "updated", "bound", "failed", "outdated") if result[name]}
