"""Which processes `smena local up` starts, and on which ports."""

from collections.abc import Mapping
from dataclasses import dataclass

from smena.cli.demo.api import Addresses

HTTP_PORTS = {"catalog-sync": 8001, "sales-ingest": 8002, "ledger": 8003}
SERVE_ADMIN_PORTS = {"catalog-sync": 9001, "sales-ingest": 9002, "ledger": 9003}
WORK_ADMIN_PORTS = {"catalog-sync": 9011, "sales-ingest": 9012, "ledger": 9013}
ADDRESSES = Addresses(
    catalog=f"http://127.0.0.1:{HTTP_PORTS['catalog-sync']}",
    sales=f"http://127.0.0.1:{HTTP_PORTS['sales-ingest']}",
    ledger=f"http://127.0.0.1:{HTTP_PORTS['ledger']}",
)


@dataclass(frozen=True, slots=True)
class Planned:
    """One process: its command after ``smena``, and the ports it answers on."""

    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    admin_port: int


def planned_processes(session_key: str) -> list[Planned]:
    """HTTP and workers of each service, six processes in all."""
    plan: list[Planned] = []
    for service, port in HTTP_PORTS.items():
        for command, admin in (("serve", SERVE_ADMIN_PORTS[service]), ("work", WORK_ADMIN_PORTS[service])):
            environment = {
                "SMENA_HTTP_PORT": str(port),
                "SMENA_ADMIN_PORT": str(admin),
                "SMENA_CATALOG_URL": ADDRESSES.catalog,
                "SMENA_SALES_URL": ADDRESSES.sales,
                "SMENA_LEDGER_URL": ADDRESSES.ledger,
                "SMENA_SESSION_KEY": session_key,
            }
            plan.append(Planned(f"{command} {service}", (command, service), environment, admin))
    return plan
