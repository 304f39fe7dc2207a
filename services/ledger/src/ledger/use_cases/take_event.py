"""Take one event from the bus, whoever hands it over: the consumer, or a person who tries a dead letter again."""

from ledger.ports.rulebook import Rulebook
from ledger.ports.unit_of_work import NewWork
from ledger.use_cases.post_shift import ShiftOutcome, post_shift
from ledger.use_cases.read_shift import UnreadableShiftError
from smena.clock import Clock
from smena.contracts.envelope import Envelope
from smena.contracts.sales_events import SHIFT_CLOSED

SPECVERSION = "1.0"


async def take_event(envelope: Envelope, *, rulebook: Rulebook, clock: Clock, new_work: NewWork) -> ShiftOutcome:
    """Store the documents of a published shift.

    Raises:
        UnreadableShiftError: it is of another type or a newer version, or can't be taken; the message says why.
    """
    if envelope.specversion != SPECVERSION:
        raise UnreadableShiftError(
            f"событие написано по CloudEvents {envelope.specversion}, а понимается {SPECVERSION}: обновите Смену"
        )
    if envelope.type != SHIFT_CLOSED:
        raise UnreadableShiftError(
            f"событие вида {envelope.type}, а понимается {SHIFT_CLOSED}: обновите Смену, если это новая версия"
        )
    return await post_shift(envelope.id, bytes(envelope.data), rulebook=rulebook, clock=clock, new_work=new_work)
