"""Which decisions of a person a document is open to now: what the API accepts is what the console offers."""

from ledger.domain.documents import DocumentState
from ledger.domain.rules import DeliveryRules
from ledger.domain.status import NOT_IN_REVISION
from ledger.domain.stored import StoredDocument

KEEP_THEIRS, RESTORE_OURS, LINK, CREATE_ANYWAY, ADJUST = (
    "keep-theirs",
    "restore-ours",
    "link",
    "create-anyway",
    "adjust",
)
WAITING = frozenset({DocumentState.PLANNED, DocumentState.REJECTED})
OF_A_CLOSED_PERIOD = ("период", "запрет", "запрещ")
"""What 1C's words hold when it refuses a document for its day; the code is -1 as for any other (onec.md)."""


def open_decisions(stored: StoredDocument, rules: DeliveryRules) -> tuple[str, ...]:
    """The decisions, in the order they are offered; sending again and cancelling are none of them."""
    status = stored.status
    if status.state is DocumentState.CONFLICT:
        return (KEEP_THEIRS, RESTORE_OURS) if status.erp_ref is not None else (LINK, CREATE_ANYWAY)
    kept = (KEEP_THEIRS,) if may_keep_theirs(stored) else ()
    moved = (ADJUST,) if waits_for_a_day(stored) and day_is_closed(stored, rules) else ()
    return kept + moved


def may_keep_theirs(stored: StoredDocument) -> bool:
    """Whether something of ours stands in the ERP otherwise: changed there, or ours not written over it."""
    status = stored.status
    waits = status.rewriting or status.rewrite_refused or status.withdrawing == NOT_IN_REVISION
    return (waits or status.state is DocumentState.CONFLICT) and status.erp_ref is not None


def waits_for_a_day(stored: StoredDocument) -> bool:
    """Whether it is not in the ERP's books yet, so that it may still be dated otherwise."""
    status = stored.status
    over = status.rewriting or status.rewrite_refused or status.withdrawing is not None
    return status.state in WAITING and stored.document.refusal is None and not over


def day_is_closed(stored: StoredDocument, rules: DeliveryRules) -> bool:
    """Whether its own day is closed: by the accountant here, or by the ERP that refused it for that."""
    if rules.closed_until is not None and stored.document.business_date <= rules.closed_until:
        return True
    told = (stored.status.reason or "").casefold()
    return stored.status.state is DocumentState.REJECTED and any(word in told for word in OF_A_CLOSED_PERIOD)
