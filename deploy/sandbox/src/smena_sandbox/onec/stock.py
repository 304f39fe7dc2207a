"""What is on stock, for bases whose posting refuses to sell more (GUESS)."""

from collections import Counter

from smena_sandbox.onec import names
from smena_sandbox.onec.errors import refused
from smena_sandbox.onec.schema import Record
from smena_sandbox.onec.store import Store
from smena_sandbox.onec.switches import OnecSwitches
from smena_sandbox.onec.values import number, scaled


def refuse_negative_stock(store: Store, report: Record, switches: OnecSwitches) -> None:
    """Refuse a report that takes more from its warehouse than posted goods receipts brought there."""
    stock: Counter[str] = Counter()
    for receipt in store.table(names.GOODS_RECEIPTS).having("Склад_Key", report["Склад_Key"]):
        if receipt["Posted"]:
            _add(stock, receipt, 1)
    for other in store.table(names.RETAIL_REPORT).having("Склад_Key", report["Склад_Key"]):
        booked = other["Posted"] and other["ВидОперации"] in switches.report_operation_postings
        if booked and other["Ref_Key"] != report["Ref_Key"]:
            _add(stock, other, -1)
    _add(stock, report, -1)
    for item, left in stock.items():
        if left < 0:
            name = store.description(names.ITEMS, item)
            raise refused(f'Не хватает "{name}": {number(-left, 3)}')


def _add(stock: Counter[str], document: Record, sign: int) -> None:
    for row in document["Товары"]:
        stock[row["Номенклатура_Key"]] += sign * scaled(row["Количество"], 3)
