"""``python -m smena.runtime.local_servers``: a private PostgreSQL and RabbitMQ until SIGTERM, for `make up`."""

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from smena.db.embedded import EmbeddedPostgres
from smena.runtime.local.rabbitmq import RabbitNode, RabbitNotInstalledError

RABBIT_FOLDER = "rabbitmq"


def main(arguments: list[str] | None = None) -> int:
    """Start what is asked for, print the addresses as one line of JSON, wait for SIGTERM, stop."""
    parser = argparse.ArgumentParser(prog="smena.runtime.local_servers", description=__doc__)
    parser.add_argument("--state-dir", type=Path, default=Path(".smena"))
    parser.add_argument("--no-postgres", action="store_true")
    parser.add_argument("--no-rabbitmq", action="store_true")
    options = parser.parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    postgres = None if options.no_postgres else EmbeddedPostgres(options.state_dir)
    node: RabbitNode | None = None
    try:
        addresses: dict[str, str] = {}
        if postgres is not None:
            addresses["database_url"] = postgres.start_now()
        if not options.no_rabbitmq:
            node = RabbitNode((options.state_dir / RABBIT_FOLDER).resolve())
            addresses["amqp_url"] = node.start()
        sys.stdout.write(json.dumps(addresses) + "\n")
        sys.stdout.flush()
        stop.wait()
    except RabbitNotInstalledError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        if node is not None:
            node.stop()
        if postgres is not None:
            postgres.stop_now()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
