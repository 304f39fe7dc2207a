"""Documents to rows and back; the canonical form is stored as it was hashed."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ledger.domain.documents import (
    ORDER_OF_DELIVERY,
    Document,
    DocumentForm,
    DocumentLine,
    DocumentState,
    Source,
    canonical,
    hash_of,
)
from ledger.domain.status import DeliveryStatus
from ledger.domain.stored import StoredDocument
from smena.erp.documents import ErpDocumentKind, FieldDifference
from smena.kinds.money import parse_money
from smena.kinds.quantity import quantity_from_number
from smena.kinds.vat import VatRate

STATUS_COLUMNS = (
    "reason",
    "erp_ref",
    "erp_number",
    "erp_posted",
    "erp_version",
    "verified_at",
    "attempts",
    "looks",
    "unknown_since",
    "next_attempt_at",
    "accepted_version",
    "create_anyway",
    "released",
    "erp_digest",
    "withdrawing",
    "decided_on",
    "movements",
    "movements_asked_at",
)


def content_columns(document: Document) -> dict[str, Any]:
    """The columns of what was computed."""
    content = canonical(document)
    return {
        "id": document.id,
        "key": document.key,
        "shift": document.shift,
        "revision": document.revision,
        "kind": document.kind.value,
        "payment_kind": document.payment_kind,
        "rank": ORDER_OF_DELIVERY[document.kind],
        "organization": document.organization,
        "register": document.register,
        "business_date": document.business_date,
        "amount": document.amount,
        "adjusts": document.adjusts,
        "content": content,
        "sha256": hash_of(content),
        "form": form_column(document),
    }


def form_column(document: Document) -> dict[str, Any]:
    """How the document goes to the ERP, and the published lines behind each of its lines."""
    form = document.form
    return {
        "date": form.date.isoformat(),
        "refs": form.refs,
        "refunds": form.refunds,
        "basis": form.basis,
        **({} if form.moved_to is None else {"moved_to": form.moved_to.isoformat()}),
        "refusal": document.refusal,
        "sources": [[[s.revision, s.key, s.sign] for s in line.sources] for line in document.lines],
    }


def status_columns(status: DeliveryStatus) -> dict[str, Any]:
    """The columns of a delivery's state."""
    columns = {name: getattr(status, name) for name in STATUS_COLUMNS}
    differences = [{"field": d.field, "sent": d.sent, "found": d.found} for d in status.differences]
    return {**columns, "state": status.state.value, "differences": differences}


def stored_from(row: Mapping[str, Any]) -> StoredDocument:
    """A row as the domain knows it."""
    return StoredDocument(
        position=row["position"],
        document=_document(row),
        content=row["content"],
        sha256=row["sha256"],
        status=DeliveryStatus(
            state=DocumentState(row["state"]),
            differences=tuple(FieldDifference(**difference) for difference in row["differences"]),
            **{name: row[name] for name in STATUS_COLUMNS},
        ),
    )


def _document(row: Mapping[str, Any]) -> Document:
    content, form = json.loads(row["content"]), row["form"]
    return Document(
        key=content["key"],
        kind=ErpDocumentKind(content["kind"]),
        payment_kind=row["payment_kind"],
        shift=UUID(content["shift"]),
        revision=content["revision"],
        organization=content["organization"],
        register=content["register"],
        business_date=date.fromisoformat(content["business_date"]),
        operation=content["operation"],
        lines=tuple(_line(line, form["sources"][place]) for place, line in enumerate(content["lines"])),
        payments=tuple((payment["kind"], parse_money(payment["amount"])) for payment in content["payments"]),
        components=tuple((part["name"], parse_money(part["amount"])) for part in content["components"]),
        amount=parse_money(content["amount"]),
        form=DocumentForm(
            date=datetime.fromisoformat(form["date"]),
            refs=form["refs"],
            refunds=form["refunds"],
            basis=form["basis"],
            moved_to=date.fromisoformat(form["moved_to"]) if form.get("moved_to") else None,
        ),
        adjusts=None if content["adjusts"] is None else UUID(content["adjusts"]),
        refusal=form["refusal"],
    )


def _line(line: Mapping[str, Any], sources: list[list[Any]]) -> DocumentLine:
    return DocumentLine(
        item_ref=line["item_ref"],
        name=line["name"],
        unit=line["unit"],
        quantity=quantity_from_number(line["quantity"]),
        price=parse_money(line["price"]),
        amount=parse_money(line["amount"]),
        vat_rate=VatRate(line["vat_rate"]),
        vat_amount=parse_money(line["vat_amount"]),
        refund=line["direction"] == "refund",
        discount=line["discount"],
        price_derived=line["price_derived"],
        sources=tuple(Source(revision, key, sign) for revision, key, sign in sources),
    )
