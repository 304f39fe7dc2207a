"""Entity sets and values served under the names of ``docs/reference/onec-names.md``."""

ITEMS = "Catalog_Номенклатура"
UNITS = "Catalog_КлассификаторЕдиницИзмерения"
VAT_RATES = "Catalog_СтавкиНДС"
BARCODES = "InformationRegister_ШтрихкодыНоменклатуры"
PRICE_TYPES = "Catalog_ТипыЦенНоменклатуры"
PRICE_SETTINGS = "Document_УстановкаЦенНоменклатуры"
PRICE_SETS = "InformationRegister_ЦеныНоменклатуры"
PRICES = "InformationRegister_ЦеныНоменклатуры_RecordType"
GOODS_RECEIPTS = "Document_ПоступлениеТоваровУслуг"
ORGANIZATIONS = "Catalog_Организации"
WAREHOUSES = "Catalog_Склады"
CASH_DESKS = "Catalog_Кассы"
CASH_FLOW_ITEMS = "Catalog_СтатьиДвиженияДенежныхСредств"
PAYMENT_TYPES = "Catalog_ВидыОплатОрганизаций"
COUNTERPARTIES = "Catalog_Контрагенты"
CONTRACTS = "Catalog_ДоговорыКонтрагентов"
ACCOUNTS = "ChartOfAccounts_Хозрасчетный"
MOVEMENT_SETS = "AccountingRegister_Хозрасчетный"
MOVEMENTS = "AccountingRegister_Хозрасчетный_RecordType"
BASE_ID = "Constant_ИдентификаторИнформационнойБазы"
BASE_NAME = "Constant_ЗаголовокСистемы"

RETAIL_REPORT = "Document_ОтчетОРозничныхПродажах"
GOODS_RETURN = "Document_ВозвратТоваровОтПокупателя"
CARD_PAYMENT = "Document_ОплатаПлатежнойКартой"
CASH_RECEIPT_ORDER = "Document_ПриходныйКассовыйОрдер"
CASH_EXPENSE_ORDER = "Document_РасходныйКассовыйОрдер"

VAT_VALUES = {"20": "НДС20", "10": "НДС10", "25": "НДС25", "0": "НДС0", "none": "БезНДС"}
ITEM_KINDS = {
    "goods": "Товар",
    "service": "Услуга",
    "material": "Материал",
    "fixed-asset": "ОсновноеСредство",
    "certificate": "Сертификат",
}
WAREHOUSE_KINDS = {
    "wholesale": "ОптовыйСклад",
    "retail": "РозничныйМагазин",
    "manual-outlet": "НеавтоматизированнаяТорговаяТочка",
}
