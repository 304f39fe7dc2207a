"""The schema of «Бухгалтерия для Беларуси» as inferred from its siblings (GUESS in every name)."""

from smena_sandbox.onec import names
from smena_sandbox.onec.fields import LINE, REF, choice, flag, moment, money, quantity, ref, text
from smena_sandbox.onec.schema import EntityType, Prop, Schema, Section
from smena_sandbox.onec.switches import OnecSwitches

_VERSION = Prop("DataVersion", "String")
_RECORDER = (Prop("Recorder", "String", composite=True), text("Recorder_Type", 150))
_RETAIL_OPERATIONS = "ОтчетНТТОПродажах ОтчетККМОПродажах"


def _catalog(name: str, *props: Prop, parent: bool = False, code: int = 11) -> EntityType:
    groups = (ref("Parent", name), flag("IsFolder")) if parent else ()
    head = (REF, _VERSION, text("Code", code), text("Description", 100), *groups)
    tail = (flag("DeletionMark"), flag("Predefined"), text("PredefinedDataName", 150))
    return EntityType(name, "catalog", ("Ref_Key",), (*head, *props, *tail))


def _document(name: str, *props: Prop, sections: tuple[Section, ...] = ()) -> EntityType:
    head = (REF, _VERSION, text("Number", 11), moment("Date"), flag("DeletionMark"), flag("Posted"))
    # Each row repeats its document's key (GUESS from answers seen).
    keyed = tuple(Section(section.name, (REF, *section.props)) for section in sections)
    return EntityType(name, "document", ("Ref_Key",), (*head, *props), keyed)


def _vat(name: str, switches: OnecSwitches) -> Prop:
    if switches.vat == "catalogue":
        return ref(name, names.VAT_RATES)
    return choice(name, "СтавкиНДС", " ".join(names.VAT_VALUES.values()))


def _catalogs(switches: OnecSwitches) -> list[EntityType]:
    kinds = " ".join(names.ITEM_KINDS.values())
    warehouses = " ".join(names.WAREHOUSE_KINDS.values())
    found = [
        _catalog(
            names.ITEMS,
            text("НаименованиеПолное", 1000),
            text("Артикул", 25),
            ref("БазоваяЕдиницаИзмерения", names.UNITS),
            _vat("СтавкаНДС", switches),
            _vat("СтавкаНДСВРознице", switches),
            flag("Услуга"),
            choice("ВидНоменклатуры", "ВидыНоменклатуры", kinds),
            parent=True,
        ),
        _catalog(names.UNITS),
        _catalog(names.PRICE_TYPES),
        _catalog(names.ORGANIZATIONS, text("УНП", 9)),
        _catalog(names.WAREHOUSES, choice("ТипСклада", "ТипыСкладов", warehouses)),
        _catalog(names.CASH_DESKS),
        _catalog(names.CASH_FLOW_ITEMS),
        _catalog(names.PAYMENT_TYPES, text("ТипОплаты", 150)),
        _catalog(names.COUNTERPARTIES),
        _catalog(names.CONTRACTS, ref("Owner", names.COUNTERPARTIES)),
        _catalog(names.ACCOUNTS, code=8),
    ]
    if switches.vat == "catalogue":
        found.append(_catalog(names.VAT_RATES, money("Ставка")))
    return found


def _goods(name: str, switches: OnecSwitches) -> Section:
    return Section(
        name,
        (
            LINE,
            ref("Номенклатура", names.ITEMS),
            ref("ЕдиницаИзмерения", names.UNITS),
            quantity("Количество"),
            money("Цена"),
            money("Сумма"),
            _vat("СтавкаНДС", switches),
            money("СуммаНДС"),
        ),
    )


def _payments() -> Section:
    return Section("Оплата", (LINE, ref("ВидОплаты", names.PAYMENT_TYPES), money("СуммаОплаты")))


def _trade_documents(switches: OnecSwitches) -> list[EntityType]:
    report = (
        choice("ВидОперации", "ВидыОперацийОтчетОРозничныхПродажах", _RETAIL_OPERATIONS),
        ref("Организация", names.ORGANIZATIONS),
        ref("Склад", names.WAREHOUSES),
        flag("СуммаВключаетНДС"),
        money("СуммаДокумента"),
        text("Комментарий"),
    )
    goods, refunds = _goods("Товары", switches), _goods("Возвраты", switches)
    sections = (goods, _payments(), refunds) if switches.refunds_section else (goods, _payments())
    received = Section("Товары", tuple(p for p in goods.props if p.name != "ЕдиницаИзмерения_Key"))
    prices = Section("Товары", (LINE, ref("Номенклатура", names.ITEMS), money("Цена")))
    return [
        _document(names.RETAIL_REPORT, *report, sections=sections),
        _document(names.GOODS_RETURN, *report, sections=(goods,)),
        _document(
            names.PRICE_SETTINGS,
            ref("ТипЦен", names.PRICE_TYPES),
            text("Комментарий"),
            sections=(prices,),
        ),
        _document(
            names.GOODS_RECEIPTS,
            ref("Контрагент", names.COUNTERPARTIES),
            ref("Склад", names.WAREHOUSES),
            money("СуммаДокумента"),
            flag("СуммаВключаетНДС"),
            sections=(received,),
        ),
    ]


def _money_documents() -> list[EntityType]:
    def cash(name: str, enum: str, operation: str) -> EntityType:
        return _document(
            name,
            choice("ВидОперации", enum, operation),
            ref("Организация", names.ORGANIZATIONS),
            ref("Касса", names.CASH_DESKS),
            ref("СтатьяДвиженияДенежныхСредств", names.CASH_FLOW_ITEMS),
            money("СуммаДокумента"),
            text("Основание"),
            text("Комментарий"),
        )

    card = "РозничнаяВыручка ВозвратПокупателю ОплатаПокупателя"
    return [
        cash(names.CASH_RECEIPT_ORDER, "ВидыОперацийПКО", "РозничнаяВыручка ОплатаПокупателя"),
        cash(names.CASH_EXPENSE_ORDER, "ВидыОперацийРКО", "ВозвратПокупателю ОплатаПоставщику"),
        _document(
            names.CARD_PAYMENT,
            choice("ВидОперации", "ВидыОперацийОплатаПлатежнойКартой", card),
            ref("Организация", names.ORGANIZATIONS),
            ref("ВидОплаты", names.PAYMENT_TYPES),
            ref("Контрагент", names.COUNTERPARTIES),
            ref("ДоговорКонтрагента", names.CONTRACTS),
            money("СуммаДокумента"),
            text("Комментарий"),
        ),
    ]


def _registers() -> list[EntityType]:
    common = (*_RECORDER, moment("Period"), LINE, flag("Active"))
    price = (ref("ТипЦен", names.PRICE_TYPES), ref("Номенклатура", names.ITEMS), money("Цена"))
    accounts = (ref("AccountDr", names.ACCOUNTS), ref("AccountCr", names.ACCOUNTS), money("Сумма"))
    recorder, line = ("Recorder", "Recorder_Type"), ("Recorder", "Recorder_Type", "LineNumber")
    barcode = (text("Штрихкод", 200), ref("Номенклатура", names.ITEMS))
    return [
        EntityType(names.BARCODES, "independent", ("Штрихкод",), barcode),
        EntityType(names.PRICE_SETS, "recordset", recorder, _RECORDER, (Section("RecordSet", common + price),)),
        EntityType(names.PRICES, "records", line, common + price),
        EntityType(names.MOVEMENT_SETS, "recordset", recorder, _RECORDER, (Section("RecordSet", common + accounts),)),
        EntityType(names.MOVEMENTS, "records", line, common + accounts),
        EntityType(names.BASE_ID, "constant", ("SurrogateKey",), (REF_OF_CONSTANT, text("Value"))),
        EntityType(names.BASE_NAME, "constant", ("SurrogateKey",), (REF_OF_CONSTANT, text("Value"))),
    ]


REF_OF_CONSTANT = Prop("SurrogateKey", "Guid")


def build_schema(switches: OnecSwitches) -> Schema:
    """Return every entity set this base has, tabular sections as sets of their own included (DOC)."""
    found = [
        *_catalogs(switches),
        *_trade_documents(switches),
        *_money_documents(),
        *_registers(),
    ]
    for owner in [entity for entity in found if entity.kind == "document"]:
        found.extend(
            EntityType(f"{owner.name}_{section.name}", "rows", ("Ref_Key", "LineNumber"), section.props)
            for section in owner.sections
        )
    return {entity.name: entity for entity in found}
