"""Which documents of earlier revisions a later one takes the place of, so that a refused one traps no shift.

A difference alone would leave a document that 1C refuses, and whose mistake the later revision mended, in the way
for ever. Where nothing is refused the earlier documents go first and the difference follows, as always.
"""

from collections.abc import Collection, Sequence

from ledger.domain.documents import DocumentState
from ledger.domain.stored import StoredDocument


def superseded_by_later(
    stored: Sequence[StoredDocument], in_force: Collection[str], revision: int
) -> tuple[StoredDocument, ...]:
    """What never left of the documents of before ``revision``, once one of them is refused; else nothing.

    What may have reached the ERP is never among them: it is looked up first, and adjusted where it stands.
    """
    earlier = (one for one in stored if one.document.key in in_force and one.document.revision < revision)
    left_behind = tuple(one for one in earlier if one.never_left())
    refused = any(one.status.state is DocumentState.REJECTED for one in left_behind)
    return left_behind if refused else ()


def superseded_late(
    stored: Sequence[StoredDocument], in_force: Collection[str], revision: int
) -> tuple[StoredDocument, ...]:
    """The same after ``revision``, the last one, was made a difference already: only while that never left either."""
    own = [one for one in stored if one.document.key in in_force and one.document.revision == revision]
    if not all(one.untouched() for one in own):
        return ()
    return superseded_by_later(stored, in_force, revision)
