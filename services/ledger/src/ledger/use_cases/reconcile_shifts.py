"""Ask all four places for their sums now, and compare them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from prometheus_client import Counter

from ledger.domain.build_documents import makes_documents
from ledger.domain.documents import DocumentState
from ledger.domain.feed import acknowledged_look
from ledger.domain.reconciliation import ErpLook, Place, Reconciliation, SalesFigures, reconcile
from ledger.domain.rules import PaymentDocument
from ledger.domain.shifts import ShiftKey, ShiftRevision
from ledger.domain.stored import StoredDocument
from ledger.ports.repositories import KeptRevision, StaleDocumentError
from ledger.ports.rulebook import Rulebook
from ledger.ports.sales_desk import SalesDesk, SalesUnavailableError
from ledger.ports.unit_of_work import NewWork
from ledger.use_cases.read_shift import read_shift
from ledger.use_cases.verify_documents import keep_look, look_at
from smena.clock import Clock
from smena.erp.documents import ErpDocumentKind, ErpDocuments
from smena.erp.errors import ErpError
from smena.leases.leases import Leases

SALES_QUESTIONS_AT_ONCE = 8
DIFFERENCES = Counter(
    "smena_ledger_reconciliation_differences_total", "Differences found by reconciling, by the place.", ["place"]
)
NOT_READ_BACK = "1С забирает документы сама: суммы — те, что она подтвердила, прочитать их обратно нельзя"
DELIVERED = frozenset({DocumentState.POSTED, DocumentState.CREATED, DocumentState.CONFLICT})


@dataclass(frozen=True, slots=True)
class ShiftToCompare:
    """What the ledger itself keeps of a shift; ``made`` says whether it ever had documents, cancelled ones too.

    ``due`` is False for a day before ``documents_from``, whose documents are none of ours.
    """

    shift: ShiftKey
    revision: ShiftRevision
    without_document: frozenset[str]
    documents: tuple[StoredDocument, ...]
    made: bool
    due: bool

    @property
    def sold(self) -> bool:
        """Whether the shift has anything to document."""
        return bool(self.revision.lines) or any(payment.amount for payment in self.revision.payments)


@dataclass(frozen=True, slots=True)
class ShiftCompared:
    """One shift and what the four places say of it."""

    kept: ShiftToCompare
    result: Reconciliation


@dataclass(frozen=True, slots=True)
class Comparing:
    """What a comparison asks."""

    erps: Mapping[str, ErpDocuments]
    rulebook: Rulebook
    sales: SalesDesk
    clock: Clock
    leases: Leases
    new_work: NewWork


async def reconcile_shifts(shift_ids: Sequence[UUID], authorization: str, tools: Comparing) -> list[ShiftCompared]:
    """Compare shifts four ways; the other sides are asked now, never remembered.

    A side that does not answer leaves the balance open. Documents that somebody changed in the ERP become
    conflicts, as at every read.
    """
    kept = [found for shift_id in shift_ids if (found := await load_shift(shift_id, tools.new_work)) is not None]
    turn = asyncio.Semaphore(SALES_QUESTIONS_AT_ONCE)

    async def ask_sales(one: ShiftToCompare) -> SalesFigures | str:
        async with turn:
            try:
                return await tools.sales.figures(one.shift.id, authorization)
            except SalesUnavailableError as error:
                return str(error)

    figures = await asyncio.gather(*(ask_sales(one) for one in kept))
    looks = await _look(kept, tools)
    compared = [
        ShiftCompared(one, _compare(one, figure, looks[one.shift.organization], tools.rulebook))
        for one, figure in zip(kept, figures, strict=True)
    ]
    for difference in (difference for one in compared for difference in one.result.differences):
        DIFFERENCES.labels(difference.place).inc()
    return compared


async def load_shift(shift_id: UUID, new_work: NewWork) -> ShiftToCompare | None:
    """The last applied revision of a shift and all its documents; None before the first."""
    async with new_work() as work:
        shift = await work.shifts.get(shift_id)
        last = await work.revisions.get(shift_id, shift.applied) if shift is not None else None
        documents = await work.documents.of_shift(shift_id)
    if shift is None or last is None:
        return None
    taking_part = tuple(one for one in documents if one.status.state is not DocumentState.CANCELLED)
    revision = read_shift(last.event)[0]
    due = last.rules is None or makes_documents(revision, last.rules)
    return ShiftToCompare(shift.key, revision, _without_document(last), taking_part, bool(documents), due)


def _without_document(revision: KeptRevision) -> frozenset[str]:
    payments = revision.rules.payments if revision.rules is not None else {}
    return frozenset(kind for kind, rule in payments.items() if rule.document is PaymentDocument.NONE)


async def _look(kept: Sequence[ShiftToCompare], tools: Comparing) -> dict[str, dict[UUID, ErpLook] | str]:
    """Look at the delivered documents of all shifts together, as few requests as the ERP allows; by organisation."""
    found: dict[str, dict[UUID, ErpLook] | str] = {}
    for organization in {one.shift.organization for one in kept}:
        erp = tools.erps.get(organization)
        if erp is None:
            found[organization] = "1С этой организации не подключена"
            continue
        shifts = [one for one in kept if one.shift.organization == organization]
        delivered = [one for shift in shifts for one in shift.documents if may_stand_there(one)]
        try:
            looks = await look_at(delivered, erp)
        except ErpError as error:
            found[organization] = f"1С не отвечает: {error}"
            continue
        for look in looks:
            await keep_drift(look, tools)
        found[organization] = {look.stored.id: look for look in looks}
    return found


async def keep_drift(look: ErpLook, tools: Comparing) -> None:
    """What somebody changed in the ERP becomes a conflict; what is as delivered is not written at all."""
    if look.problem is None or look.stored.status.state in {DocumentState.CONFLICT, DocumentState.REJECTED}:
        return
    try:
        await keep_look(look, clock=tools.clock, new_work=tools.new_work)
    except StaleDocumentError:
        return  # a worker moved it on meanwhile; its own read-back sees the same


def was_delivered(stored: StoredDocument) -> bool:
    """Whether the ERP is to hold it."""
    status = stored.status  # what is to be written over stands there as it is until then
    return status.erp_ref is not None and (status.state in DELIVERED or status.rewriting)


def may_stand_there(stored: StoredDocument) -> bool:
    """Whether the ERP holds it, be it with what was sent before: a refused rewrite stands there as it stood."""
    refused = stored.status.state is DocumentState.REJECTED and stored.status.erp_ref is not None
    return refused or was_delivered(stored)


def _compare(
    one: ShiftToCompare, figures: SalesFigures | str, looks: dict[UUID, ErpLook] | str, rulebook: Rulebook
) -> Reconciliation:
    unavailable: dict[Place, str] = {}
    if isinstance(figures, str):
        unavailable[Place.Z_REPORT] = unavailable[Place.RECEIPTS] = figures
    in_erp: list[ErpLook] | None = None
    rules = rulebook.delivery_rules(one.shift.register)
    if one.made and not rules.writes:
        unavailable[Place.ERP] = "Документы этой кассы в 1С не записываются (delivery = off или compare)"
    elif rulebook.fetches(one.shift.organization):
        in_erp = [acknowledged_look(stored) for stored in one.documents]
        unavailable[Place.ERP] = NOT_READ_BACK
    elif one.documents and isinstance(looks, str):
        unavailable[Place.ERP] = looks
    elif one.made or one.due or not one.sold:  # one that sold certificates for certificates makes none, and is whole
        known = {} if isinstance(looks, str) else looks
        in_erp = [known.get(stored.id) or ErpLook(stored, None, (), None) for stored in one.documents]
    return reconcile(
        one.revision,
        None if isinstance(figures, str) else figures,
        in_erp,
        without_document=one.without_document,
        posting=frozenset(kind.value for kind in ErpDocumentKind if rules.posts(kind.value)),
        unavailable=unavailable,
    )
