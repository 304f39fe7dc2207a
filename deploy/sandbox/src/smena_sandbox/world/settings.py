"""What the shop is called and which 1C things it uses; the rest of the world refers to these names."""

from dataclasses import dataclass

from smena_sandbox.world.refs import ref

CABINET_ID = "wk-main"
WAREHOUSE = "Основной склад"
CASH_FLOW_ITEM = "Розничная выручка"
ACQUIRER = "ОАО Эквайрер"
CONTRACT = "Договор эквайринга № 1"
SUPPLIERS = ("ООО Поставщик", "ЧТУП Опт")
PURCHASE_PRICE_TYPE = "Закупочная"
RETAIL_PRICE_TYPE = "Розничная"
PAYMENT_TYPES = {"cashless": "Безналичные (терминал)", "other": "Иные способы оплаты", "card": "Платёжная карта"}
ONEC_USER = "smena"
DEFAULT_ITEM_NAMES = {"20": "Товар 20 %", "10": "Товар 10 %", "0": "Товар 0 %"}
"""Items offered for lines without an item, by VAT rate."""


@dataclass(frozen=True, slots=True)
class OrganizationSettings:
    """An organisation of the base; ``operator`` is its cabinet's where each organisation has one of its own."""

    identity: str
    name: str
    unp: str
    prefix: str
    operator: str


ORGANIZATIONS = (
    OrganizationSettings("romashka", "ООО Ромашка", "190000005", "РОМ-", "webkassa"),
    OrganizationSettings("vasilek", "ООО Василёк", "190000018", "ВАС-", "ikassa"),
    OrganizationSettings("landysh", "ЧТУП Ландыш", "190000020", "ЛАН-", "titan-retail-local"),
    OrganizationSettings("klever", "ООО Клевер", "190000033", "КЛЕ-", "k5-mag"),
)
"""The first has the whole shop, unless every operator is asked for: then the registers are dealt out in turn."""

ORGANIZATION = ORGANIZATIONS[0]


@dataclass(frozen=True, slots=True)
class RegisterSettings:
    """A register as the product's configuration names it."""

    identity: str
    number: str
    outlet: str
    cash_desk: str

    @property
    def outlet_ref(self) -> str:
        """Ref of the outlet (warehouse of kind НТТ) in 1C."""
        return ref("warehouse", self.outlet)

    @property
    def cash_desk_ref(self) -> str:
        """Ref of the cash desk in 1C."""
        return ref("cash-desk", self.cash_desk)


def register_settings(count: int) -> list[RegisterSettings]:
    """Registers ``kassa-1`` … with 9-digit registration numbers."""
    return [
        RegisterSettings(f"kassa-{n}", str(131_010_704 + n), f"Магазин № {n}", f"Касса магазина № {n}")
        for n in range(1, count + 1)
    ]
