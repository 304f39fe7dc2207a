"""An accounting document of a shift: its content, its identity, its canonical form and hash."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from ledger.domain.shifts import ShiftKey
from smena.erp.documents import ErpDocumentKind
from smena.kinds.identity import compact_utc, document_id
from smena.kinds.money import Kopecks, format_money
from smena.kinds.quantity import Thousandths, format_quantity
from smena.kinds.vat import VatRate

Day = date
CASH_KINDS = frozenset({ErpDocumentKind.CASH_RECEIPT_ORDER, ErpDocumentKind.CASH_EXPENSE_ORDER})
GOODS_KINDS = frozenset({ErpDocumentKind.RETAIL_REPORT, ErpDocumentKind.RETAIL_REFUND})
ORDER_OF_DELIVERY = {
    ErpDocumentKind.RETAIL_REPORT: 0,
    ErpDocumentKind.RETAIL_REFUND: 1,
    ErpDocumentKind.CASH_RECEIPT_ORDER: 2,
    ErpDocumentKind.CASH_EXPENSE_ORDER: 2,
    ErpDocumentKind.CARD_PAYMENT: 3,
}
"""Documents of a shift go in the order report, cash, others (domain.md)."""


class DocumentState(StrEnum):
    """Where a document stands (contracts.md)."""

    PLANNED = "planned"
    SENDING = "sending"
    UNKNOWN = "unknown"
    CREATED = "created"
    POSTED = "posted"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Source:
    """A line of a published revision behind a document's line; ``sign`` -1 where it is taken off."""

    revision: int
    key: str
    sign: int = 1


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """One line; quantity and sums are positive, ``refund`` says the direction."""

    item_ref: str
    name: str
    unit: str
    quantity: Thousandths
    price: Kopecks
    amount: Kopecks
    vat_rate: VatRate
    vat_amount: Kopecks
    refund: bool
    discount: bool
    price_derived: bool
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentForm:
    """How a document goes to the ERP, fixed when it is built: a later change of settings does not reach it.

    ``date`` is naive local time of the ERP; ``refs`` are the ERP's references by role.
    """

    date: datetime
    refs: dict[str, str] = field(default_factory=dict)
    refunds: str = "negative-lines"
    basis: str = ""
    moved_to: Day | None = None


def moved(form: DocumentForm, day: date) -> DocumentForm:
    """A form on another day, by a person's decision: a date is never shifted silently."""
    return replace(form, date=datetime.combine(day, form.date.time()), moved_to=day)


@dataclass(frozen=True, slots=True)
class Document:
    """A document as computed from a shift; ``refusal`` says why it can't be delivered at all.

    ``amount`` of a report is sales minus refunds, of a refund document and of cash orders positive, of a card
    payment negative where money goes back.
    """

    key: str
    kind: ErpDocumentKind
    payment_kind: str | None
    shift: UUID
    revision: int
    organization: str
    register: str
    business_date: date
    operation: str
    lines: tuple[DocumentLine, ...]
    payments: tuple[tuple[str, Kopecks], ...]
    components: tuple[tuple[str, Kopecks], ...]
    amount: Kopecks
    form: DocumentForm
    adjusts: UUID | None = None
    refusal: str | None = None

    @property
    def id(self) -> UUID:
        """The id, which is also the ``Ref_Key`` wished for in 1C."""
        return document_id(self.key)

    @property
    def marker(self) -> str:
        """What the comment in the ERP carries; the bracket closes it, so that no key is part of another."""
        return f"[smena:{self.key}]"

    @property
    def money(self) -> int:
        """What the document adds to the shift's money: cash paid out counts against."""
        return -self.amount if self.kind is ErpDocumentKind.CASH_EXPENSE_ORDER else self.amount


def document_key(kind: ErpDocumentKind, shift: ShiftKey, revision: int, payment_kind: str | None) -> str:
    """The key of a document, the same in every run (contracts.md)."""
    parts = [kind.value, shift.organization, shift.register_number, str(shift.number), compact_utc(shift.opened_at)]
    if payment_kind is not None:
        parts.append(payment_kind)
    return "|".join(parts) + f"#{revision}"


def vat_by_rate(lines: Iterable[DocumentLine], kind: ErpDocumentKind) -> dict[VatRate, Kopecks]:
    """VAT per rate, net of refunds; in a refund document what is given back is positive."""
    sums: dict[VatRate, int] = {}
    for line in lines:
        sign = -1 if line.refund != (kind is ErpDocumentKind.RETAIL_REFUND) else 1
        sums[line.vat_rate] = sums.get(line.vat_rate, 0) + sign * line.vat_amount
    return {rate: Kopecks(sums[rate]) for rate in VatRate if rate in sums}


def content_of(document: Document) -> dict[str, Any]:
    """The content as the API shows it, without what the ERP adds (number, state, erp)."""
    return {
        "id": str(document.id),
        "kind": document.kind.value,
        "key": document.key,
        "shift": str(document.shift),
        "revision": document.revision,
        "organization": document.organization,
        "register": document.register,
        "business_date": document.business_date.isoformat(),
        "operation": document.operation,
        "lines": [_line_content(n, line) for n, line in enumerate(document.lines, start=1)],
        "payments": [{"kind": kind, "amount": format_money(amount)} for kind, amount in document.payments],
        "components": [{"name": name, "amount": format_money(amount)} for name, amount in document.components],
        "amount": format_money(document.amount),
        "vat": [
            {"rate": rate.value, "amount": format_money(amount)}
            for rate, amount in vat_by_rate(document.lines, document.kind).items()
        ],
        "adjusts": None if document.adjusts is None else str(document.adjusts),
    }


def canonical(document: Document) -> str:
    """The canonical form: the content as JSON with sorted keys and no spaces. Its sha256 is the document's."""
    return json.dumps(content_of(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def hash_of(canonical_form: str) -> str:
    """The hex sha256 of a canonical form."""
    return sha256(canonical_form.encode()).hexdigest()


def _line_content(n: int, line: DocumentLine) -> dict[str, Any]:
    return {
        "n": n,
        "item_ref": line.item_ref,
        "name": line.name,
        "unit": line.unit,
        "quantity": format_quantity(line.quantity),
        "price": format_money(line.price),
        "amount": format_money(line.amount),
        "vat_rate": line.vat_rate.value,
        "vat_amount": format_money(line.vat_amount),
        "direction": "refund" if line.refund else "sale",
        "discount": line.discount,
        "price_derived": line.price_derived,
    }
