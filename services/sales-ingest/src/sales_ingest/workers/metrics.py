"""What the workers of sales-ingest measure; labels are bounded by the configuration."""

from prometheus_client import Gauge

REGISTER_SILENT = Gauge(
    "smena_register_silent",
    "Whether a usually open register has not reported for too long (1) or not (0).",
    ["register"],
)
