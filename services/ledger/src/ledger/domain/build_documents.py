"""Build the documents of a shift's revision: pure, and the same bytes from the same input."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from ledger.domain.document_date import document_date
from ledger.domain.documents import Document, DocumentForm, document_key
from ledger.domain.rules import DocumentRules, PaymentDocument, PaymentRule, RefundPolicy
from ledger.domain.shifts import ShiftRevision
from ledger.domain.turnover import Turnover, TurnoverLine, difference, turnover_of
from smena.erp.documents import ErpDocumentKind
from smena.kinds.money import Kopecks

RETAIL_REVENUE = "РозничнаяВыручка"
REFUND_TO_CUSTOMER = "ВозвратПокупателю"


class UnbalancedDocumentsError(Exception):
    """The documents built do not add up: a defect of ours, so nothing may be stored."""


@dataclass(frozen=True, slots=True)
class FirstDocuments:
    """The documents of a shift's first revision, by role, that later ones adjust.

    The role of a report is its kind, of money documents their payment kind.
    """

    by_role: Mapping[str, UUID]

    def adjusted_by(self, kind: ErpDocumentKind, payment_kind: str | None) -> UUID | None:
        """The first document a later one belongs to."""
        return self.by_role.get(payment_kind or kind.value)


def role_of(kind: str, payment_kind: str | None) -> str:
    """The role a document plays in its shift, by which a later one finds the one it adjusts."""
    return payment_kind or kind


def build_documents(
    revision: ShiftRevision,
    rules: DocumentRules,
    *,
    earlier: ShiftRevision | None = None,
    first: FirstDocuments | None = None,
    superseded: Sequence[Document] = (),
    known: Mapping[int, ShiftRevision] | None = None,
) -> tuple[Document, ...]:
    """All documents of a revision; with ``earlier`` those of the signed difference, linked to the first ones.

    What ``superseded`` documents said of the earlier revisions ``known`` is said anew, as if it had never been.

    A shift without turnover, and one before ``documents_from``, makes none. The sums are checked here, before
    anything is stored.

    Raises:
        UnbalancedDocumentsError: cash in − cash out + others + non-revenue components ≠ report.
    """
    if not makes_documents(revision, rules):
        return ()
    turnover, reported = turnover_of(revision), None
    if earlier is not None:
        turnover = difference(earlier, revision, superseded=superseded, known=known)
        goods = [one for one in superseded if one.payment_kind is None]
        reported = difference(earlier, revision).payments if superseded else None
        reported = None if reported is None else _summed(reported, *(one.payments for one in goods))
    builder = _Builder(revision, rules, first or FirstDocuments({}))
    goods_documents = builder.goods_documents(turnover, turnover.payments if reported is None else reported)
    documents = (*goods_documents, *builder.money_documents(turnover))
    components = _summed(components_of(turnover, rules), *(one.components for one in superseded))
    documents = _with_components(documents, components)
    check_balance(documents, turnover, components, superseded)
    return documents


def makes_documents(revision: ShiftRevision, rules: DocumentRules) -> bool:
    """Whether a shift of this day makes documents at all; one before ``documents_from`` is only shown."""
    return rules.documents_from is None or revision.business_date >= rules.documents_from


def _summed(*pairs: tuple[tuple[str, Kopecks], ...]) -> tuple[tuple[str, Kopecks], ...]:
    """Sums by name, together; what comes to nought is left out."""
    sums: dict[str, int] = {}
    for name, amount in (pair for several in pairs for pair in several):
        sums[name] = sums.get(name, 0) + amount
    return tuple((name, Kopecks(amount)) for name, amount in sorted(sums.items()) if amount)


def components_of(turnover: Turnover, rules: DocumentRules) -> tuple[tuple[str, Kopecks], ...]:
    """Sums by name that stand between money documents and report.

    Plus what was paid without a money document (a certificate redeemed), minus what came in and is no revenue
    (a certificate sold), so that money documents + components = report.
    """
    sums: dict[str, int] = {name: -amount for name, amount in turnover.components}
    for kind, amount in turnover.payments:
        rule = rules.payments.get(kind)
        if rule is not None and rule.document is PaymentDocument.NONE:
            name = rule.component or kind
            sums[name] = sums.get(name, 0) + amount
    return tuple((name, Kopecks(amount)) for name, amount in sorted(sums.items()) if amount)


def check_balance(
    documents: tuple[Document, ...],
    turnover: Turnover,
    components: tuple[tuple[str, Kopecks], ...],
    superseded: Sequence[Document] = (),
) -> None:
    """The money invariant of domain.md, with no tolerance and no line that plugs a difference.

    Where only some documents of a shift were superseded, those that stand don't add up by just what these said; the
    new ones bring it back.
    """
    report = _report(documents)
    money = sum(document.money for document in documents if document.payment_kind is not None)
    aside = sum(amount for _, amount in components)
    open_before = sum(document.money for document in superseded if document.payment_kind is not None)
    open_before += sum(amount for document in superseded for _, amount in document.components) - _report(superseded)
    if report != turnover.amount or money + aside - report != open_before:
        raise UnbalancedDocumentsError(
            f"отчёт {report} коп., оборот {turnover.amount} коп., деньги {money} коп., прочее {aside} коп."
        )


def _report(documents: Sequence[Document]) -> int:
    """The revenue documents say: sales minus refunds."""
    sold = sum(document.amount for document in documents if document.kind is ErpDocumentKind.RETAIL_REPORT)
    return sold - sum(document.amount for document in documents if document.kind is ErpDocumentKind.RETAIL_REFUND)


def _toml_key(kind: str) -> str:
    """A payment kind as the key of a TOML table."""
    return kind if re.fullmatch(r"[A-Za-z0-9_-]+", kind) else f'"{kind}"'


def _with_components(
    documents: tuple[Document, ...], components: tuple[tuple[str, Kopecks], ...]
) -> tuple[Document, ...]:
    """Name the components in the report; in a shift that sold only certificates, in its first document."""
    if not documents or not components:
        return documents
    return (replace(documents[0], components=components), *documents[1:])


@dataclass(frozen=True, slots=True)
class _Builder:
    revision: ShiftRevision
    rules: DocumentRules
    first: FirstDocuments

    def goods_documents(self, turnover: Turnover, payments: tuple[tuple[str, Kopecks], ...]) -> list[Document]:
        apart = self.rules.refunds is RefundPolicy.SEPARATE_DOCUMENT
        own = [apart and found.line.refund and not found.taken_back for found in turnover.lines]
        refunds = tuple(found for found, is_own in zip(turnover.lines, own, strict=True) if is_own)
        report = tuple(found for found, is_own in zip(turnover.lines, own, strict=True) if not is_own)
        built = []
        if report:
            amount = Kopecks(sum(found.signed for found in report))
            built.append(self._goods(ErpDocumentKind.RETAIL_REPORT, report, amount, payments))
        if refunds:
            amount = Kopecks(-sum(found.signed for found in refunds))
            built.append(self._goods(ErpDocumentKind.RETAIL_REFUND, refunds, amount, ()))
        return built

    def money_documents(self, turnover: Turnover) -> list[Document]:
        built = []
        for kind, amount in turnover.payments:
            rule = self.rules.payments.get(kind)
            if rule is None:
                built.append(self._rejected(kind, amount))
            elif rule.document is PaymentDocument.CASH_ORDER:
                built.append(self._cash(kind, amount, rule))
            elif rule.document is PaymentDocument.CARD_PAYMENT:
                built.append(self._card(kind, amount, rule))
        return sorted(built, key=lambda document: document.kind is ErpDocumentKind.CARD_PAYMENT)

    def _goods(
        self,
        kind: ErpDocumentKind,
        lines: tuple[TurnoverLine, ...],
        amount: Kopecks,
        payments: tuple[tuple[str, Kopecks], ...],
    ) -> Document:
        refs = {role: ref for role, ref in self.rules.refs.items() if role in {"organization", "outlet"}}
        section = self.rules.refunds is RefundPolicy.SEPARATE_SECTION
        return self._document(
            kind,
            None,
            amount,
            operation=self.rules.operation,
            refs=refs,
            refunds=(RefundPolicy.SEPARATE_SECTION if section else RefundPolicy.NEGATIVE_LINES).value,
            lines=lines,
            payments=payments,
        )

    def _cash(self, kind: str, amount: Kopecks, rule: PaymentRule) -> Document:
        out = amount < 0
        return self._document(
            ErpDocumentKind.CASH_EXPENSE_ORDER if out else ErpDocumentKind.CASH_RECEIPT_ORDER,
            kind,
            Kopecks(abs(amount)),
            operation=REFUND_TO_CUSTOMER if out else RETAIL_REVENUE,
            refs={**self._organization(), **rule.refs},
            payments=((kind, amount),),
        )

    def _card(self, kind: str, amount: Kopecks, rule: PaymentRule) -> Document:
        return self._document(
            ErpDocumentKind.CARD_PAYMENT,
            kind,
            amount,
            operation=REFUND_TO_CUSTOMER if amount < 0 else RETAIL_REVENUE,
            refs={**self._organization(), **rule.refs},
            payments=((kind, amount),),
        )

    def _rejected(self, kind: str, amount: Kopecks) -> Document:
        return self._document(
            ErpDocumentKind.CARD_PAYMENT,
            kind,
            amount,
            operation=REFUND_TO_CUSTOMER if amount < 0 else RETAIL_REVENUE,
            refs=self._organization(),
            payments=((kind, amount),),
            refusal=f"Вид оплаты «{kind}» не сопоставлен с документом. Добавьте в smena.toml, в"
            f" [registers.documents.payments] кассы {self.revision.shift.register}, строку {_toml_key(kind)} ="
            ' { document = "card-payment", type = "…" } (или "cash-order", или "none" с component), перезапустите'
            " службу и отправьте документ снова (resend). Если он не нужен, отмените его (cancel)",
        )

    def _organization(self) -> dict[str, str]:
        return {role: ref for role, ref in self.rules.refs.items() if role == "organization"}

    def _document(
        self,
        kind: ErpDocumentKind,
        payment_kind: str | None,
        amount: Kopecks,
        *,
        operation: str,
        refs: dict[str, str],
        payments: tuple[tuple[str, Kopecks], ...],
        lines: tuple[TurnoverLine, ...] = (),
        refunds: str = RefundPolicy.NEGATIVE_LINES.value,
        refusal: str | None = None,
    ) -> Document:
        revision, shift = self.revision, self.revision.shift
        date = document_date(revision.business_date, revision.closed_at, self.rules.time, self.rules.timezone)
        basis = f"Розничная выручка, касса {shift.register_number}, смена {shift.number}"
        return Document(
            key=document_key(kind, shift, revision.number, payment_kind),
            kind=kind,
            payment_kind=payment_kind,
            shift=shift.id,
            revision=revision.number,
            organization=shift.organization,
            register=shift.register,
            business_date=revision.business_date,
            operation=operation,
            lines=tuple(found.line for found in lines),
            payments=payments,
            components=(),
            amount=amount,
            form=DocumentForm(date=date, refs=refs, refunds=refunds, basis=basis),
            adjusts=self.first.adjusted_by(kind, payment_kind) if revision.number > 1 else None,
            refusal=refusal,
        )
