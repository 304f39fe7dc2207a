"""Find the installed services and their own commands through entry points: the command line imports none of them."""

from importlib.metadata import entry_points

import typer

from smena.runtime.service import ServiceDefinition

SERVICES_GROUP = "smena.services"
COMMANDS_GROUP = "smena.commands"


def installed_services() -> tuple[ServiceDefinition, ...]:
    """Every installed service, in the order of their names."""
    return tuple(point.load() for point in sorted(entry_points(group=SERVICES_GROUP), key=lambda point: point.name))


def installed_service(name: str) -> ServiceDefinition:
    """The service of this name (``sales-ingest``) or segment (``sales``); by its name no other one is loaded.

    Raises:
        typer.BadParameter: naming those that are installed.
    """
    for point in entry_points(group=SERVICES_GROUP, name=name):
        found: ServiceDefinition = point.load()
        return found
    services = installed_services()
    for service in services:
        if name in {service.name, service.segment}:
            return service
    known = ", ".join(service.name for service in services) or "none"
    raise typer.BadParameter(f"no service {name!r} is installed; there are: {known}")


def add_contributed_commands(app: typer.Typer) -> None:
    """Hang the services' own commands into the tree: ``smena ledger check`` is the ledger's."""
    for point in sorted(entry_points(group=COMMANDS_GROUP), key=lambda point: point.name):
        app.add_typer(point.load(), name=point.name)
