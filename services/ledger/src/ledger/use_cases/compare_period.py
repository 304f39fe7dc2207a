"""Set our documents of a period against what the accountant entered in the ERP herself; nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from ledger.domain.comparison import NEAR_DAYS_MAX, PLACE_ROLES, ComparedDocument, compare_documents, place_of
from ledger.domain.documents import DocumentState
from ledger.domain.stored import StoredDocument
from ledger.ports.repositories import DocumentFilter
from ledger.ports.unit_of_work import NewWork
from ledger.use_cases.reconcile_shifts import Comparing
from smena.erp.documents import ErpDocumentKind, ErpDocuments, ErpSnapshot
from smena.erp.errors import ErpError

DOCUMENTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ComparedRegister:
    """A register whose documents are compared."""

    organization: str
    id: str
    number: str


@dataclass(slots=True)
class PeriodCompared:
    """Every document of the period; ``delivered`` of ours are in the ERP by us and not compared here.

    ``unavailable`` says by organisation why its ERP could not be asked.
    """

    documents: list[ComparedDocument] = field(default_factory=list)
    delivered: int = 0
    unavailable: dict[str, str] = field(default_factory=dict)


async def compare_period(
    registers: Sequence[ComparedRegister], first: date, last: date, tools: Comparing
) -> PeriodCompared:
    """Compare by organisation, since each has an ERP of its own; ours that were cancelled take no part."""
    compared = PeriodCompared()
    for organization in sorted({one.organization for one in registers}):
        own = [one for one in registers if one.organization == organization]
        ours, refs = await _ours(own, first, last, compared, tools.new_work)
        erp = tools.erps.get(organization)
        if erp is None:
            compared.unavailable[organization] = "1С этой организации не подключена"
            continue
        try:
            theirs = await _theirs(erp, first, last)
        except ErpError as error:
            compared.unavailable[organization] = f"1С не отвечает: {error}"
            continue
        by_hand = [one for one in theirs if one.ref not in refs]
        places = _places(own, ours, tools)
        compared.documents += compare_documents(ours, by_hand, places, erp.differences, (first, last))
    return compared


async def _ours(
    registers: Sequence[ComparedRegister], first: date, last: date, compared: PeriodCompared, new_work: NewWork
) -> tuple[list[StoredDocument], set[str]]:
    """Ours that are not in the ERP, and the references of those that are: hers linked to ours is no second one."""
    ours: list[StoredDocument] = []
    refs: set[str] = set()
    for register in registers:
        wanted = DocumentFilter([register.organization], register=register.id, first=first, last=last)
        after = 0
        while True:
            async with new_work() as work:
                found = await work.documents.page(wanted, after, DOCUMENTS_AT_ONCE)
            if not found:
                break
            after = found[-1].position
            living = [one for one in found if one.status.state is not DocumentState.CANCELLED]
            ours += [one for one in living if one.status.erp_ref is None]
            refs |= {one.status.erp_ref for one in living if one.status.erp_ref is not None}
    compared.delivered += len(refs)
    return ours, refs


async def _theirs(erp: ErpDocuments, first: date, last: date) -> list[ErpSnapshot]:
    """A few days around the period too, where a document with a wrong date stands."""
    around = timedelta(days=NEAR_DAYS_MAX)
    found: list[ErpSnapshot] = []
    for kind in ErpDocumentKind:
        found += await erp.dated(kind, first=first - around, last=last + around)
    return found


def _places(
    registers: Sequence[ComparedRegister], ours: Sequence[StoredDocument], tools: Comparing
) -> dict[ErpDocumentKind, set[str]]:
    """Where documents of these registers stand, by their settings and by our documents."""
    places: dict[ErpDocumentKind, set[str]] = {kind: set() for kind in ErpDocumentKind}
    for register in registers:
        rules = tools.rulebook.document_rules(register.organization, register.id, register.number)
        for refs in (rules.refs, *(payment.refs for payment in rules.payments.values())):
            for kind, role in PLACE_ROLES.items():
                if refs.get(role):
                    places[kind].add(refs[role])
    for stored in ours:
        places[stored.document.kind].add(place_of(stored.document))
    return places
