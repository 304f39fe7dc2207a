"""`smena config check` and `smena token new`."""

import secrets
from hashlib import sha256
from typing import Annotated

import typer
from rich.console import Console

from smena.cli.surroundings import configuration, process_settings

TOKEN_BYTES = 32

config_app = typer.Typer(help="The configuration.", no_args_is_help=True)
token_app = typer.Typer(help="API tokens.", no_args_is_help=True)


@config_app.command("check")
def check() -> None:
    """Check the configuration that SMENA_CONFIG names; print every mistake with its line."""
    settings = process_settings()
    config = configuration(settings)
    Console(highlight=False, soft_wrap=True).print(
        f"{settings.config}: good. {len(config.organizations)} organisations, {len(config.cabinets)} cabinets, "
        f"{len(config.registers)} registers, {len(config.erp)} ERPs, {len(config.api_tokens)} API tokens.",
        markup=False,
    )


@token_app.command("new")
def new(
    name: Annotated[str, typer.Option(help="Who will use it.")] = "1c",
    person: Annotated[str, typer.Option(help="Who stands in the audit for it.")] = "",
) -> None:
    """Make a token. It is shown this once; the configuration holds only its sha256."""
    token = f"smena_{secrets.token_urlsafe(TOKEN_BYTES)}"
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"Token (keep it, it is not shown again):\n{token}\n", markup=False)
    console.print("For smena.toml:\n", markup=False)
    console.print(
        f'[[api_tokens]]\nname = "{name}"\nsha256 = "{sha256(token.encode()).hexdigest()}"\n'
        f'person = "{person or name}"\norganizations = ["*"]\n'
        'scopes = ["catalog:write", "sales:write", "ledger:write"]',
        markup=False,
    )
