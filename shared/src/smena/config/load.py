"""Read ``smena.toml``: every mistake is named with its line and the reason."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from smena.config.checks import mistakes
from smena.config.locate import KeyPath, line_of
from smena.config.model import SmenaConfig
from smena.config.reasons import reason_of

CONFIG_BYTES_MAX = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ConfigMistake:
    """One mistake: where it stands and what to do about it; ``line`` is None when the file itself is the matter."""

    line: int | None
    key: str
    reason: str


class ConfigError(Exception):
    """The configuration is refused; the message has one line for each mistake."""

    def __init__(self, path: Path, found: tuple[ConfigMistake, ...]) -> None:
        self.path = path
        self.mistakes = found
        super().__init__("\n".join(self._sentence(mistake) for mistake in found))

    def _sentence(self, mistake: ConfigMistake) -> str:
        place = f"{self.path}" if mistake.line is None else f"{self.path}, line {mistake.line}"
        return f"{place}: {mistake.key}: {mistake.reason}" if mistake.key else f"{place}: {mistake.reason}"


def load_config(path: Path, environment: Mapping[str, str]) -> SmenaConfig:
    """Read, check and cross-check the configuration.

    Raises:
        ConfigError: with every mistake found.
    """
    text, tables = read_tables(path)
    try:
        config = SmenaConfig.model_validate(tables, context={"folder": path.parent})
    except ValidationError as error:
        raise ConfigError(path, _located(text, shape_mistakes(error, tables))) from error
    if found := list(mistakes(config, environment)):
        raise ConfigError(path, _located(text, found))
    return config


def read_tables(path: Path) -> tuple[str, dict[str, Any]]:
    """The text of a TOML file and its tables, not yet checked.

    Raises:
        ConfigError: it cannot be read or is no TOML.
    """
    text = _read(path)
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\s*\(at line (\d+), column \d+\)$", str(error))
        line = int(place[1]) if place else len(text.splitlines())
        reason = str(error)[: place.start()] if place else str(error)
        raise ConfigError(path, (ConfigMistake(line, "", f"this is no TOML: {reason}"),)) from error


def shape_mistakes(error: ValidationError, tables: Any) -> list[tuple[KeyPath, str]]:
    """Where the tables differ from their shape, in this configuration's words."""
    return [(_clean(_location(entry), tables), reason_of(entry)) for entry in error.errors()]


def refused(path: Path, text: str, found: list[tuple[KeyPath, str]]) -> ConfigError:
    """The refusal of a file for mistakes at these keys."""
    return ConfigError(path, _located(text, found))


def _read(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            body = stream.read(CONFIG_BYTES_MAX + 1)
    except OSError as error:
        reason = f"can't be read ({error.strerror}): set SMENA_CONFIG to your smena.toml"
        raise ConfigError(path, (ConfigMistake(None, "", reason),)) from error
    if len(body) > CONFIG_BYTES_MAX:
        raise ConfigError(path, (ConfigMistake(None, "", "larger than 8 MiB: this is no configuration"),))
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise ConfigError(path, (ConfigMistake(line, "", "not UTF-8: save the file as UTF-8"),)) from error


def _located(text: str, found: list[tuple[KeyPath, str]]) -> tuple[ConfigMistake, ...]:
    located = {ConfigMistake(line_of(text, key), _dotted(key), reason) for key, reason in found}
    return tuple(sorted(located, key=lambda mistake: (mistake.line or 0, mistake.key, mistake.reason)))


def _dotted(key: KeyPath) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key).removeprefix(".")


def _location(error: Any) -> KeyPath:
    """Where an error stands; one about which kind of table this is stands at the key that says so."""
    location: KeyPath = error["loc"]
    if error["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        return (*location, error["ctx"]["discriminator"].strip("'"))
    return location


def _clean(location: tuple[int | str, ...], tables: Any) -> KeyPath:
    """Drop what pydantic adds to a location that is no key of the file: names of union members."""
    clean: list[int | str] = []
    here = tables
    for position, part in enumerate(location):
        inside = part < len(here) if isinstance(here, list) and isinstance(part, int) else False
        if inside or (isinstance(here, dict) and part in here):
            here = here[part]
        elif position < len(location) - 1 or not isinstance(here, dict) or not isinstance(part, str):
            continue
        clean.append(part)
    return tuple(clean)
