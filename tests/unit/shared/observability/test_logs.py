"""Logs are JSON lines on stderr with the ids of the work at hand, and no secret comes through (D9)."""

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from smena.config.secrets import SecretReference
from smena.observability.logs import configure_logs
from smena.observability.masking import MASK, masked, masked_text, remember_secret


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What was logged since."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logs("INFO")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_is_json_with_time_level_and_bound_ids(lines: Callable[[], list[dict[str, Any]]]) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1", shift="s-1"):
        structlog.get_logger("x").info("pull.page", documents=3, имя="касса")

    ((line),) = lines()
    assert line["event"] == "pull.page"
    assert (line["request_id"], line["shift"], line["documents"], line["имя"]) == ("r-1", "s-1", 3, "касса")
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")


def test_lines_of_libraries_take_the_same_way(lines: Callable[[], list[dict[str, Any]]]) -> None:
    logging.getLogger("some.library").warning("lost %s", "connection")
    logging.getLogger("httpx").info("GET https://cabinet/?token=abc")

    ((line),) = lines()
    assert (line["event"], line["logger"]) == ("lost connection", "some.library")


def test_a_resolved_secret_is_masked_wherever_it_stands(lines: Callable[[], list[dict[str, Any]]]) -> None:
    SecretReference(env="WK_TOKEN").resolve({"WK_TOKEN": "very-secret-value"})
    log = structlog.get_logger("x")

    log.info("asked very-secret-value", address="https://h/?key=very-secret-value", deep={"a": ["very-secret-value"]})
    log.error("failed", exc_info=RuntimeError("refused very-secret-value"))
    logging.getLogger("library").error("sent %s", {"x": "very-secret-value"})

    assert len(lines()) == 3
    assert "very-secret" not in json.dumps(lines())
    assert "RuntimeError" in json.dumps(lines())


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://user:pass-word@host/db",
        "amqp://guest:pass-word@host:5672/",
        "Authorization: Bearer pass-word",
        "basic pass-word",
    ],
)
def test_passwords_in_addresses_and_headers_are_masked(text: str) -> None:
    assert "pass-word" not in masked_text(text)
    assert MASK in masked_text(text)


def test_fields_named_like_secrets_are_masked_and_others_are_not() -> None:
    fields = {
        "token": "t1",
        "client_secret": "t2",
        "Authorization": "t3",
        "password": "t4",
        "tokens_read": 5,
        "key": "k",
    }

    assert masked(fields) == {
        "token": MASK,
        "client_secret": MASK,
        "Authorization": MASK,
        "password": MASK,
        "tokens_read": 5,
        "key": "k",
    }


def test_a_short_value_does_not_blank_out_words() -> None:
    remember_secret("a")

    assert masked_text("a cabinet") == "a cabinet"
