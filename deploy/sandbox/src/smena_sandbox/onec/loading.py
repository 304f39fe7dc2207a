"""Give the plain rows of a start the names, the types and the numbers of 1C."""

from collections.abc import Iterable
from typing import Any

from smena_sandbox.onec import names
from smena_sandbox.onec.numbering import learn_number
from smena_sandbox.onec.posting import ACCOUNTS, account_ref, record_movements
from smena_sandbox.onec.schema import EntityType, Record
from smena_sandbox.onec.start import NO_REF, Item, OnecStart, VatRate
from smena_sandbox.onec.store import Store
from smena_sandbox.onec.switches import OnecSwitches
from smena_sandbox.onec.values import FIRST_VERSION, number

_DATE = "%Y-%m-%dT%H:%M:%S"


def kopecks(value: int) -> int | float:
    """Return kopecks as the JSON number 1C serves."""
    return number(value, 2)


def thousandths(value: int) -> int | float:
    """Return a quantity as the JSON number 1C serves."""
    return number(value, 3)


def vat_rates_of(start: OnecStart) -> tuple[VatRate, ...]:
    """Return the base's VAT catalogue, one of our own where the start brings none."""
    labels = {"20": "20%", "10": "10%", "25": "25%", "0": "0%", "none": "Без НДС"}
    own = (
        VatRate(f"4a7e0000-0000-4000-8000-{position:012d}", code, label)
        for position, (code, label) in enumerate(labels.items(), 1)
    )
    return start.vat_rates or tuple(own)


class VatForm:
    """Writes a VAT rate as this base holds it: a value's name, or a reference into the catalogue."""

    def __init__(self, start: OnecStart, switches: OnecSwitches) -> None:
        self._catalogue = switches.vat == "catalogue"
        self._refs = {row.code: row.ref.lower() for row in vat_rates_of(start)}

    def field(self, name: str, code: str) -> tuple[str, str]:
        """Return the property's name and value."""
        if self._catalogue:
            return f"{name}_Key", self._refs.get(code, NO_REF)
        return name, names.VAT_VALUES.get(code, "")


def load(store: Store, start: OnecStart, switches: OnecSwitches) -> None:
    """Fill an empty store."""
    vat = VatForm(start, switches)
    _load_catalogs(store, start, switches)
    _fill(store, names.ITEMS, (*_groups(start), *(_item(row, vat) for row in start.items)))
    barcodes = ({"Штрихкод": row.barcode, "Номенклатура_Key": row.item.lower()} for row in start.barcodes)
    _fill(store, names.BARCODES, barcodes)
    _fill(store, names.PRICE_SETTINGS, _price_settings(start))
    _fill(store, names.GOODS_RECEIPTS, _goods_receipts(start, vat))
    _fill(
        store,
        names.ACCOUNTS,
        ({"Ref_Key": account_ref(code), "Code": code, "Description": name} for code, name in ACCOUNTS.items()),
    )
    for entity, value in ((names.BASE_ID, switches.base_id), (names.BASE_NAME, switches.base_name)):
        _fill(store, entity, ({"SurrogateKey": NO_REF, "Value": value},))
    for table in store.documents():
        for record in table:
            learn_number(store, table.entity, record)
            record_movements(store, table.entity, record, switches)


def _fill(store: Store, name: str, rows: Iterable[Record]) -> None:
    entity = store.schema[name]
    store.table(name).replace(_complete(entity, row) for row in rows)


def _complete(entity: EntityType, row: Record) -> Record:
    record = {**entity.empty_record(), **row}
    if entity.has_version:
        record["DataVersion"] = FIRST_VERSION
        for section in entity.sections:
            empty = {prop.name: prop.empty for prop in section.props}
            record[section.name] = [{**empty, **line, "Ref_Key": record["Ref_Key"]} for line in record[section.name]]
    return record


def _load_catalogs(store: Store, start: OnecStart, switches: OnecSwitches) -> None:
    def plain(rows: Iterable[Any], **more: str) -> Iterable[Record]:
        for position, row in enumerate(rows, 1):
            code = getattr(row, "code", "") or f"{position:09d}"
            record = {"Ref_Key": row.ref.lower(), "Code": code, "Description": row.name}
            yield {**record, **{field: getattr(row, attribute) for field, attribute in more.items()}}

    _fill(store, names.UNITS, plain(start.units))
    _fill(store, names.PRICE_TYPES, plain(start.price_types))
    _fill(store, names.ORGANIZATIONS, plain(start.organizations, УНП="unp"))
    _fill(store, names.CASH_DESKS, plain(start.cash_desks))
    _fill(store, names.CASH_FLOW_ITEMS, plain(start.cash_flow_items))
    _fill(store, names.PAYMENT_TYPES, plain(start.payment_types, ТипОплаты="kind"))
    _fill(store, names.COUNTERPARTIES, plain(start.counterparties))
    _fill(store, names.CONTRACTS, plain(start.contracts, Owner_Key="counterparty"))
    warehouses = plain(start.warehouses, ТипСклада="kind")
    _fill(
        store,
        names.WAREHOUSES,
        ({**row, "ТипСклада": names.WAREHOUSE_KINDS.get(row["ТипСклада"], "")} for row in warehouses),
    )
    if switches.vat == "catalogue":
        load_vat_rates(store, start)


def load_vat_rates(store: Store, start: OnecStart) -> None:
    """Fill ``Catalog_СтавкиНДС`` of a base where VAT is a catalogue."""
    rates = (
        {
            "Ref_Key": row.ref.lower(),
            "Code": f"{position:09d}",
            "Description": row.name,
            "Ставка": int(row.code) if row.code.isdigit() else 0,
        }
        for position, row in enumerate(vat_rates_of(start), 1)
    )
    _fill(store, names.VAT_RATES, rates)


def _groups(start: OnecStart) -> Iterable[Record]:
    for position, row in enumerate(start.groups, 1):
        yield {
            "Ref_Key": row.ref.lower(),
            "Code": row.code or f"00-{position:08d}",
            "Description": row.name,
            "Parent_Key": row.parent.lower() or NO_REF,
            "IsFolder": True,
        }


def _item(row: Item, vat: VatForm) -> Record:
    record: Record = {
        "Ref_Key": row.ref.lower(),
        "Code": row.code,
        "Description": row.name[:100],
        "НаименованиеПолное": (row.full_name or row.name)[:1000],
        "Артикул": row.article[:25],
        "Parent_Key": row.group.lower() or NO_REF,
        "БазоваяЕдиницаИзмерения_Key": row.unit.lower() or NO_REF,
        "Услуга": row.kind == "service",
        "ВидНоменклатуры": names.ITEM_KINDS.get(row.kind, ""),
        "DeletionMark": not row.active,
    }
    record.update([vat.field("СтавкаНДС", row.vat_rate), vat.field("СтавкаНДСВРознице", row.retail_vat_rate)])
    return record


def _price_settings(start: OnecStart) -> Iterable[Record]:
    for row in start.price_settings:
        yield {
            "Ref_Key": row.ref.lower(),
            "Number": row.number,
            "Date": row.date.strftime(_DATE),
            "Posted": row.posted,
            "ТипЦен_Key": row.price_type.lower(),
            "Комментарий": row.comment,
            "Товары": [
                {"LineNumber": str(n), "Номенклатура_Key": line.item.lower(), "Цена": kopecks(line.price)}
                for n, line in enumerate(row.lines, 1)
            ],
        }


def _goods_receipts(start: OnecStart, vat: VatForm) -> Iterable[Record]:
    for row in start.goods_receipts:
        lines = []
        for n, line in enumerate(row.lines, 1):
            vat_name, vat_value = vat.field("СтавкаНДС", line.vat_rate)
            lines.append(
                {
                    "LineNumber": str(n),
                    "Номенклатура_Key": line.item.lower(),
                    "Количество": thousandths(line.quantity),
                    "Цена": kopecks(line.price),
                    "Сумма": kopecks(line.amount),
                    vat_name: vat_value,
                    "СуммаНДС": kopecks(line.vat_amount),
                }
            )
        extra = 0 if row.sum_includes_vat else sum(line.vat_amount for line in row.lines)
        yield {
            "Ref_Key": row.ref.lower(),
            "Number": row.number,
            "Date": row.date.strftime(_DATE),
            "Posted": row.posted,
            "Контрагент_Key": row.supplier.lower(),
            "Склад_Key": row.warehouse.lower(),
            "СуммаДокумента": kopecks(sum(line.amount for line in row.lines) + extra),
            "СуммаВключаетНДС": row.sum_includes_vat,
            "Товары": lines,
        }
