"""A document as the ledger keeps it: computed content, hash, and the state of its delivery."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from ledger.domain.documents import Document, DocumentState, moved
from ledger.domain.rules import DeliveryMode, DeliveryRules
from ledger.domain.status import NEEDED_NO_MORE, NOT_IN_REVISION, DeliveryStatus
from smena.erp.documents import ErpDocument, ErpDocumentKind, ErpLine
from smena.kinds.money import Kopecks


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A stored document; ``content`` is the canonical form whose sha256 stands beside it."""

    position: int
    document: Document
    content: str
    sha256: str
    status: DeliveryStatus

    @property
    def id(self) -> UUID:
        """The id of the document."""
        return self.document.id

    def untouched(self) -> bool:
        """Whether nothing about it can have reached the ERP yet."""
        states = {DocumentState.PLANNED, DocumentState.REJECTED}
        return self.status.state in states and self.status.erp_ref is None

    def never_left(self) -> bool:
        """Whether nothing of it can stand in the ERP, nor is about to by a person's decision.

        A refused one was looked for first and not found there; what was not found to be absent is none of these.
        """
        waits = self.status.state is DocumentState.PLANNED and self.status.released
        return self.untouched() and not waits

    def settled(self, rules: DeliveryRules) -> bool:
        """Whether the next document of the shift may go."""
        state = self.status.state
        if self.status.withdrawing is not None:
            return False
        if state in {DocumentState.POSTED, DocumentState.CANCELLED}:
            return True
        created = state is DocumentState.CREATED and self.status.verified_at is not None
        kept = self.status.accepted_version is not None and self.status.next_attempt_at is None
        return created and (kept or not rules.posts(self.document.kind.value))

    def held(self, rules: DeliveryRules) -> str | None:
        """Why it waits for a person although nothing is wrong with it; None when it may go.

        The accountant closed the period: neither a late first revision nor a later one is written into it, and
        nothing is taken out of it, behind her back. A resend with a reason lets it go.
        """
        closed = rules.closed_until is not None and self.document.business_date <= rules.closed_until
        leaving = self.status.withdrawing == NOT_IN_REVISION
        waiting = (leaving or self.status.state is DocumentState.PLANNED) and not self.status.released
        if closed and waiting and rules.mode in {DeliveryMode.DRAFT, DeliveryMode.POST}:
            return f"Период закрыт бухгалтером до {rules.closed_until:%d.%m.%Y}: ждёт её решения"
        return None

    def taken_out_by_a_person(self) -> bool:
        """Whether somebody took it out of the books; one that is needed no more is none of these."""
        return self.status.state is DocumentState.CANCELLED and self.status.reason not in NEEDED_NO_MORE

    def waits_for(self, shift: Iterable["StoredDocument"]) -> "StoredDocument | None":
        """The document of an earlier revision without which this one would state a mere difference.

        A person took it out of the books; sent again it comes back, and this one follows. A resend of this one lets
        it go alone.
        """
        status = self.status
        if status.state is not DocumentState.PLANNED or status.released or status.rewriting:
            return None
        earlier = (one for one in shift if one.document.revision < self.document.revision)
        return next((one for one in earlier if one.taken_out_by_a_person()), None)


def as_decided(before: StoredDocument, after: Document) -> Document:
    """What was computed anew, on the day a person moved the document to."""
    day = before.document.form.moved_to
    return after if day is None else replace(after, form=moved(after.form, day))


def erp_form(document: Document) -> ErpDocument:
    """The document as it goes to the ERP.

    A card payment that gives money back carries its operation; its amount is positive there.
    """
    amount = document.amount
    if document.kind is ErpDocumentKind.CARD_PAYMENT:
        amount = Kopecks(abs(amount))
    return ErpDocument(
        id=document.id,
        kind=document.kind,
        marker=document.marker,
        date=document.form.date,
        operation=document.operation,
        amount=amount,
        refs=document.form.refs,
        lines=tuple(
            ErpLine(
                item_ref=line.item_ref,
                unit=line.unit,
                quantity=line.quantity,
                price=line.price,
                amount=line.amount,
                vat_rate=line.vat_rate,
                vat_amount=line.vat_amount,
                refund=line.refund != (document.kind is ErpDocumentKind.RETAIL_REFUND),
                name=line.name,
            )
            for line in document.lines
        ),
        refunds=document.form.refunds,
        basis=document.form.basis,
    )
