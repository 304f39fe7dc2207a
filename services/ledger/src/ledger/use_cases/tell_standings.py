"""Tell how shifts stand of which nothing was told yet: those kept by an earlier release."""

from ledger.ports.unit_of_work import NewWork

SHIFTS_AT_ONCE = 200
"""So many shifts are told in one transaction."""


async def tell_standings(new_work: NewWork) -> int:
    """Tell the next of them; answers how many were found, 0 when all are told."""
    async with new_work() as work:
        found = await work.standings.untold(SHIFTS_AT_ONCE)
        await work.commit()
    return found
