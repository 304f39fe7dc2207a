"""Tells how the shifts of an earlier release stand in the books, once for each."""

import asyncio

from ledger.ports.unit_of_work import NewWork
from ledger.use_cases.tell_standings import tell_standings
from smena.runtime.service import BackgroundLoop

LOOK_EVERY_SECONDS = 600.0
"""While an old release still runs beside this one it may add shifts of which nothing is told."""


def telling_loop(new_work: NewWork) -> BackgroundLoop:
    """Tells all there are, then looks again now and then."""

    async def run() -> None:
        while True:
            while await tell_standings(new_work):
                pass
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    return BackgroundLoop("tell standings", run)
