"""What a command reads before it starts: process settings and the configuration; a mistake ends it with code 2."""

import os
from typing import NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console

from smena.config.cabinets import DeclarativeCabinet
from smena.config.load import ConfigError, load_config, read_tables, refused
from smena.config.model import SmenaConfig
from smena.observability.masking import remember_secret
from smena.settings import ProcessSettings

WRONG_SETTINGS = 2

_errors = Console(stderr=True, soft_wrap=True, highlight=False)


def refuse(sentence: str) -> NoReturn:
    """End the command with code 2 and one sentence that says what to do."""
    _errors.print(sentence, markup=False)
    raise typer.Exit(WRONG_SETTINGS)


def process_settings() -> ProcessSettings:
    """The settings of this process."""
    try:
        settings = ProcessSettings()
    except ValidationError as error:
        for mistake in error.errors():
            name = str(mistake["loc"][0]).upper() if mistake["loc"] else ""
            variable = name if name.startswith("SMENA_") else f"SMENA_{name}"
            _errors.print(f"{variable}: {mistake['msg']}", markup=False)
        raise typer.Exit(WRONG_SETTINGS) from error
    remember_secret(settings.session_key or "")
    return settings


def configuration(settings: ProcessSettings) -> SmenaConfig:
    """The configuration the settings name, checked."""
    try:
        config = load_config(settings.config, os.environ)
        if any(isinstance(cabinet, DeclarativeCabinet) for cabinet in config.cabinets):
            from smena.cabinets.declarative.fitting import cabinet_mistakes  # manifests are slow to load, and rare

            if found := list(cabinet_mistakes(config)):
                raise refused(settings.config, read_tables(settings.config)[0], found)
    except ConfigError as error:
        _errors.print(str(error), markup=False)
        raise typer.Exit(WRONG_SETTINGS) from error
    return config
