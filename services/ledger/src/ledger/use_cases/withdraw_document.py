"""Take one document out of the ERP's books by a person's decision: unpost, mark for deletion, read back.

The decision is stored before the first call; after a crash or a lost answer the document is looked at again, and
only what is still missing is done. Nothing is deleted there.
"""

from ledger.domain.status import CHANGED_REASON, NOT_IN_REVISION, WITHDRAWAL_REFUSED, holds
from ledger.domain.stored import StoredDocument, erp_form
from ledger.use_cases.delivery_steps import DeliverySteps, asked
from smena.erp.documents import ErpSnapshot
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
"""Unpost, and mark."""


async def withdraw(stored: StoredDocument, steps: DeliverySteps) -> StoredDocument:
    """Go on with a withdrawal that was decided, as far as it goes now."""
    reach("withdraw.before-look")
    try:
        snapshot = await _look(stored, steps)
        for _ in range(STEPS_MAX):
            if snapshot is None or snapshot.marked:
                break
            if not holds(snapshot, stored.status.decided_on):
                leaving = stored.status.withdrawing == NOT_IN_REVISION
                reason = f"{NOT_IN_REVISION}. {CHANGED_REASON}" if leaving else CHANGED_REASON
                return await steps.conflict(stored, reason, snapshot=snapshot, document=erp_form(stored.document))
            steps.lease.check()
            await _next_step(snapshot, steps)
            snapshot = await _look(stored, steps)
    except ErpAccessError as error:
        return await steps.postpone(stored, error)
    except (ErpMovedError, ErpOutcomeUnknownError) as error:
        return await steps.look_soon(stored, error)
    except ErpRefusedError as error:
        if stored.status.withdrawing == NOT_IN_REVISION:  # nobody asked for it who would read the answer
            return await steps.conflict(stored, f"{NOT_IN_REVISION}. {WITHDRAWAL_REFUSED}: {error}")
        return await steps.save(stored, stored.status.withdrawal_refused(f"{WITHDRAWAL_REFUSED}: {error}"))
    except ErpError as error:
        return await steps.postpone(stored, error)
    if snapshot is not None and not snapshot.marked:
        return await steps.postpone(
            stored, ErpUnavailableError("1С приняла отмену, но документ остался проведён или не помечен")
        )
    status = stored.status if snapshot is None else stored.status.holding(snapshot)
    reach("withdraw.before-commit")
    return await steps.save(stored, status.cancelled(stored.status.withdrawing or ""))


async def _look(stored: StoredDocument, steps: DeliverySteps) -> ErpSnapshot | None:
    return await asked(steps.erp.read(stored.document.kind, stored.status.erp_ref or str(stored.id)))


async def _next_step(snapshot: ErpSnapshot, steps: DeliverySteps) -> None:
    """1C refuses to mark a posted document, so it is unposted first (onec.md a.6)."""
    if snapshot.posted:
        await asked(steps.erp.unpost(snapshot.kind, snapshot.ref))
        reach("withdraw.after-unpost")
        return
    await asked(steps.erp.mark(snapshot))
    reach("withdraw.after-mark")
