"""The door from the bus: published shifts become documents."""

from ledger.ports.rulebook import Rulebook
from ledger.ports.unit_of_work import NewWork
from ledger.use_cases.post_shift import CONSUMER, post_shift
from ledger.use_cases.read_shift import UnreadableShiftError
from smena.clock import Clock
from smena.contracts.routing import subscription_of
from smena.messaging.port import Consumer, PoisonEventError, ReceivedEvent


def shifts_consumer(rulebook: Rulebook, clock: Clock, new_work: NewWork) -> Consumer:
    """The consumer ``ledger.shifts``; what can never succeed is dead-lettered with the reason."""

    async def handle(event: ReceivedEvent) -> None:
        envelope = event.envelope
        try:
            await post_shift(envelope.id, bytes(envelope.data), rulebook=rulebook, clock=clock, new_work=new_work)
        except UnreadableShiftError as error:
            raise PoisonEventError(str(error)) from error

    return Consumer(subscription=subscription_of(CONSUMER), handle=handle)
