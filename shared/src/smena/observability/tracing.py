"""Trace context across HTTP, the outbox and the bus; without an SDK installed nothing is recorded and nothing fails."""

import contextlib
from collections.abc import Iterator

from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_propagator = TraceContextTextMapPropagator()


def current_traceparent() -> str | None:
    """The W3C ``traceparent`` of the current span, to be stored with an event; None outside any trace."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


@contextlib.contextmanager
def continue_trace(traceparent: str | None, name: str) -> Iterator[None]:
    """Work as part of the trace somebody else began; a missing or broken header begins a new one."""
    context = _propagator.extract({"traceparent": traceparent} if traceparent else {})
    with trace.get_tracer("smena").start_as_current_span(name, context=context):
        yield


def current_trace_id() -> str | None:
    """The trace id for a log line; None outside any trace."""
    span = trace.get_current_span().get_span_context()
    return f"{span.trace_id:032x}" if span.is_valid else None
