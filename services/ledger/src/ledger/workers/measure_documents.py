"""What the ledger measures of its documents; labels are the configured organisations and the states of a document."""

import asyncio
from collections.abc import Sequence

from prometheus_client import Gauge

from ledger.domain.documents import DocumentState
from ledger.ports.unit_of_work import NewWork
from smena.clock import Clock
from smena.runtime.service import BackgroundLoop

MEASURE_EVERY_SECONDS = 30.0

DOCUMENTS = Gauge("smena_ledger_documents", "Documents by organisation and state.", ["organization", "state"])
AMOUNTS = Gauge(
    "smena_ledger_documents_kopecks",
    "Sum of the documents by organisation and state, in kopecks, without regard to sign.",
    ["organization", "state"],
)
UNVERIFIED_SECONDS = Gauge(
    "smena_ledger_unverified_seconds",
    "Time since the delivered document looked at longest ago was last seen in the ERP; 0 without any.",
    ["organization"],
)


async def measure_documents(organizations: Sequence[str], clock: Clock, new_work: NewWork) -> None:
    """Count documents and their money by state, and the age of the oldest verification."""
    async with new_work() as work:
        counts = await work.documents.counts(organizations)
        amounts = await work.documents.amounts(organizations)
        oldest = await work.documents.longest_unverified(organizations)
    now = clock.now()
    for organization in organizations:
        for state in DocumentState:
            DOCUMENTS.labels(organization, state.value).set(counts.get((organization, state.value), 0))
            AMOUNTS.labels(organization, state.value).set(amounts.get((organization, state.value), 0))
        verified_at = oldest.get(organization)
        age = 0.0 if verified_at is None else max(0.0, (now - verified_at).total_seconds())
        UNVERIFIED_SECONDS.labels(organization).set(age)


def measuring_loop(organizations: Sequence[str], clock: Clock, new_work: NewWork) -> BackgroundLoop:
    """Measures now and then."""

    async def run() -> None:
        while True:
            await measure_documents(organizations, clock, new_work)
            await asyncio.sleep(MEASURE_EVERY_SECONDS)

    return BackgroundLoop("measure documents", run)
