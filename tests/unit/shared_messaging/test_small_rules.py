"""Rules of the bus that need no server."""

import os
import subprocess
import sys

import pytest
from psycopg.errors import AdminShutdown, DeadlockDetected, UniqueViolation
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from servers.messages import outgoing
from smena.contracts.routing import SUBSCRIPTIONS, Subscription
from smena.messaging.outages import is_database_outage
from smena.messaging.port import Outcome, OutgoingEvent
from smena.messaging.topology import queue_arguments
from smena.outbox.relay import sort_outcomes


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (OperationalError("select 1", {}, AdminShutdown("going down")), True),
        (PoolTimeoutError("no connection"), True),
        (DBAPIError("select 1", {}, Exception("cut"), connection_invalidated=True), True),
        (OperationalError("select 1", {}, DeadlockDetected("two at once")), False),
        (IntegrityError("insert", {}, UniqueViolation("twice")), False),
        (ConnectionError("a cabinet is away"), False),
        (None, False),
    ],
)
def test_only_a_database_that_is_away_is_an_outage(error: BaseException | None, outage: bool) -> None:
    assert is_database_outage(error) is outage


def test_an_outage_is_seen_through_the_error_it_caused() -> None:
    wrapped = RuntimeError("the use case failed")
    wrapped.__cause__ = OperationalError("select 1", {}, AdminShutdown("going down"))

    assert is_database_outage(wrapped)


def test_a_confirmed_row_behind_a_failed_one_of_its_key_is_not_marked_and_of_another_key_is() -> None:
    events: list[OutgoingEvent] = [
        outgoing(text, key=key) for text, key in (("1", "a"), ("2", "a"), ("3", "a"), ("4", "b"))
    ]
    outcomes = [Outcome.CONFIRMED, Outcome.FAILED, Outcome.CONFIRMED, Outcome.CONFIRMED]

    sent, held, failed = sort_outcomes(events, outcomes)

    assert sent == [events[0].id, events[3].id]
    assert held == []
    assert failed == 1


@pytest.mark.parametrize("subscription", SUBSCRIPTIONS, ids=lambda each: each.consumer)
def test_every_queue_of_ours_keeps_its_dead_letters_at_least_once(subscription: Subscription) -> None:
    arguments = queue_arguments(subscription)

    assert arguments["x-queue-type"] == "quorum"
    assert arguments["x-dead-letter-strategy"] == "at-least-once"
    assert arguments["x-overflow"] == "reject-publish"
    assert arguments["x-dead-letter-routing-key"] == subscription.dead_letter_queue


@pytest.mark.parametrize(
    ("armed", "survives"), [("", True), ("other", True), ("here:3", True), ("here:2", False), ("here", False)]
)
def test_an_armed_failpoint_kills_at_its_nth_hit_and_no_other_does(armed: str, survives: bool) -> None:
    code = "from smena.runtime.failpoints import reach; reach('here'); reach('here'); print('alive')"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "SMENA_FAILPOINT": armed}, capture_output=True, check=False
    )

    assert (done.stdout == b"alive\n") is survives
    assert done.returncode == (0 if survives else -9)
