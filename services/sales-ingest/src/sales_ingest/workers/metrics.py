"""What the workers of sales-ingest measure; labels are bounded by the configuration."""

from prometheus_client import Gauge

REGISTER_SILENT = Gauge(
    "smena_register_silent",
    "Whether a usually open register has not reported for too long (1) or not (0).",
    ["register"],
)

READ_LAG_SECONDS = Gauge(
    "smena_register_read_lag_seconds",
    "Time since the instant up to which a register is read without a hole; none before its first pull.",
    ["register"],
)
DOCUMENT_AGE_SECONDS = Gauge(
    "smena_register_document_age_seconds",
    "Time since the latest document of a register that is stored; none before the first.",
    ["register"],
)
SHIFTS = Gauge("smena_sales_shifts", "Shifts by organisation and state.", ["organization", "state"])
UNRESOLVED_LINES = Gauge("smena_sales_unresolved_lines", "Lines of receipts without an item.", ["organization"])
UNRESOLVED_KOPECKS = Gauge(
    "smena_sales_unresolved_kopecks", "Sum of the lines of receipts without an item, in kopecks.", ["organization"]
)
