"""Every benchmark by its name."""

from bench import bus, diffs, growth, ledgers, pull_memory, pushing, receipts
from bench.measuring import Opened

BENCHES: dict[str, Opened] = {
    "diff-compute": diffs.computing,
    "diff-stored": diffs.storing,
    "push-unchanged": pushing.unchanged,
    "accept-batch": pushing.accepting,
    "store-receipts": receipts.storing,
    "decode-page": receipts.decoding,
    "pull": receipts.pulling,
    "pull-among-stored": growth.growing,
    "pull-memory": pull_memory.measuring,
    "relay": bus.relaying,
    "consume": bus.consuming,
    "store-documents": ledgers.storing,
    "requests-per-document": ledgers.delivering,
}
