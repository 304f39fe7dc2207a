"""Forget a remembered rule: what it filled becomes empty again, or stays as a person's decision."""

from dataclasses import dataclass

from sales_ingest.domain.items import find_item
from sales_ingest.domain.registers import Registers
from sales_ingest.domain.waiting_lines import decide_anew
from sales_ingest.ports.unit_of_work import OpenWork
from sales_ingest.use_cases.decide_shift import Decider
from sales_ingest.use_cases.keep_bindings import reassess_decided


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by what makes it one: lines of this group in this cabinet are one item."""

    cabinet: str
    group: str

    @property
    def id(self) -> str:
        """The rule as the API names it."""
        return f"{self.cabinet}:{self.group}"


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What became of the lines.

    ``emptied`` have no item now, ``decided`` found one without the rule (a binding, a barcode, the register's
    stand-in), ``kept`` stay as they were; ``forgotten`` is false where there was no such rule any more.
    """

    forgotten: bool
    emptied: int = 0
    decided: int = 0
    kept: int = 0
    shifts: int = 0


async def forget_rule(
    rule: Rule, decider: Decider, *, keep_lines: bool, organization: str, registers: Registers, open_work: OpenWork
) -> Forgotten:
    """Forget the rule and decide its lines as if it had never been; a published shift can get its next revision.

    A rule that is forgotten already changes nothing. Lines of registers that are configured no more stay as they are.
    """
    async with open_work() as work:
        await work.items.claim(rule.cabinet)
        item_ref = await work.items.forget(rule.cabinet, rule.group)
        if item_ref is None:
            return Forgotten(forgotten=False)
        found = await work.items.filled_by_rule(rule.cabinet, rule.group, item_ref)
        lines = [line for line in found if line.register in registers]
        if keep_lines:
            await work.items.keep_filled(rule.cabinet, rule.group)
            result = Forgotten(forgotten=True, kept=len(lines))
        else:
            book = await work.items.book(rule.cabinet, list({line.carried for line in lines}))
            decisions = [
                decide_anew(line, find_item(line.carried, book), registers[line.register].rules) for line in lines
            ]
            await work.items.decide(decisions)
            await reassess_decided(work, decisions, registers)
            emptied = sum(1 for one in decisions if one.found.item_ref is None)
            shifts = {one.line.shift_seq for one in decisions}
            result = Forgotten(True, emptied, len(decisions) - emptied, 0, len(shifts))
        counts = {"emptied": result.emptied, "decided": result.decided, "kept": result.kept, "shifts": result.shifts}
        details = {"item_before": item_ref, **{name: str(count) for name, count in counts.items()}}
        work.trail.record(decider.deed(organization, "rule.forget", f"rule/{rule.id}", **details))
        await work.commit()
        return result
