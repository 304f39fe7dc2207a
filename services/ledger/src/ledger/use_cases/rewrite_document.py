"""Write ours over a document of ours in place: a later revision by ``update``, or what a person restores.

What stood there when it was decided is stored with the decision; whatever else is found there is a conflict and is
not overwritten. After a crash or a lost answer the document is read again before anything is written.
"""

from ledger.domain.status import AS_WRITTEN, CHANGED_REASON, ERASED_REASON, touched
from ledger.domain.stored import StoredDocument, erp_form
from ledger.use_cases.delivery_steps import DeliverySteps, asked
from smena.erp.documents import ErpDocument, ErpSnapshot
from smena.erp.errors import (
    ErpAccessError,
    ErpError,
    ErpMovedError,
    ErpOutcomeUnknownError,
    ErpRefusedError,
    ErpUnavailableError,
)
from smena.runtime.failpoints import reach

STEPS_MAX = 2
"""Unpost, and write: 1C keeps the movements of what was written before, else (wire.md)."""


async def rewrite(stored: StoredDocument, steps: DeliverySteps) -> StoredDocument:
    """Go on with an overwriting that was decided; ``created`` when the ERP holds exactly ours, still unposted."""
    document = erp_form(stored.document)
    reach("rewrite.before-look")
    snapshot: ErpSnapshot | None = None
    try:
        snapshot = await _look(stored, steps)
        for _ in range(STEPS_MAX):
            if snapshot is None:
                return await steps.conflict(stored, ERASED_REASON)
            if _is_ours(document, snapshot, steps):
                break
            if reason := touched(snapshot, stored.status):
                return await steps.conflict(stored, reason, snapshot=snapshot, document=document)
            if (stored.status.decided_on or "").startswith(AS_WRITTEN):
                stored = await steps.save(stored, stored.status.begun())
                reach("rewrite.after-intent")
            steps.lease.check()
            await _next_step(document, snapshot, steps)
            snapshot = await _look(stored, steps)
    except ErpAccessError as error:
        return await steps.postpone(stored, error)
    except (ErpMovedError, ErpOutcomeUnknownError) as error:
        return await steps.look_soon(stored, error)
    except ErpRefusedError as error:
        return await steps.reject(stored, str(error), snapshot=snapshot, document=document)
    except ErpError as error:
        return await steps.postpone(stored, error)
    if snapshot is None:
        return await steps.conflict(stored, ERASED_REASON)
    if snapshot.posted and not _is_ours(document, snapshot, steps):
        return await steps.postpone(stored, ErpUnavailableError("1С сняла проведение, но документ остался проведён"))
    if not _is_ours(document, snapshot, steps):
        return await steps.conflict(stored, CHANGED_REASON, snapshot=snapshot, document=document)
    return await steps.save(stored, stored.status.created(snapshot, steps.clock.now()))


def _is_ours(document: ErpDocument, snapshot: ErpSnapshot, steps: DeliverySteps) -> bool:
    return not snapshot.marked and not steps.erp.differences(document, snapshot)


async def _look(stored: StoredDocument, steps: DeliverySteps) -> ErpSnapshot | None:
    return await asked(steps.erp.read(stored.document.kind, stored.status.erp_ref or str(stored.id)))


async def _next_step(document: ErpDocument, snapshot: ErpSnapshot, steps: DeliverySteps) -> None:
    if snapshot.posted:
        await asked(steps.erp.unpost(snapshot.kind, snapshot.ref))
        reach("rewrite.after-unpost")
        return
    await asked(steps.erp.rewrite(document, snapshot))
    reach("rewrite.after-write")
