"""Cancel documents that never reached the ERP and whose place a later revision takes, in the caller's transaction."""

from collections.abc import Collection, Sequence
from datetime import datetime

from ledger.domain.documents import DocumentState
from ledger.domain.status import SUPERSEDED
from ledger.domain.stored import StoredDocument
from ledger.domain.superseding import superseded_by_later
from ledger.ports.unit_of_work import LedgerWork
from ledger.use_cases.events import document_failed
from smena.audit.chain import Deed
from smena.kinds.money import format_money

BY_ITSELF = "smena"


async def lock_superseded(
    work: LedgerWork, stored: Sequence[StoredDocument], in_force: Collection[str], revision: int
) -> tuple[StoredDocument, ...]:
    """The documents a revision supersedes as it comes, locked until the transaction ends.

    A worker that has read one of them stores its intent before it sends anything, finds the document changed, and
    sends nothing. Documents are locked in one order, as by whoever offers them to an ERP that fetches.
    """
    if not superseded_by_later(stored, in_force, revision):
        return ()
    locked = await work.feed.documents([one.id for one in stored], lock=True)
    return superseded_by_later([locked[one.id] for one in stored], in_force, revision)


async def supersede(work: LedgerWork, superseded: Sequence[StoredDocument], revision: int, *, at: datetime) -> None:
    """Cancel them; history, audit and event name the revision that takes their place."""
    for stored in superseded:
        document, why = stored.document, f"{SUPERSEDED}: версия {revision}"
        await work.documents.save(stored, stored.status.cancelled(SUPERSEDED), at=at, why=why)
        details = {
            "key": document.key,
            "state_before": stored.status.state.value,
            "state_after": DocumentState.CANCELLED.value,
            "amount_before": format_money(document.amount),
            "revision": str(revision),
        }
        subject = f"document/{stored.id}"
        work.trail.record(Deed(document.organization, BY_ITSELF, "document.supersede", subject, why, details))
        work.outbox.add(document_failed(document, DocumentState.CANCELLED, why))
