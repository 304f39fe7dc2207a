"""Trace context across HTTP, runs, the outbox, the bus and 1C.

Every piece of work has a trace id, in its log lines and in what it stores and sends. Spans are recorded only where an
OpenTelemetry SDK has been set up around the process; without one nothing is recorded and nothing fails.
"""

import contextlib
import secrets
from collections.abc import Iterator

from opentelemetry import context as current
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACE_ID_BITS = 128
SPAN_ID_BITS = 64

_propagator = TraceContextTextMapPropagator()


def current_traceparent() -> str | None:
    """The W3C ``traceparent`` of the current span, to be stored or sent; None outside any trace."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


@contextlib.contextmanager
def continue_trace(traceparent: str | None, name: str) -> Iterator[None]:
    """Work as part of the trace somebody else began; a missing or broken header begins a new one."""
    context = _propagator.extract({"traceparent": traceparent} if traceparent else {}, context=Context())
    with trace.get_tracer("smena").start_as_current_span(name, context=context) as span:
        if span.get_span_context().is_valid:
            yield
            return
        token = current.attach(trace.set_span_in_context(NonRecordingSpan(_begun()), context))
        try:
            yield
        finally:
            current.detach(token)


def current_trace_id() -> str | None:
    """The trace id for a log line; None outside any trace."""
    span = trace.get_current_span().get_span_context()
    return f"{span.trace_id:032x}" if span.is_valid else None


def _begun() -> SpanContext:
    """The beginning of a trace where no SDK makes one."""
    trace_id, span_id = secrets.randbits(TRACE_ID_BITS) or 1, secrets.randbits(SPAN_ID_BITS) or 1
    return SpanContext(trace_id, span_id, is_remote=False, trace_flags=TraceFlags(TraceFlags.DEFAULT))
