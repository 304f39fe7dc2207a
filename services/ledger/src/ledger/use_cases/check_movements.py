"""Read what posted reports left in the accounts, where they are to leave nothing; any movement is an alarm."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby

import structlog
from prometheus_client import Counter

from ledger.domain.stored import StoredDocument
from ledger.domain.words import unexpected_postings
from ledger.ports.rulebook import Rulebook
from ledger.ports.unit_of_work import NewWork
from ledger.use_cases.events import document_failed
from smena.clock import Clock
from smena.erp.documents import ErpDocuments
from smena.erp.errors import ErpRefusedError, ErpSetupError

MOVEMENTS_BATCH_DOCUMENTS = 100

UNEXPECTED_POSTINGS = Counter(
    "smena_ledger_unexpected_postings_total",
    "Documents found to have movements in the accounts though none were expected.",
    ("organization", "register", "kind"),
)
UNREAD_POSTINGS = Counter(
    "smena_ledger_unread_postings_total", "Times the movements of documents could not be read.", ("organization",)
)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class MovementsCheck:
    """What a check needs; ``again_after`` is when movements that could not be read are asked for again."""

    erp: ErpDocuments
    rulebook: Rulebook
    clock: Clock
    new_work: NewWork
    again_after: timedelta


async def check_movements(organization: str, tools: MovementsCheck) -> int:
    """Check the documents posted since the last check, many in one request; how many were read.

    A base that does not show its movements, or refuses the question, is no reason to stop, nor to ask again at once:
    the documents say that they were not checked.

    Raises:
        ErpError: the base could not be asked at all.
    """
    watched = watched_kinds(organization, tools.rulebook)
    if not watched:
        return 0
    now = tools.clock.now()
    async with tools.new_work() as work:
        due = await work.documents.without_movements(watched, now - tools.again_after, MOVEMENTS_BATCH_DOCUMENTS)
    by_kind = sorted(due, key=lambda stored: stored.document.kind.value)
    for kind, group in groupby(by_kind, key=lambda stored: stored.document.kind):
        documents = list(group)
        refs = [stored.status.erp_ref or str(stored.id) for stored in documents]
        try:
            found = await tools.erp.movements(kind, refs)
        except (ErpSetupError, ErpRefusedError) as error:
            UNREAD_POSTINGS.labels(organization).inc()
            _log.warning("postings.not-read", organization=organization, kind=kind.value, reason=str(error))
            await _keep(documents, None, tools)
            continue
        await _keep(documents, [found[ref] for ref in refs], tools)
    return len(due)


def watched_kinds(organization: str, rulebook: Rulebook) -> list[tuple[str, str]]:
    """Pairs of register and document kind that are posted there and are to leave no movements."""
    pairs: list[tuple[str, str]] = []
    for register in rulebook.registers_of(organization):
        rules = rulebook.delivery_rules(register)
        pairs += [(register, kind) for kind in rules.without_movements()]
    return pairs


async def _keep(documents: list[StoredDocument], counts: list[int] | None, tools: MovementsCheck) -> None:
    """Store what was read, beside the state as it stands: a document that moved on meanwhile is asked about again."""
    now = tools.clock.now()
    async with tools.new_work() as work:
        for place, stored in enumerate(documents):
            count = None if counts is None else counts[place]
            if not await work.documents.set_movements(stored, count, at=now) or not count:
                continue
            document = stored.document
            UNEXPECTED_POSTINGS.labels(document.organization, document.register, document.kind.value).inc()
            _log.warning("postings.unexpected", document=document.key, movements=count)
            work.outbox.add(document_failed(document, stored.status.state, unexpected_postings(count)))
        await work.commit()
