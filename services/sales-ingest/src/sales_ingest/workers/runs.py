"""Long work: pulls and publications as runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sales_ingest.domain.registers import Registers, RegisterSetup
from sales_ingest.ports.unit_of_work import OpenWork
from sales_ingest.use_cases.publish_period import PeriodOutcome, publish_period
from sales_ingest.use_cases.publish_shift import Held, Published
from sales_ingest.use_cases.pull_receipts import (
    Cabinets,
    Period,
    Pulled,
    RegistersFailedError,
    pull_receipts,
)
from sales_ingest.use_cases.run_kinds import PUBLICATION, PULL
from smena.cabinets.port import CabinetRefusedError, CabinetUnavailableError
from smena.clock import Clock
from smena.http.outside_problems import CABINET_REFUSED, CABINET_UNAVAILABLE
from smena.http.problems import Problem, Words
from smena.runs.context import RunContext
from smena.runs.worker import Handler

COUNTED = ("read", "new", "changed", "unchanged", "quarantined")
FAILURES_NAMED_MAX = 10
"""Registers named in the sentence of a pull that failed; its list has them all."""
RESULT_SHIFTS_MAX = 5_000
"""Shifts named in each list of a publication's answer; ``GET /shifts?state=`` has the rest."""


def handlers(
    registers: Registers, cabinets: Cabinets, open_held: Callable[[RunContext], OpenWork], clock: Clock
) -> dict[str, Handler]:
    """What the run worker does for each kind of run; ``open_held`` begins transactions that end with a lost run."""

    async def pull(context: RunContext) -> dict[str, Any]:
        async def progress(done: int, total: int) -> None:
            await context.progress(done, total)

        try:
            pulled = await pull_receipts(
                context.run.id,
                _known(registers, context.payload["registers"]),
                period_of(context.payload),
                cabinets=cabinets,
                open_work=open_held(context),
                clock=clock,
                progress=progress,
            )
        except RegistersFailedError as error:
            if all(isinstance(one.failure, CabinetRefusedError) for one in error.pulled if one.failure):
                raise failed(error) from error  # a person must act: trying again changes nothing
            raise
        return pull_result(pulled)

    async def publication(context: RunContext) -> dict[str, Any]:
        async def progress(done: int, total: int) -> None:
            await context.progress(done, total)

        payload = context.payload
        outcome = await publish_period(
            _known(registers, payload["registers"]),
            date.fromisoformat(payload["from"]),
            date.fromisoformat(payload["to"]),
            open_work=open_held(context),
            clock=clock,
            progress=progress,
        )
        return publication_result(outcome)

    return {PULL: pull, PUBLICATION: publication}


def explain(error: Exception) -> Problem | None:
    """An error of the cabinet in words for the run's reader."""
    return failed(error) if isinstance(error, RegistersFailedError) else None


def failed(error: RegistersFailedError) -> Problem:
    """Which registers could not be read and why; ``registers`` counts what is stored of all."""
    failures = [one for one in error.pulled if one.failure is not None]
    named = "; ".join(f"{one.register}: {one.failure}" for one in failures[:FAILURES_NAMED_MAX])
    more = len(failures) - FAILURES_NAMED_MAX
    reasons_ru = named + (f"; и ещё касс: {more}" if more > 0 else "")
    reasons_en = named + (f"; and {more} more registers" if more > 0 else "")
    result = pull_result(error.pulled)
    if all(isinstance(one.failure, CabinetRefusedError) for one in failures):
        return CABINET_REFUSED(
            Words(
                f"Кабинет отказал: {reasons_ru}. Проверьте токен и номер кассы в smena.toml. Остальное прочитано.",
                f"The cabinet refused: {reasons_en}. Check the token and the register's number in smena.toml. "
                "The rest was read.",
            ),
            **result,
        )
    pauses = [one.failure.retry_after_seconds for one in failures if isinstance(one.failure, CabinetUnavailableError)]
    if asked := [pause for pause in pauses if pause is not None]:
        result["retry_after_seconds"] = max(asked)
    return CABINET_UNAVAILABLE(
        Words(
            f"Кабинет не ответил как положено: {reasons_ru}. Прочитанное сохранено; повторите загрузку позже.",
            f"The cabinet gave no usable answer: {reasons_en}. What was read is stored; pull again later.",
        ),
        **result,
    )


def pull_result(pulled: Sequence[Pulled]) -> dict[str, Any]:
    """What was read and stored, whole and by register; a register that was not read to the end has its ``reason``."""
    counts: list[dict[str, Any]] = [{"register": one.register, **asdict(one.counts)} for one in pulled]
    totals = {name: sum(one[name] for one in counts) for name in COUNTED}
    for count, one in zip(counts, pulled, strict=True):
        if one.failure is not None:
            count["reason"] = str(one.failure)
    return {**totals, "registers": counts}


def period_of(payload: Mapping[str, Any]) -> Period:
    """What a pull was asked to read."""
    if "start" in payload:
        return Period(start=datetime.fromisoformat(payload["start"]), end=datetime.fromisoformat(payload["end"]))
    return Period(first=date.fromisoformat(payload["from"]), last=date.fromisoformat(payload["to"]))


def publication_result(outcome: PeriodOutcome) -> dict[str, Any]:
    """What was published, and by name what was not and why; ``counts`` are whole where a list is cut."""
    return {
        "counts": {
            "published": len(outcome.published),
            "unchanged": len(outcome.unchanged),
            "held": len(outcome.held),
        },
        "published": [_published(one) for one in outcome.published[:RESULT_SHIFTS_MAX]],
        "unchanged": [_published(one) for one in outcome.unchanged[:RESULT_SHIFTS_MAX]],
        "held": [held_shift(one) for one in outcome.held[:RESULT_SHIFTS_MAX]],
    }


def held_shift(held: Held) -> dict[str, Any]:
    """A shift that waits, by name and with its reasons."""
    return {**_named(held), "state": held.shift.state.value, "reasons": [asdict(one) for one in held.reasons]}


def _published(published: Published) -> dict[str, Any]:
    return {**_named(published), "state": published.shift.state.value, "revision": published.revision}


def _named(outcome: Published | Held) -> dict[str, Any]:
    shift = outcome.shift
    return {
        "shift": str(shift.id),
        "register": shift.register,
        "number": shift.number,
        "business_date": shift.business_date.isoformat() if shift.business_date else None,
    }


def _known(registers: Registers, wanted: list[str]) -> list[RegisterSetup]:
    """Registers that were taken out of the configuration since the run was asked for are left out."""
    return [registers[one] for one in wanted if one in registers]
