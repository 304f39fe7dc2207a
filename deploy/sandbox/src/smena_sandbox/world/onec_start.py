"""The rows 1C starts with, made from the shop's catalogue."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from smena_sandbox.onec import start as rows
from smena_sandbox.world import settings
from smena_sandbox.world.cabinet import UNITS
from smena_sandbox.world.model import CatalogueItem
from smena_sandbox.world.refs import ref, stable_number
from smena_sandbox.world.world import World

SETTING_LINES = 500
"""Rows of one price setting document: what a person would still open."""

RECEIPT_LINES = 40
"""Rows of one goods receipt."""


def onec_start(world: World) -> rows.OnecStart:
    """Build every row; refs depend on names alone, so the same world has the same refs."""
    items = [*world.items, *world.extra_items]
    default_items = [
        rows.Item(ref("item", name), name, f"ДФ-{rate:0>8}", name, f"DEFAULT-{rate}", unit=ref("unit", "шт"),
                  vat_rate=rate, retail_vat_rate=rate)
        for rate, name in settings.DEFAULT_ITEM_NAMES.items()
    ]  # fmt: skip
    warehouses = [rows.Warehouse(ref("warehouse", settings.WAREHOUSE), settings.WAREHOUSE, "wholesale")]
    warehouses += [rows.Warehouse(r.outlet_ref, r.outlet, "manual-outlet") for r in world.registers]
    return rows.OnecStart(
        organizations=tuple(
            rows.Organization(ref("organization", each.identity), each.name, each.unp, each.prefix)
            for each in settings.ORGANIZATIONS
        ),
        units=tuple(rows.Unit(ref("unit", name), name, f"{n:03d}") for n, name in enumerate(UNITS, 1)),
        vat_rates=tuple(
            rows.VatRate(ref("vat-rate", code), code, "Без НДС" if code == "none" else f"{code}%")
            for code in ("20", "10", "25", "0", "none")
        ),
        groups=tuple(_groups(items)),
        items=(*(_item(n, item) for n, item in enumerate(items, 1)), *default_items),
        barcodes=tuple(rows.Barcode(i.barcode, ref("item", i.key)) for i in items if i.barcode),
        price_types=tuple(
            rows.PriceType(ref("price-type", name), name)
            for name in (settings.PURCHASE_PRICE_TYPE, settings.RETAIL_PRICE_TYPE)
        ),
        price_settings=tuple(_price_settings(world)),
        goods_receipts=tuple(_goods_receipts(world)),
        warehouses=tuple(warehouses),
        cash_desks=tuple(rows.CashDesk(r.cash_desk_ref, r.cash_desk) for r in world.registers),
        cash_flow_items=(rows.CashFlowItem(ref("cash-flow-item", settings.CASH_FLOW_ITEM), settings.CASH_FLOW_ITEM),),
        payment_types=tuple(
            rows.PaymentType(ref("payment-type", key), name) for key, name in settings.PAYMENT_TYPES.items()
        ),
        counterparties=tuple(
            rows.Counterparty(ref("counterparty", name), name) for name in (settings.ACQUIRER, *settings.SUPPLIERS)
        ),
        contracts=(
            rows.Contract(
                ref("contract", settings.CONTRACT), settings.CONTRACT, ref("counterparty", settings.ACQUIRER)
            ),
        ),
    )


def _item(n: int, item: CatalogueItem) -> rows.Item:
    return rows.Item(
        ref=ref("item", item.key),
        name=item.name,
        code=f"ЦБ-{n:08d}",
        full_name=item.name,
        article=item.article,
        group=ref("group", item.group) if item.group else rows.NO_REF,
        unit=ref("unit", item.unit),
        vat_rate=item.vat_rate,
        retail_vat_rate=item.retail_vat_rate,
        kind=item.kind,
    )


def _groups(items: Iterable[CatalogueItem]) -> Iterable[rows.Group]:
    """Every prefix of every path, parents first."""
    seen: dict[str, None] = {}
    for item in items:
        parts = item.group.split("/") if item.group else []
        for depth in range(1, len(parts) + 1):
            seen.setdefault("/".join(parts[:depth]))
    for n, path in enumerate(seen, 1):
        parent, _, name = path.rpartition("/")
        yield rows.Group(ref("group", path), name, f"ГР-{n:08d}", ref("group", parent) if parent else rows.NO_REF)


def _price_settings(world: World) -> Iterable[rows.PriceSetting]:
    """Two settings of each type: an early one at other prices for every fifth item, then the one in force."""
    number = 0
    for days, every in ((40, 5), (14, 1)):
        for price_type in (settings.PURCHASE_PRICE_TYPE, settings.RETAIL_PRICE_TYPE):
            items = world.items[::every]
            for start in range(0, len(items), SETTING_LINES):
                number += 1
                lines = tuple(
                    rows.PriceLine(ref("item", item.key), _price(item, price_type, early=every > 1))
                    for item in items[start : start + SETTING_LINES]
                )
                yield rows.PriceSetting(
                    ref=ref("price-setting", str(number)),
                    number=f"РОМ-{number:07d}",
                    date=world.first_day - timedelta(days=days) + timedelta(hours=9, minutes=number),
                    price_type=ref("price-type", price_type),
                    lines=lines,
                )


def _price(item: CatalogueItem, price_type: str, *, early: bool) -> int:
    price = item.purchase_price if price_type == settings.PURCHASE_PRICE_TYPE else item.retail_price
    return max(1, price - price // 20) if early else price


def _goods_receipts(world: World) -> Iterable[rows.GoodsReceipt]:
    """Receipts of goods: an early one at a lower price for every third item, then one for each item."""
    goods = [item for item in world.items if not item.service_at_till]
    number = 0
    for days, every in ((30, 3), (7, 1)):
        chosen = goods[::every]
        for start in range(0, len(chosen), RECEIPT_LINES):
            number += 1
            minutes = timedelta(hours=8) + timedelta(seconds=90 * (number % 300))
            yield _goods_receipt(
                number, world.first_day - timedelta(days=days) + minutes, chosen[start : start + RECEIPT_LINES],
                early=every > 1,
            )  # fmt: skip


def _goods_receipt(number: int, date: datetime, items: list[CatalogueItem], *, early: bool) -> rows.GoodsReceipt:
    lines = []
    for item in items:
        price = _price(item, settings.PURCHASE_PRICE_TYPE, early=early)
        units = 10 + stable_number(f"received:{item.key}:{early}") % 90
        amount = units * price
        rate = int(item.vat_rate) if item.vat_rate.isdigit() else 0
        # VAT inside the amount, halves up.
        vat = (2 * amount * rate + 100 + rate) // (2 * (100 + rate))
        lines.append(rows.GoodsReceiptLine(ref("item", item.key), units * 1000, price, amount, item.vat_rate, vat))
    return rows.GoodsReceipt(
        ref=ref("goods-receipt", str(number)),
        number=f"РОМ-{number:07d}",
        date=date,
        supplier=ref("counterparty", settings.SUPPLIERS[number % len(settings.SUPPLIERS)]),
        warehouse=ref("warehouse", settings.WAREHOUSE),
        lines=tuple(lines),
    )
