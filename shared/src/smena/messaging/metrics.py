"""What the bus, the relays and the loops count."""

from prometheus_client import Counter, Gauge

PUBLISHED = Counter("smena_outbox_published_total", "Outbox rows confirmed by the bus.", ["service"])
UNROUTABLE = Counter(
    "smena_outbox_unroutable_total", "Publishes of events that must reach a queue and did not.", ["type"]
)
PUBLISH_FAILED = Counter("smena_outbox_publish_failed_total", "Publishes refused or of unknown outcome.", ["service"])
UNSENT = Gauge("smena_outbox_unsent", "Outbox rows that wait for the bus.", ["service"])
OLDEST_UNSENT = Gauge(
    "smena_outbox_oldest_seconds", "Age of the oldest outbox row that waits for the bus; 0 without any.", ["service"]
)
HANDLED = Counter(
    "smena_events_handled_total", "Events by consumer and by what became of them.", ["consumer", "outcome"]
)
DUPLICATES = Counter(
    "smena_inbox_duplicates_total", "Events given to a consumer that had done them already.", ["consumer"]
)
ATTEMPTS_FAILED = Counter("smena_event_attempts_failed_total", "Failed attempts of a handler.", ["consumer"])
ATTACHED = Gauge("smena_bus_attached", "Whether this connection to the bus is up (1) or not (0).", ["connection"])
LOOP_CRASHES = Counter("smena_loop_crashes_total", "Crashes of background loops; each is started again.", ["loop"])
