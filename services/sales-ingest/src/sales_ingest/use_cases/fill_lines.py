"""Fill empty lines with an item (Заполнить пустую номенклатуру)."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sales_ingest.domain.items import BoundItem, Found, Resolution
from sales_ingest.domain.receipts import filled_by_a_person
from sales_ingest.domain.registers import Registers
from sales_ingest.domain.waiting_lines import LineDecision, WaitingLine, decide_waiting
from sales_ingest.ports.items import LineScope
from sales_ingest.ports.unit_of_work import OpenWork
from sales_ingest.use_cases.keep_bindings import reassess_decided
from smena.audit.chain import Deed
from smena.kinds.identity import onec_ref


@dataclass(frozen=True, slots=True)
class Filling:
    """What a person asked for; ``told`` is the scope as it was asked, for the log."""

    item_ref: str
    scope: LineScope
    remember: bool
    told: dict[str, Any]
    person: str


class NotAnItemError(Exception):
    """The reference can be no item of the ERP that these lines go to: its documents would be refused for it."""


@dataclass(frozen=True, slots=True)
class Filled:
    """How many lines were filled, in how many shifts; ``by_rule`` are lines elsewhere the new rule decided.

    ``refused`` were named one by one and bring no revenue: a certificate or an advance sold has no item.
    """

    lines: int
    shifts: int
    remembered: int
    by_rule: int
    refused: tuple[WaitingLine, ...] = ()


async def fill_lines(
    filling: Filling, cabinets: Sequence[str], *, registers: Registers, open_work: OpenWork, now: datetime
) -> Filled:
    """Fill what the scope covers and reassess the shifts.

    Remembered, it becomes a rule that decides at once whatever else waits and carries the same.

    Raises:
        NotAnItemError: no item of 1C can have this reference; nothing was filled.
    """
    decisions: list[LineDecision] = []
    refused: list[WaitingLine] = []
    ruled: list[LineDecision] = []
    remembered = 0
    async with open_work() as work:
        for cabinet in sorted(cabinets):
            await work.items.claim(cabinet)
            known = await work.items.by_ref(cabinet, [filling.item_ref])
            item = known.get(filling.item_ref)
            covered = await work.items.waiting_in([cabinet], filling.scope)
            waiting = [line for line in covered if line.needs_item]
            if filling.scope.lines:
                refused += (line for line in covered if not line.needs_item and line.register in registers)
            filled = _decided(waiting, filling.item_ref, item, registers)
            await work.items.decide(filled)
            decisions += filled
            if filling.remember:
                groups = sorted({line.carried.group for line in waiting if line.register in registers})
                await work.items.remember(cabinet, groups, filling.item_ref, filling.person, now)
                remembered += len(groups)
                alike = [one for one in await work.items.waiting_alike(cabinet, groups) if one.needs_item]
                ruled += _decided(alike, filling.item_ref, item, registers, Resolution.RULE)
        into_onec = any(registers[one.line.register].items_are_guids for one in (*decisions, *ruled))
        if into_onec and onec_ref(filling.item_ref) is None:
            raise NotAnItemError(filling.item_ref)
        await work.items.decide(ruled)
        for organization in sorted({registers[one.line.register].organization for one in decisions}):
            await work.items.log(
                organization, filling.item_ref, filling.told, remember=filling.remember, lines=len(decisions),
                person=filling.person, at=now,
            )  # fmt: skip
        for deed in _deeds(filling, decisions, ruled, registers):
            work.trail.record(deed)
        await reassess_decided(work, [*decisions, *ruled], registers)
        await work.commit()
    shifts = {one.line.shift_seq for one in (*decisions, *ruled)}
    return Filled(len(decisions), len(shifts), remembered, len(ruled), tuple(refused))


def _deeds(
    filling: Filling, decisions: Sequence[LineDecision], ruled: Sequence[LineDecision], registers: Registers
) -> list[Deed]:
    """One for each organisation: what was asked for, how many lines had no item, and as what each sort has it now."""
    deeds = []
    both = [registers[one.line.register].organization for one in (*decisions, *ruled)]
    for organization in sorted(set(both)):
        own = [one for one in decisions if registers[one.line.register].organization == organization]
        how = Counter(one.found.resolution.value for one in own)
        details = {
            "scope": json.dumps(filling.told, ensure_ascii=False, sort_keys=True),
            "item_before": "",
            "item_after": filling.item_ref,
            "lines": str(len(own)),
            "lines_by_rule": str(both.count(organization) - len(own)),
            "remembered": str(filling.remember).lower(),
            **{f"as_{name}": str(count) for name, count in sorted(how.items())},
        }
        deeds.append(Deed(organization, filling.person, "lines.fill", f"item/{filling.item_ref}", details=details))
    return deeds


def _decided(
    lines: Sequence[WaitingLine],
    item_ref: str,
    item: BoundItem | None,
    registers: Registers,
    resolution: Resolution | None = None,
) -> list[LineDecision]:
    """Lines of registers that are configured no more stay as they are."""
    decisions = []
    for line in lines:
        register = registers.get(line.register)
        if register is None:
            continue
        how = resolution or filled_by_a_person(item_ref, register.rules)
        if decision := decide_waiting(line, Found(item_ref, how, item), register.rules):
            decisions.append(decision)
    return decisions
