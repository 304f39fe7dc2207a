"""`smena`: the tree of commands."""

import sys

import typer

from smena.cli import process_commands
from smena.cli.services import add_contributed_commands

HELP = "Smena connects cloud cash registers with 1C: catalogues kept equal, sales proven complete, documents made once."
PROCESS_COMMANDS = ("up", "serve", "work", "migrate")


def command_tree() -> typer.Typer:
    """All commands: ours, and those the installed services contribute."""
    from smena.cli import job_commands
    from smena.cli.audit_commands import verify_audit
    from smena.cli.cabinet_commands import cabinet_app
    from smena.cli.config_commands import config_app, token_app
    from smena.cli.contract_commands import contracts_app
    from smena.cli.demo.command import demo
    from smena.cli.local.command import local_app
    from smena.cli.onec_commands import onec_app

    app = process_tree()
    app.command()(demo)
    app.command()(job_commands.diff)
    app.command()(job_commands.apply)
    app.command()(job_commands.pull)
    app.command()(job_commands.publish)
    app.command()(job_commands.replay)
    app.command()(job_commands.check)
    app.command(name="verify-audit")(verify_audit)
    app.add_typer(cabinet_app, name="cabinet")
    app.add_typer(onec_app, name="onec")
    app.add_typer(local_app, name="local")
    app.add_typer(config_app, name="config")
    app.add_typer(token_app, name="token")
    app.add_typer(contracts_app, name="contracts")
    add_contributed_commands(app)
    return app


def process_tree() -> typer.Typer:
    """The commands that run a process for good: what a container starts, and nothing it would not need."""
    app = typer.Typer(help=HELP, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.command()(process_commands.up)
    app.command()(process_commands.serve)
    app.command()(process_commands.work)
    app.command()(process_commands.migrate)
    return app


def run() -> None:
    """The entry point of the command; a process that serves loads no other command, which is half of its start."""
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    (process_tree() if asked in PROCESS_COMMANDS else command_tree())()
