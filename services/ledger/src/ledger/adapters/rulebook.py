"""``smena.toml`` as the rules of the ledger."""

from ledger.domain.rules import (
    DeliveryMode,
    DeliveryRules,
    DocumentRules,
    OnChange,
    PaymentDocument,
    PaymentRule,
    RefundPolicy,
    TimeRule,
)
from ledger.ports.rulebook import UnknownRegisterError
from smena.config.model import SmenaConfig
from smena.config.registers import CardPayment, CashOrder, NoDocument, PaymentMapping, Register
from smena.erp.documents import ErpDocumentKind


class ConfiguredRulebook:
    """Rules read from the configuration; built once, since the configuration does not change while it runs."""

    def __init__(self, config: SmenaConfig) -> None:
        self._config = config
        self._document_rules = {register.id: self._rules(register) for register in config.registers}
        self._delivery_rules = {register.id: _delivery(register) for register in config.registers}

    def document_rules(self, organization: str, register: str, register_number: str) -> DocumentRules:
        """How a shift of this register becomes documents."""
        rules = self._document_rules.get(register)
        if rules is None:
            raise UnknownRegisterError(f"касса «{register}» не настроена: добавьте её в smena.toml ([[registers]])")
        owner = self._config.organization_of(register).id
        if owner != organization:
            raise UnknownRegisterError(f"касса «{register}» принадлежит организации «{owner}», а не «{organization}»")
        number = self._config.register(register).number
        if number != register_number:
            raise UnknownRegisterError(f"касса «{register}» имеет номер {number}, а в смене указан {register_number}")
        return rules

    def delivery_rules(self, register: str) -> DeliveryRules:
        """What is done in the ERP with its documents."""
        return self._delivery_rules.get(register, DeliveryRules(DeliveryMode.OFF))

    def registers_of(self, organization: str) -> tuple[str, ...]:
        """The registers of an organisation."""
        registers = (register.id for register in self._config.registers)
        return tuple(register for register in registers if self._config.organization_of(register).id == organization)

    def fetches(self, organization: str) -> bool:
        """Whether the ERP of this organisation fetches its documents from the feed."""
        return self._config.erp_of(organization).kind == "pull"

    def concerned(self, organization: str | None, register: str | None) -> str | None:
        """The configured organisation that an event of these names concerns: its own, else the register's owner."""
        if any(one.id == organization for one in self._config.organizations):
            return organization
        known = any(one.id == register for one in self._config.registers)
        return self._config.organization_of(register).id if known and register is not None else None

    def _rules(self, register: Register) -> DocumentRules:
        documents = register.documents
        erp = self._config.erp_of(self._config.organization_of(register.id).id)
        refs = {"organization": erp.refs.organization} if erp.kind == "onec-odata" else {}
        if documents.outlet is not None:
            refs["outlet"] = documents.outlet.ref
        return DocumentRules(
            operation=documents.operation,
            refunds=RefundPolicy(documents.refunds),
            time=TimeRule(documents.time),
            timezone=erp.timezone,
            documents_from=documents.documents_from,
            refs=refs,
            payments={kind: _payment(mapping) for kind, mapping in documents.payments.items()},
            on_change=OnChange(documents.on_change),
        )


def _delivery(register: Register) -> DeliveryRules:
    documents = register.documents
    unposted: set[str] = set() if documents.post else {"retail-report", "retail-refund"}
    for mapping in documents.payments.values():
        if isinstance(mapping, CashOrder) and not mapping.post:
            unposted |= {ErpDocumentKind.CASH_RECEIPT_ORDER.value, ErpDocumentKind.CASH_EXPENSE_ORDER.value}
        if isinstance(mapping, CardPayment) and not mapping.post:
            unposted.add(ErpDocumentKind.CARD_PAYMENT.value)
    return DeliveryRules(
        mode=DeliveryMode(documents.delivery),
        closed_until=documents.closed_until,
        not_posted=frozenset(unposted),
        expected_postings=documents.expected_postings,
    )


def _payment(mapping: PaymentMapping) -> PaymentRule:
    if isinstance(mapping, CashOrder):
        refs = {"cash_desk": mapping.cash_desk, "cash_flow_item": mapping.cash_flow_item}
        return PaymentRule(PaymentDocument.CASH_ORDER, refs=_given(refs))
    if isinstance(mapping, CardPayment):
        refs = {"payment_type": mapping.type, "acquirer": mapping.acquirer, "contract": mapping.contract}
        return PaymentRule(PaymentDocument.CARD_PAYMENT, refs=_given(refs))
    assert isinstance(mapping, NoDocument)
    return PaymentRule(PaymentDocument.NONE, component=mapping.component)


def _given(refs: dict[str, str | None]) -> dict[str, str]:
    return {role: ref for role, ref in refs.items() if ref is not None}
