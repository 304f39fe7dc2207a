"""Whether the books hold a shift: what the ledger told of it, against what its register is set to do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sales_ingest.domain.shifts import Reason

KINDS = {
    "retail-report": "отчёт о розничных продажах",
    "retail-refund": "документ возврата",
    "card-payment": "оплата картами",
    "cash-receipt-order": "приходный кассовый ордер",
    "cash-expense-order": "расходный кассовый ордер",
}
UNKEPT = {
    "off": "документы в учётную систему не отправляются (delivery = off)",
    "compare": "документы только сверяются с введёнными вручную (delivery = compare)",
}
"""Deliveries that leave nothing to wait for, in words."""
DRAFT = "документы созданы без проведения (delivery = draft), проводит их бухгалтер"


@dataclass(frozen=True, slots=True)
class DocumentsRules:
    """What a register does with its documents; ``unposted`` are the kinds that are left to a person to post."""

    delivery: str = "off"
    documents_from: date | None = None
    unposted: frozenset[str] = frozenset()

    @property
    def kept(self) -> str | None:
        """Why nothing posted is to be waited for, in words; None where the documents are to be posted."""
        return DRAFT if self.delivery == "draft" else UNKEPT.get(self.delivery)


@dataclass(frozen=True, slots=True)
class DocumentInTheWay:
    """A document that keeps its shift out of the books."""

    id: UUID
    kind: str
    state: str
    reason: str


@dataclass(frozen=True, slots=True)
class BooksStanding:
    """What the ledger told last of a shift: by which revision, in one word, and what stands in the way."""

    revision: int
    state: str
    documents: Sequence[DocumentInTheWay] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class InTheWay:
    """Why the books do not hold a shift yet; ``held``: only a person leads out of it."""

    reason: Reason
    held: bool


def in_the_way(
    number: int, day: date, revision: int, told: BooksStanding | None, rules: DocumentsRules
) -> InTheWay | None:
    """What keeps a published shift out of the books; None when they hold it, or are not to."""
    if rules.delivery in UNKEPT or (rules.documents_from is not None and day < rules.documents_from):
        return None
    if told is None or told.revision < revision:
        return _waits(
            "not-in-books",
            f"Смена № {number} передана, учёт ещё не принял версию {revision}. Если это не проходит,"
            " посмотрите непринятые события: GET /ledger/v1/dead-letters и GET /ledger/v1/waiting-revisions",
        )
    if told.state in {"stopped", "taken-back"}:
        return InTheWay(_stopped(number, told), held=True)
    if told.state == "waiting":
        return _waits(
            "documents-under-way",
            f"Документы смены № {number} ещё не все в учётной системе. Что с каждым:"
            f" GET /ledger/v1/documents?from={day.isoformat()}&to={day.isoformat()}",
        )
    if told.state == "created" and rules.delivery != "draft":
        left = [one for one in told.documents if one.kind not in rules.unposted]
        if left:
            named = ", ".join(sorted({KINDS.get(one.kind, one.kind) for one in left}))
            return _waits("documents-not-posted", f"Смена № {number}: создано, но ещё не проведено: {named}")
    return None


def _waits(code: str, detail: str) -> InTheWay:
    return InTheWay(Reason(code, detail), held=False)


def _stopped(number: int, told: BooksStanding) -> Reason:
    """Each document by kind, its reason, and the call that leads out."""
    named = "; ".join(f"{KINDS.get(one.kind, one.kind)} {_said(one)}" for one in told.documents)
    code = "documents-taken-back" if told.state == "taken-back" else "documents-stopped"
    return Reason(code, f"Смена № {number}: {named}")


def _said(document: DocumentInTheWay) -> str:
    why = f": {document.reason.rstrip('.')}" if document.reason else ""
    at = f"/ledger/v1/documents/{document.id}"
    if document.state == "cancelled":
        return f"отменён{why}. Вернуть в учёт: POST {at}/resend"
    if document.state == "rejected":
        return f"не принят{why}. Устраните причину и отправьте снова: POST {at}/resend"
    return f"расходится с учётной системой{why}. Решите, чьё верно: POST {at}/resolve"
