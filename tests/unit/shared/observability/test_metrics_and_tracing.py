"""Metric names follow the conventions; trace context is carried on, and a broken one harms nothing."""

import re

import pytest
from prometheus_client import REGISTRY

from smena.observability import metrics
from smena.observability.tracing import continue_trace, current_trace_id, current_traceparent

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_names_say_what_and_in_which_unit() -> None:
    assert metrics.HTTP_REQUESTS is not None
    ours = [metric for metric in REGISTRY.collect() if metric.name.startswith("smena_")]
    assert len(ours) >= 6
    for metric in ours:
        assert re.fullmatch(r"smena_[a-z0-9_]+", metric.name)
        assert metric.documentation.endswith(".")
        if metric.type == "histogram":
            assert metric.name.endswith(("_seconds", "_bytes", "_rows")), metric.name


def test_a_trace_begun_elsewhere_is_carried_on() -> None:
    with continue_trace(TRACEPARENT, "work"):
        carried = current_traceparent()
        assert carried is not None
        assert carried.split("-")[1] == "0af7651916cd43dd8448eb211c80319c"
        assert current_trace_id() == "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize("traceparent", [None, "", "garbage", "00-0-0-00", "ff-" + "0" * 32 + "-" + "0" * 16 + "-01"])
def test_a_missing_or_broken_header_begins_a_trace_of_its_own(traceparent: str | None) -> None:
    begun = []
    for _ in range(2):
        with continue_trace(traceparent, "work"):
            assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", current_traceparent() or "")
            begun.append(current_trace_id())
            with continue_trace(None, "other work"):
                assert current_trace_id() not in begun
            assert current_trace_id() == begun[-1]
    assert begun[0] != begun[1]
    assert current_trace_id() is None


def test_outside_a_trace_there_is_none() -> None:
    assert current_traceparent() is None
