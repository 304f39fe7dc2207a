"""Posting: what is checked only now, and the movements it leaves."""

from smena_sandbox.onec import names
from smena_sandbox.onec.errors import refused
from smena_sandbox.onec.schema import EntityType, Record
from smena_sandbox.onec.start import NO_REF
from smena_sandbox.onec.stock import refuse_negative_stock
from smena_sandbox.onec.store import Store
from smena_sandbox.onec.switches import OnecSwitches
from smena_sandbox.onec.values import number, scaled

ACCOUNTS = {"50": "Касса", "57": "Переводы в пути", "90": "Доходы и расходы по текущей деятельности"}
_CASH_KINDS = frozenset({"Наличные"})
_REPORT = ("ВидОперации", "Организация_Key", "Склад_Key")
_CASH = ("ВидОперации", "Организация_Key", "Касса_Key")
_REQUIRED: dict[str, tuple[str, ...]] = {
    names.RETAIL_REPORT: _REPORT,
    names.GOODS_RETURN: _REPORT,
    names.CARD_PAYMENT: ("ВидОперации", "Организация_Key", "ВидОплаты_Key"),
    names.CASH_RECEIPT_ORDER: _CASH,
    names.CASH_EXPENSE_ORDER: _CASH,
    names.PRICE_SETTINGS: ("ТипЦен_Key",),
    names.GOODS_RECEIPTS: ("Контрагент_Key", "Склад_Key"),
}
_REQUIRED_IN_ROWS = ("Номенклатура_Key", "ВидОплаты_Key")
Movement = tuple[str, str, int]


def account_ref(code: str) -> str:
    """Return the reference of an account in the chart."""
    return f"acc00000-0000-4000-8000-{code:0>12}"


def refuse_closed(record: Record, switches: OnecSwitches) -> None:
    """Refuse to touch movements of a closed day, in the configuration's words (LIVE-B, text GUESS)."""
    closed = switches.closed_until
    if closed is not None and record["Date"][:10] <= closed.isoformat():
        day = "{2}.{1}.{0}".format(*record["Date"][:10].split("-"))
        raise refused(
            f"Документ от {day} не может быть изменен: дата запрета изменения данных "
            f"установлена {closed.strftime('%d.%m.%Y')}. Закрытый период."
        )


def check_posting(store: Store, entity: EntityType, record: Record, switches: OnecSwitches) -> None:
    """Refuse what cannot be posted: marked (LIVE-A), of a closed day, not filled (only checked here, LIVE-A)."""
    if record["DeletionMark"]:
        raise refused("Помеченный на удаление документ не может быть проведен")
    refuse_closed(record, switches)
    for name in _REQUIRED.get(entity.name, ()):
        if record[name] in {"", NO_REF}:
            raise refused(f'Поле "{name.removesuffix("_Key")}" не заполнено')
    for section in entity.sections:
        checked = [name for name in _REQUIRED_IN_ROWS if name in section.by_name]
        for row in record[section.name]:
            for name in checked:
                if row[name] == NO_REF:
                    column = name.removesuffix("_Key")
                    raise refused(
                        f'Не заполнена колонка "{column}" в строке {row["LineNumber"]} списка "{section.name}"'
                    )
    if switches.negative_stock == "refuse" and record.get("ВидОперации") in switches.report_operation_postings:
        refuse_negative_stock(store, record, switches)


def _report_movements(store: Store, record: Record, switches: OnecSwitches) -> list[Movement]:
    if record["ВидОперации"] not in switches.report_operation_postings:
        return []
    cashless = 0
    for row in record.get("Оплата", ()):
        kind = store.table(names.PAYMENT_TYPES).get(row["ВидОплаты_Key"])
        if kind is None or kind["ТипОплаты"] not in _CASH_KINDS:
            cashless += scaled(row["СуммаОплаты"], 2)
    return [("50", "90", scaled(record["СуммаДокумента"], 2) - cashless), ("57", "90", cashless)]


def movements(store: Store, entity: EntityType, record: Record, switches: OnecSwitches) -> list[Movement]:
    """Return debit, credit and kopecks.

    The report books cash itself where its operation does (LIVE: the till's operation, not the outlet's), so
    that a cash receipt order beside it doubles account 50.
    """
    if entity.name in {names.RETAIL_REPORT, names.GOODS_RETURN}:
        found = _report_movements(store, record, switches)
        if entity.name == names.GOODS_RETURN:
            found = [(credit, debit, amount) for debit, credit, amount in found]
    elif entity.name == names.CASH_RECEIPT_ORDER:
        found = [("50", "90", scaled(record["СуммаДокумента"], 2))]
    elif entity.name == names.CASH_EXPENSE_ORDER:
        found = [("90", "50", scaled(record["СуммаДокумента"], 2))]
    elif entity.name == names.CARD_PAYMENT:
        amount = scaled(record["СуммаДокумента"], 2)
        back = record["ВидОперации"] == "ВозвратПокупателю"
        found = [("90", "57", amount) if back else ("57", "90", amount)]
    else:
        found = []
    return [movement for movement in found if movement[2]]


def record_movements(store: Store, entity: EntityType, record: Record, switches: OnecSwitches) -> None:
    """Write a posted document's movements into its registers, or take an unposted one's away."""
    if entity.name == names.PRICE_SETTINGS:
        sets, records = names.PRICE_SETS, names.PRICES
        rows = [
            {"ТипЦен_Key": record["ТипЦен_Key"], "Номенклатура_Key": r["Номенклатура_Key"], "Цена": r["Цена"]}
            for r in (record["Товары"] if record["Posted"] else ())
        ]
    else:
        sets, records = names.MOVEMENT_SETS, names.MOVEMENTS
        booked = movements(store, entity, record, switches) if record["Posted"] else ()
        rows = [
            {"AccountDr_Key": account_ref(dr), "AccountCr_Key": account_ref(cr), "Сумма": number(amount, 2)}
            for dr, cr, amount in booked
        ]
    recorder = {"Recorder": record["Ref_Key"], "Recorder_Type": f"StandardODATA.{entity.name}"}
    _replace_set(store, sets, records, recorder, rows, record["Date"])


def _replace_set(store: Store, sets: str, records: str, recorder: Record, rows: list[Record], period: str) -> None:
    table = store.table(records)
    before = store.table(sets).remove("|".join(recorder.values()))
    for row in before["RecordSet"] if before else ():
        table.remove(table.key_of(row))
    if not rows:
        return
    full = [
        {**recorder, "Period": period, "LineNumber": str(n), "Active": True, **row} for n, row in enumerate(rows, 1)
    ]
    store.table(sets).put({**recorder, "RecordSet": full})
    for row in full:
        table.put(row)
