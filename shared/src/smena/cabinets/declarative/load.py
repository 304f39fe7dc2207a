"""Read a manifest: shipped ones by name, others by path; one may be based on another and change parts of it."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from smena.cabinets.declarative.checks import mistakes
from smena.cabinets.declarative.model import Manifest
from smena.config.load import ConfigError, ConfigMistake, read_tables, refused, shape_mistakes
from smena.config.locate import KeyPath

SUFFIX = ".toml"
BASES_MAX = 8


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    text: str
    tables: dict[str, Any]


def shipped_manifests() -> tuple[str, ...]:
    """The names of the manifests that come with the product."""
    return tuple(sorted(path.stem for path in _shipped().iterdir() if path.suffix == SUFFIX))


def manifest_path(name: str, folder: Path) -> Path:
    """The file of a manifest: a path as written (relative to ``folder``), or a shipped one by its name."""
    if name.endswith(SUFFIX) or "/" in name:
        return folder / name
    return _shipped() / f"{name}{SUFFIX}"


def load_manifest(path: Path) -> Manifest:
    """Read and check a manifest and those it is based on.

    Raises:
        ConfigError: with every mistake, its file, its line and the reason.
    """
    chain = _chain(path)
    tables: dict[str, Any] = {}
    for file in reversed(chain):
        tables = _merged(tables, file.tables)
    try:
        manifest = Manifest.model_validate(tables)
    except ValidationError as error:
        raise _refusal(chain, shape_mistakes(error, tables)) from error
    if found := list(mistakes(manifest)):
        raise _refusal(chain, found)
    return manifest


def _shipped() -> Path:
    return Path(str(files("smena.cabinets.declarative") / "manifests"))


def _chain(path: Path) -> list[_File]:
    """The manifest and its bases, the manifest first."""
    chain: list[_File] = []
    seen: list[Path] = []
    while True:
        if not path.exists() and path.parent == _shipped():
            known = ", ".join(shipped_manifests()) or "none"
            reason = f"there is no manifest {path.stem!r}; shipped are: {known}; another one is named by its path"
            raise ConfigError(path, (ConfigMistake(None, "", reason),))
        text, tables = read_tables(path)
        chain.append(_File(path, text, tables))
        seen.append(path.resolve())
        base = tables.get("based_on")
        if not isinstance(base, str):
            return chain
        following = manifest_path(base, path.parent)
        if following.resolve() in seen or len(chain) > BASES_MAX:
            names = " → ".join(file.path.name for file in chain)
            raise refused(path, text, [(("based_on",), f"this goes in a circle: {names} → {following.name}")])
        path = following


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Tables are merged key by key; a value or a list of tables replaces the one below."""
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _refusal(chain: list[_File], found: list[tuple[KeyPath, str]]) -> ConfigError:
    """The mistakes in the file each stands in: the one that knows most of its key, the nearest at a tie."""
    by_file: dict[int, list[tuple[KeyPath, str]]] = {}
    for key, reason in found:
        depths = [_depth(file.tables, key) for file in chain]
        by_file.setdefault(depths.index(max(depths)), []).append((key, reason))
    errors = [refused(chain[place].path, chain[place].text, mine) for place, mine in sorted(by_file.items())]
    first = errors[0]
    return first if len(errors) == 1 else _together(errors)


def _together(errors: list[ConfigError]) -> ConfigError:
    whole = ConfigError(errors[0].path, tuple(mistake for error in errors for mistake in error.mistakes))
    whole.args = ("\n".join(str(error) for error in errors),)
    return whole


def _depth(tables: Any, key: KeyPath) -> int:
    depth = 0
    for part in key:
        inside = isinstance(part, int) and isinstance(tables, list) and part < len(tables)
        if not inside and not (isinstance(tables, dict) and part in tables):
            break
        tables = tables[part]
        depth += 1
    return depth
