"""The door from the bus: published shifts become documents, and what can't become any is kept for a person."""

from ledger.ports.rulebook import Rulebook
from ledger.ports.unit_of_work import NewWork
from ledger.use_cases.keep_dead_letter import keep_dead_letter
from ledger.use_cases.post_shift import CONSUMER
from ledger.use_cases.read_shift import UnreadableShiftError
from ledger.use_cases.take_event import take_event
from smena.clock import Clock
from smena.contracts.routing import subscription_of
from smena.messaging.port import Consumer, PoisonEventError, ReceivedEvent


def shifts_consumer(rulebook: Rulebook, clock: Clock, new_work: NewWork) -> Consumer:
    """The consumer ``ledger.shifts``; what can never succeed is dead-lettered with the reason, and listed."""

    async def handle(event: ReceivedEvent) -> None:
        try:
            await take_event(event.envelope, rulebook=rulebook, clock=clock, new_work=new_work)
        except UnreadableShiftError as error:
            raise PoisonEventError(str(error)) from error

    async def keep(body: bytes, reason: str) -> None:
        await keep_dead_letter(body, reason, rulebook=rulebook, clock=clock, new_work=new_work)

    return Consumer(subscription=subscription_of(CONSUMER), handle=handle, on_dead=keep)
