"""`make screenshots`: windows of the console over the sandbox's data, wide, narrow and dark, as small WebP files.

``python -m console.screenshots FOLDER whole`` takes every window at both widths, each from top to end, as PNG: to be
looked at closely after a change of the style sheet.
"""

import base64
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, expect, sync_playwright

from e2e.stack import TOKEN, Stack
from e2e.waiting import wait_for
from servers.chromium import FLAGS, chromium
from servers.packages import bring
from servers.postgres import fresh_database, open_folder, private_postgres

WIDTHS = {"wide": 1280, "narrow": 390}
WINDOW_HEIGHT = 900
HEIGHT_MAX = 1200
"""A longer page is cut here."""
QUALITY = 55
WAIT_MILLISECONDS = 60_000
DAY = "2026-01-05"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
ITEM_FIELDS = ("ref", "code", "name", "unit", "group", "barcodes", "article", "vat_rate")
CHANGES: tuple[dict[str, Any], ...] = (
    {"name": "Бананы весовые, Эквадор"},
    {"vat_rate": "20"},
    {
        "ref": "novelty-1",
        "code": "ЦБ-00000091",
        "name": "Батон «Молочный»",
        "barcodes": ["4810200099904"],
        "article": "A-2001",
    },
    {},
    {"name": "Батон  с семечками "},
    {
        "ref": "novelty-2",
        "code": "ЦБ-00000092",
        "name": "Булочка с маком",
        "barcodes": ["4810200099911"],
        "article": "A-2002",
    },
)
"""What somebody changed in 1C since the last exchange, by goods in the order of their names."""
RUSSIAN = Path("/usr/lib/chromium/locales/ru.pak")
"""With it dates are written as in Belarus; without it the pictures are made all the same."""
KEPT = {
    "wide": {
        "yesterday",
        "goods-diff",
        "sales",
        "sales-shift",
        "sales-days",
        "sales-month",
        "document",
        "document-conflict",
        "reconciliation",
        "reconciliation-shift",
        "state",
    },
    "narrow": {"yesterday", "goods-diff", "sales", "document", "reconciliation", "state"},
    "dark": {"yesterday", "goods-diff"},
}
"""The windows that docs/screenshots shows; ``dark`` is wide."""


def main() -> int:
    folder = Path(sys.argv[1]).resolve()
    whole = sys.argv[2:] == ["whole"]
    folder.mkdir(parents=True, exist_ok=True)
    bring("chromium-l10n", RUSSIAN.exists)
    with product() as stack, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=[*FLAGS, "--lang=ru-RU"], env={**os.environ, "LANGUAGE": "ru"}
        )
        held = trouble(stack, browser)
        addresses = windows(stack, held)
        for size, names in KEPT.items():
            page = signed_in(browser, stack, WIDTHS.get(size, WIDTHS["wide"]), "dark" if size == "dark" else "light")
            for name in addresses if whole else names:
                page.goto(addresses[name])
                shoot(page, folder / f"{name}-{size}", whole=whole)
            page.context.close()
        browser.close()
    files = [one for one in folder.iterdir() if one.suffix in {".webp", ".png"}]
    sys.stdout.write(f"{len(files)} pictures, {sum(one.stat().st_size for one in files) // 1024} KiB in {folder}\n")
    return 0


@contextmanager
def product() -> Iterator[Stack]:
    """The product over the sandbox, the main job done."""
    with ExitStack() as cleanup:
        server = cleanup.enter_context(private_postgres(cleanup.enter_context(open_folder())))
        database = cleanup.enter_context(fresh_database(server))
        work = Path(cleanup.enter_context(TemporaryDirectory()))
        stack = Stack(mode="embedded", folder=work, database_url=database, amqp_url="", days=5)
        cleanup.callback(stack.stop)
        stack.start()
        stack.job()
        yield stack


def signed_in(browser: Browser, stack: Stack, width: int, scheme: Any = "light") -> Page:
    viewport: Any = {"width": width, "height": WINDOW_HEIGHT}
    context = browser.new_context(
        base_url=stack.addresses().sales, viewport=viewport, locale="ru-RU", color_scheme=scheme
    )
    page = context.new_page()
    page.set_default_timeout(WAIT_MILLISECONDS)
    page.goto("/console/sign-in")
    page.fill("#token", TOKEN)
    page.click("button.primary")
    page.wait_for_url("**/console/yesterday*")
    return page


def till(stack: Stack, what: str, **asked: Any) -> dict[str, Any]:
    """Do something at a till of the sandbox."""
    answer = httpx.post(f"{stack.outside().url}/_sandbox/cabinets/wk-main/{what}", json=asked, timeout=30)
    assert answer.is_success, answer.text
    return dict(answer.json())


def asked(address: str, **query: str) -> list[dict[str, Any]]:
    answer = httpx.get(address, params=query, headers=HEADERS, timeout=60)
    answer.raise_for_status()
    rows: list[dict[str, Any]] = answer.json()["data"]
    return rows


def trouble(stack: Stack, browser: Browser) -> str:
    """A day on which a shift differs, another lacks items, and a document was changed in 1C; answers the day."""
    lines = [{"name": "Хлеб «Нарочанский»", "price": "3.10", "quantity": "2"}, {"name": "Пакет", "price": "0.35"}]
    held = str(till(stack, "receipts", register="kassa-2", lines=lines)["at"])[:10]
    till(stack, "shifts", register="kassa-2", z={"sales_count": 4})
    till(stack, "receipts", register="kassa-3", lines=lines)
    till(stack, "shifts", register="kassa-3", z={})
    page = signed_in(browser, stack, WIDTHS["wide"])
    page.goto(f"/console/sales?from={held}&to={held}")
    page.get_by_role("button", name="Обновить").first.click()
    expect(page.get_by_role("status")).to_contain_text("Прочитано документов", timeout=WAIT_MILLISECONDS)
    page.context.close()
    order = asked(f"{stack.addresses().ledger}/ledger/v1/documents", kind="cash-receipt-order", register="kassa-1")[0]
    kind = "Document_ПриходныйКассовыйОрдер"
    edit = {"do": "change-sum", "kind": kind, "ref": order["erp"]["ref"], "amount": "0.77"}
    httpx.post(f"{stack.outside().url}/_sandbox/onec/edits", json=edit, timeout=30).raise_for_status()
    look = f"{stack.addresses().ledger}/ledger/v1/documents/{order['id']}/resend"
    httpx.post(look, json={"reason": "Сверка за день"}, headers=HEADERS, timeout=60).raise_for_status()
    return held


def windows(stack: Stack, held: str) -> dict[str, str]:
    """Every window by the name of its picture."""
    sales, ledger = stack.addresses().sales, stack.addresses().ledger
    shift = asked(f"{sales}/sales/v1/shifts", register="kassa-2", **{"from": held, "to": held})[0]["id"]
    proven = asked(f"{ledger}/ledger/v1/reconciliation", register="kassa-2", **{"from": DAY, "to": DAY})[0]["shift"]
    receipt = asked(f"{sales}/sales/v1/receipts", register="kassa-1", kind="sale", limit="1")[0]["id"]
    report = asked(f"{ledger}/ledger/v1/documents", kind="retail-report", register="kassa-1")[0]["id"]
    conflict = asked(f"{ledger}/ledger/v1/documents", state="conflict")[0]["id"]
    week = f"from={DAY}&to={held}"
    return {
        "yesterday": f"/console/yesterday?day={held}",
        "goods": "/console/goods?register=kassa-1",
        "goods-diff": compared(stack),
        "goods-bindings": "/console/goods/bindings",
        "goods-files": "/console/goods/files",
        "sales": f"/console/sales?{week}",
        "sales-shifts": f"/console/sales/shifts?{week}",
        "sales-shift": f"/console/sales/shifts/{shift}",
        "sales-receipt": f"/console/sales/receipts/{receipt}",
        "sales-empty": f"/console/sales/empty?{week}",
        "sales-days": f"/console/sales/days?{week}",
        "sales-month": f"/console/sales/month?{week}&month={DAY[:7]}",
        "sales-quarantine": "/console/sales/quarantine",
        "documents": f"/console/documents?{week}",
        "document": f"/console/documents/{report}",
        "document-conflict": f"/console/documents/{conflict}",
        "document-trace": f"/console/documents/{report}/trace",
        "documents-period": f"/console/documents/period?{week}",
        "reconciliation": f"/console/reconciliation?{week}",
        "reconciliation-shift": f"/console/reconciliation/shifts/{proven}",
        "annulments": f"/console/reconciliation/annulments?{week}",
        "comparison": f"/console/reconciliation/comparison?{week}",
        "events": "/console/reconciliation/events",
        "state": "/console/state",
        "audit": "/console/state/audit",
        "webhooks": "/console/state/webhooks",
    }


def compared(stack: Stack) -> str:
    """The address of a comparison of goods in which every status stands."""
    base = f"{stack.addresses().catalog}/catalog/v1"
    body = {"register": "kassa-1", "direction": "export", "selection": {"kind": "all"}}
    with httpx.Client(headers=HEADERS, timeout=60) as client:
        known = client.get(f"{base}/items", params={"limit": 500}).raise_for_status().json()["data"]
        goods = sorted((one for one in known if one["kind"] == "goods" and one["active"]), key=lambda one: one["name"])
        changed = zip(goods, CHANGES, strict=False)
        moved = [{name: one[name] for name in ITEM_FIELDS} | change for one, change in changed]
        client.put(f"{base}/items", json={"items": moved}).raise_for_status()
        price = {"price_type": "Розничная", "price": "3.15", "effective_at": DAY}
        priced = [{**price, "item_ref": moved[place]["ref"]} for place in (2, 3)]
        client.put(f"{base}/prices", json={"prices": priced}).raise_for_status()
        diff = client.post(f"{base}/diffs", json=body).raise_for_status().json()["id"]
        wait_for(
            lambda: client.get(f"{base}/diffs/{diff}").raise_for_status().json()["state"] != "computing",
            seconds=60,
            what="the comparison",
        )
    return f"/console/goods/diffs/{diff}"


def shoot(page: Page, at: Path, *, whole: bool) -> None:
    """One picture; the browser makes it small by itself."""
    if whole:
        page.screenshot(path=at.with_suffix(".png"), full_page=True)
        return
    tall = min(int(page.evaluate("document.documentElement.scrollHeight")), HEIGHT_MAX)
    wide = int(page.evaluate("window.innerWidth"))
    clip = {"x": 0, "y": 0, "width": wide, "height": tall, "scale": 1}
    asked_for = {"format": "webp", "quality": QUALITY, "clip": clip, "captureBeyondViewport": True}
    client = page.context.new_cdp_session(page)
    taken = client.send("Page.captureScreenshot", asked_for)
    at.with_suffix(".webp").write_bytes(base64.b64decode(taken["data"]))


if __name__ == "__main__":
    sys.exit(main())
