"""First contact with a base: remember which one it is, and refuse another one ever after."""

import structlog

from ledger.ports.unit_of_work import NewWork
from smena.audit.chain import Deed
from smena.clock import Clock
from smena.erp.documents import ErpDocuments
from smena.erp.errors import ErpSetupError

_log = structlog.get_logger(__name__)


class OtherBaseError(ErpSetupError):
    """The address leads to another base than at first contact: a copy, or the production base itself."""


async def contact_base(organization: str, erp: ErpDocuments, *, clock: Clock, new_work: NewWork) -> None:
    """Ask the base who it is and compare with what was stored at first contact.

    Raises:
        OtherBaseError: a test copy and the production base must never mix.
        ErpError: the base could not be asked.
    """
    fingerprint = await erp.fingerprint()
    async with new_work() as work:
        known = await work.bases.remember(organization, fingerprint, at=clock.now())
        await work.commit()
    if known != fingerprint:
        raise OtherBaseError(
            f"Это другая база 1С: при первом обращении была «{known}», теперь «{fingerprint}»."
            f' Если она та же и только переименована: smena ledger accept-base {organization} "{fingerprint}"'
        )


async def accept_other_base(
    organization: str, fingerprint: str, person: str, *, clock: Clock, new_work: NewWork
) -> str | None:
    """A person says that the base of this fingerprint is the organisation's own; what was known before, if anything."""
    async with new_work() as work:
        before = await work.bases.fingerprint(organization)
        if before is not None:
            await work.bases.replace(organization, fingerprint, at=clock.now())
            details = {"before": before, "now": fingerprint}
            work.trail.record(Deed(organization, person, "base.accept", f"base/{organization}", details=details))
            await work.commit()
            _log.warning("base.accepted", organization=organization, before=before, now=fingerprint)
    return before
