"""Every metric that is the same in all services, declared in one place; seconds and totals by convention."""

from prometheus_client import Counter, Gauge, Histogram

HTTP_REQUESTS = Counter("smena_http_requests_total", "Requests answered.", ("method", "route", "status"))
HTTP_REQUEST_SECONDS = Histogram("smena_http_request_seconds", "Time to answer a request.", ("method", "route"))

RUNS_FINISHED = Counter("smena_runs_finished_total", "Runs that ended, by how.", ("service", "kind", "state"))
RUNS_TAKEN_AGAIN = Counter("smena_runs_taken_again_total", "Runs whose worker was lost.", ("service", "kind"))
RUNS_AT_WORK = Gauge("smena_runs_at_work", "Runs this process is working on.", ("service", "kind"))
RUN_SECONDS = Histogram(
    "smena_run_seconds",
    "Time of one attempt of a run.",
    ("service", "kind"),
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600),
)

OUTSIDE_REQUEST_SECONDS = Histogram(
    "smena_outside_request_seconds",
    "Time of a request to a cabinet or an ERP, without the wait for its turn.",
    ("system", "method"),
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180),
)
CABINET_KEY_EXPIRES_SECONDS = Gauge(
    "smena_cabinet_key_expires_timestamp_seconds",
    "When the API key of a cabinet ends, as a Unix time; none where the key does not say.",
    ("cabinet",),
)
OUTSIDE_FAILURES = Counter(
    "smena_outside_failures_total",
    "Requests to a cabinet or an ERP that got no good answer, by why.",
    ("system", "reason"),
)
