"""Propose pairs for the rows of a diff that have no counterpart; nothing is written."""

from collections.abc import Callable
from dataclasses import dataclass

from catalog_sync.domain.proposals import Left, Proposal
from catalog_sync.ports.records import Diff, DiffState
from catalog_sync.ports.repositories import OpenWork
from catalog_sync.use_cases.pairing import Sides, known_sides, proposals_of
from catalog_sync.use_cases.refusals import diff_not_ready
from smena.cabinets.port import Cabinet
from smena.config.model import SmenaConfig


@dataclass(frozen=True, slots=True)
class ProposedRow:
    """A proposal under the number of its row, with the items it names."""

    n: int
    proposal: Proposal
    row: Left
    candidates: tuple[Left, ...]


@dataclass(frozen=True, slots=True)
class Proposed:
    """A page of proposals, and how many there are of both sorts."""

    rows: list[ProposedRow]
    unique: int
    several: int


async def propose_pairs(
    diff: Diff,
    *,
    after: int,
    limit: int,
    config: SmenaConfig,
    cabinet_of: Callable[[str], Cabinet],
    open_work: OpenWork,
) -> Proposed:
    """Proposals for the rows after a number.

    Raises:
        RefusedError: the diff is not ready.
    """
    if diff.state is not DiffState.READY:
        raise diff_not_ready(diff.state.value)
    sides = await known_sides(
        diff,
        organization=config.organization(diff.organization),
        capabilities=cabinet_of(diff.cabinet).capabilities(),
        open_work=open_work,
    )
    proposed = await proposed_rows(diff, sides, open_work)
    unique = sum(proposal.unique for _, proposal in proposed)
    page = [(n, proposal) for n, proposal in proposed if n > after][:limit]
    return Proposed([_named(n, proposal, sides) for n, proposal in page], unique, len(proposed) - unique)


async def proposed_rows(diff: Diff, sides: Sides, open_work: OpenWork) -> list[tuple[int, Proposal]]:
    """The proposals for rows the diff shows, in the order of their numbers."""
    async with open_work() as work:
        open_rows = await work.diffs.without_counterpart(diff.id)
    proposals = await proposals_of(sides)
    return [(n, proposals[key]) for key, n in open_rows.items() if key in proposals]


def _named(n: int, proposal: Proposal, sides: Sides) -> ProposedRow:
    return ProposedRow(n, proposal, sides.rows[proposal.row], tuple(sides.others[one] for one in proposal.candidates))
