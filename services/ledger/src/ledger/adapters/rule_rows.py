"""Document rules to JSON and back: they are stored with the revision they were applied to."""

from dataclasses import asdict
from datetime import date
from typing import Any

from ledger.domain.rules import DocumentRules, OnChange, PaymentDocument, PaymentRule, RefundPolicy, TimeRule


def rules_column(rules: DocumentRules) -> dict[str, Any]:
    """The rules as JSON."""
    columns = asdict(rules)
    columns["documents_from"] = None if rules.documents_from is None else rules.documents_from.isoformat()
    return columns


def rules_from(column: dict[str, Any]) -> DocumentRules:
    """The rules a revision was built by."""
    start = column["documents_from"]
    return DocumentRules(
        operation=column["operation"],
        refunds=RefundPolicy(column["refunds"]),
        time=TimeRule(column["time"]),
        timezone=column["timezone"],
        documents_from=None if start is None else date.fromisoformat(start),
        refs=column["refs"],
        payments={
            kind: PaymentRule(PaymentDocument(rule["document"]), rule["component"], rule["refs"])
            for kind, rule in column["payments"].items()
        },
        on_change=OnChange(column.get("on_change", OnChange.ADJUST)),  # rows of earlier versions do not name it
    )
