"""Publish one shift to the bus, or say why it has to wait."""

from dataclasses import dataclass, replace

from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.domain.shift_record import ShiftRecord
from sales_ingest.domain.shifts import Reason, ShiftState
from sales_ingest.domain.words import TO_INTEGRATOR
from sales_ingest.ports.shifts import Revision
from sales_ingest.ports.unit_of_work import OpenWork, SalesWork
from sales_ingest.use_cases.reassess_shift import Reassessed, reassess_shift
from sales_ingest.use_cases.shift_content import ShiftContent, shift_identity
from smena.audit.chain import Deed
from smena.clock import Clock
from smena.contracts.envelope import NewEvent
from smena.contracts.sales_events import SHIFT_CLOSED, SHIFT_HELD, ShiftHeld
from smena.outbox.writer import EventTooLargeError
from smena.runtime.failpoints import reach

SOURCE = "/sales-ingest/"


@dataclass(frozen=True, slots=True)
class Published:
    """The shift stands in its latest revision; ``new`` says whether this call made it."""

    shift: ShiftRecord
    revision: int
    new: bool


@dataclass(frozen=True, slots=True)
class Held:
    """The shift waits, and why."""

    shift: ShiftRecord
    reasons: tuple[Reason, ...]


async def publish_shift(
    seq: int, register: RegisterSetup, *, open_work: OpenWork, clock: Clock, person: str | None = None
) -> Published | Held:
    """Publish a shift's next revision if it is proven and says something new; ``person`` is who asked for this one."""
    async with open_work() as work:
        found = await reassess_shift(work, register, seq, with_content=True)  # one writer per shift from here
        if found.content is None:
            return await _hold(work, found.shift, found.shift.reasons)
        if found.shift.state is ShiftState.PUBLISHED:  # nothing changed since the last one
            await work.commit()
            return Published(found.shift, found.shift.revision, new=False)
        try:
            published = await _publish(work, found, found.content, clock)
        except EventTooLargeError as error:
            return await _hold(work, found.shift, (_too_large(error),))
        if person is not None:
            work.trail.record(_deed(person, found.shift, published))
        reach("publish.before-commit")
        await work.commit()  # state and event together, or neither
        reach("publish.after-commit")
        return Published(published, published.revision, new=True)


async def _publish(work: SalesWork, found: Reassessed, content: ShiftContent, clock: Clock) -> ShiftRecord:
    shift = found.shift
    number = shift.revision + 1
    event, body = content.as_revision(number, shift.revision or None)
    event_id = work.outbox.add(
        NewEvent(
            type=SHIFT_CLOSED,
            source=SOURCE + shift.organization,
            partition_key=shift.register,
            subject=str(shift.id),
            data=event,
        )
    )
    await work.shifts.add_revision(
        Revision(
            shift_seq=shift.seq,
            number=number,
            shift_id=shift.id,
            event_id=event_id,
            sha256=event.sha256,
            content_sha256=content.sha256,
            body=body,
            published_at=clock.now(),
        ),
        content.sources,
    )
    published = replace(
        shift, state=ShiftState.PUBLISHED, revision=number, content_sha256=content.sha256, held_reasons=None
    )
    await work.shifts.save(published)
    return published


def _deed(person: str, before: ShiftRecord, after: ShiftRecord) -> Deed:
    """A person's publishing as the audit keeps it."""
    details = {
        "register": after.register,
        "shift_number": str(after.number),
        "state_before": before.state.value,
        "state_after": after.state.value,
        "revision_before": str(before.revision),
        "revision_after": str(after.revision),
    }
    return Deed(after.organization, person, "shift.publish", f"shift/{after.id}", details=details)


def _too_large(error: EventTooLargeError) -> Reason:
    detail = (
        f"Смена слишком велика для передачи в учёт: {error.size_bytes} байт при пределе {error.limit_bytes}."
        f" {TO_INTEGRATOR}"
    )
    return Reason("event-too-large", detail)


async def _hold(work: SalesWork, shift: ShiftRecord, reasons: tuple[Reason, ...]) -> Held:
    """Say once for each set of reasons that the shift waits; the shift shows them either way."""
    said = shift.held_reasons == reasons
    if not said or shift.reasons != reasons:
        shift = replace(shift, held_reasons=reasons, reasons=reasons)
        await work.shifts.save(shift)
    if not said:
        held = ShiftHeld(
            shift=shift_identity(shift),
            state=shift.state.value,
            reasons=[f"{one.code}: {one.detail}" for one in reasons],
        )
        work.outbox.add(
            NewEvent(
                type=SHIFT_HELD,
                source=SOURCE + shift.organization,
                partition_key=shift.register,
                subject=str(shift.id),
                data=held,
            )
        )
    await work.commit()
    return Held(shift, reasons)
