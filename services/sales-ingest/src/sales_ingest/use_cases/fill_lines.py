"""Fill empty lines with an item (Заполнить пустую номенклатуру)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sales_ingest.domain.items import Found, Resolution
from sales_ingest.domain.registers import Registers
from sales_ingest.domain.waiting_lines import LineDecision, decide_waiting
from sales_ingest.ports.items import LineScope
from sales_ingest.ports.unit_of_work import OpenWork
from sales_ingest.use_cases.keep_bindings import reassess_decided


@dataclass(frozen=True, slots=True)
class Filling:
    """What a person asked for; ``told`` is the scope as it was asked, for the log."""

    item_ref: str
    scope: LineScope
    remember: bool
    told: dict[str, Any]
    person: str


@dataclass(frozen=True, slots=True)
class Filled:
    """How many lines were filled, in how many shifts."""

    lines: int
    shifts: int
    remembered: int


async def fill_lines(
    filling: Filling, cabinets: Sequence[str], *, registers: Registers, open_work: OpenWork, now: datetime
) -> Filled:
    """Fill what the scope covers, remember it when asked, and reassess the shifts."""
    decisions: list[LineDecision] = []
    groups: dict[str, set[str]] = {}
    async with open_work() as work:
        for cabinet in sorted(cabinets):
            await work.items.claim(cabinet)
            known = await work.items.by_ref(cabinet, [filling.item_ref])
            found = Found(filling.item_ref, Resolution.MANUAL, known.get(filling.item_ref))
            for line in await work.items.waiting_in([cabinet], filling.scope):
                register = registers.get(line.register)
                decision = decide_waiting(line, found, register.rules) if register else None
                if decision:
                    decisions.append(decision)
                    groups.setdefault(cabinet, set()).add(line.carried.group)
        await work.items.decide(decisions)
        for cabinet, keys in groups.items():
            if filling.remember:
                await work.items.remember(cabinet, sorted(keys), filling.item_ref, filling.person, now)
        for organization in sorted({registers[one.line.register].organization for one in decisions}):
            await work.items.log(
                organization, filling.item_ref, filling.told, remember=filling.remember, lines=len(decisions),
                person=filling.person, at=now,
            )  # fmt: skip
        await reassess_decided(work, decisions, registers)
        await work.commit()
    remembered = sum(map(len, groups.values())) if filling.remember else 0
    return Filled(len(decisions), len({one.line.shift_seq for one in decisions}), remembered)
