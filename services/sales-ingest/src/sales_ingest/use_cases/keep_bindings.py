"""Keep bindings from catalog-sync; lines that waited for them find their item."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sales_ingest.domain.items import find_item
from sales_ingest.domain.registers import Registers
from sales_ingest.domain.waiting_lines import LineDecision, decide_waiting
from sales_ingest.ports.items import BindingToKeep
from sales_ingest.ports.unit_of_work import OpenWork, SalesWork
from sales_ingest.use_cases.reassess_shift import reassess_shift

CONSUMER = "sales-ingest.bindings"


async def keep_bindings(
    event_id: UUID,
    told_at: datetime,
    cabinet: str,
    bindings: Sequence[BindingToKeep],
    *,
    registers: Registers,
    open_work: OpenWork,
) -> int:
    """Answers how many lines found their item; an event that was taken in before does nothing."""
    async with open_work() as work:
        await work.items.claim(cabinet)
        if not await work.inbox.first(event_id, CONSUMER):
            return 0
        await work.items.keep(cabinet, bindings, told_at)
        waiting = [line for line in await work.items.waiting(cabinet, bindings) if line.register in registers]
        book = await work.items.book(cabinet, list({line.carried for line in waiting}))
        decisions = [
            decision
            for line in waiting
            if (decision := decide_waiting(line, find_item(line.carried, book), registers[line.register].rules))
        ]
        await work.items.decide(decisions)
        await reassess_decided(work, decisions, registers)
        await work.commit()
        return len(decisions)


async def reassess_decided(work: SalesWork, decisions: Iterable[LineDecision], registers: Registers) -> None:
    """Shifts whose lines were decided may be ready now, or need a new revision."""
    shifts = {decision.line.shift_seq: decision.line.register for decision in decisions}
    for seq, register in sorted(shifts.items()):
        await reassess_shift(work, registers[register], seq)
