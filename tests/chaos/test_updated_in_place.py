"""A later revision written in place into the sandbox's 1C: whatever fails at a write, it ends as without a fault."""

import sys
from dataclasses import replace
from typing import Any

import pytest

from chaos.delivery_bench import ACCOUNTANT, KINDS, TIMING, DeliveryBench
from chaos.test_every_write_every_fault import FAULTS
from integration.ledger.desk import Desk
from ledger.domain.documents import DocumentState
from ledger.domain.shifts import ShiftRevision
from ledger.use_cases.decide_document import resend
from servers.postgres import fresh_database
from smena_sandbox.faults.rule import FaultRequest, When
from unit.ledger.making import line, payment, revision

MORE = 1000
"""Kopecks by which each later revision sells more."""
WRITES = ("unpost", "write", "post")
CELLS = [(fault, WRITES[place % len(WRITES)], kind) for place, fault in enumerate(FAULTS) for kind in KINDS]
"""Each fault at each kind of document; the step changes from one fault to the next."""


def struck(write: str, kind: str) -> When:
    """The request of a rewrite that is struck: taken out of posting, written over, posted again."""
    method, path = {
        "unpost": ("POST", rf"{KINDS[kind]}\(.*/Unpost"),
        "write": ("PATCH", rf"{KINDS[kind]}\("),
        "post": ("POST", rf"{KINDS[kind]}\(.*/Post"),
    }[write]
    return When(method=method, path=path, nth=1)


def later(facts: ShiftRevision) -> ShiftRevision:
    """The same shift with another line, paid in cash and without it: every document says something else."""
    item = facts.lines[1].item_ref
    lines = [*facts.lines, line(item, 1000, 2 * MORE, key="c", price=2 * MORE)]
    payments = [payment(one.kind, one.amount + MORE) for one in facts.payments]
    made = revision(lines, payments, number=2, shift=facts.shift)
    return replace(made, opened_at=facts.opened_at, closed_at=facts.closed_at, business_date=facts.business_date)


async def both_revisions(bench: DeliveryBench, number: int, fault: FaultRequest | None = None) -> str:
    """Publish and deliver a shift, then its later revision under a fault; what a person has to do is done."""
    facts = bench.shift(number)
    await bench.publish(facts)
    await bench.deliver(facts)
    armed = bench.sandbox.faults.add(fault) if fault else None
    await bench.publish(later(facts))
    await bench.deliver(facts)
    bench.sandbox.faults.clear()
    if armed is not None and armed.hits != 1:
        return f"struck {armed.hits} times"
    for one in await bench.stored(facts):
        if one.status.state is DocumentState.REJECTED:
            await resend(one.id, ACCOUNTANT, bench.deciding(Desk()))
    bench.clock.advance(TIMING.retry_max)  # written and verified, but not posted: it waits for its next turn
    await bench.deliver(facts)
    return "/".join(sorted({one.status.state.value for one in await bench.stored(facts)}))


async def undisturbed(database_url: str) -> dict[str, list[dict[str, Any]]]:
    """What 1C holds after the same revisions without a fault: of each document one, saying the later revision."""
    async with DeliveryBench.open(database_url) as bench:
        bench.set_documents(on_change="update")
        for number in range(len(CELLS)):
            assert await both_revisions(bench, number) == "posted"
        held = bench.in_onec()
    assert len(held) == len(CELLS) * len(KINDS)
    assert all(len(records) == 1 and records[0]["Posted"] for records in held.values())
    assert all("#1" in marker for marker in held)
    return held


@pytest.mark.timeout(240)
async def test_a_revision_written_in_place_ends_in_1c_as_without_a_fault_and_no_second_document_is_made(
    database_url: str, postgres_url: str
) -> None:
    with fresh_database(postgres_url) as other_url:
        expected = await undisturbed(other_url)
    found = {}
    async with DeliveryBench.open(database_url) as bench:
        bench.set_documents(on_change="update")
        for number, (fault, write, kind) in enumerate(CELLS):
            request = FaultRequest(target="onec", when=struck(write, kind), **FAULTS[fault])
            found[fault, write, kind] = await both_revisions(bench, number, request)
        held = bench.in_onec()
    sys.stdout.write("\n".join(f"{fault:22}{write:8}{kind:22}{end}" for (fault, write, kind), end in found.items()))

    assert set(found.values()) == {"posted"}
    assert held == expected
