"""Whether a `[[cabinets]]` table gives what its manifest asks for."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from smena.cabinets.declarative.load import load_manifest, manifest_path
from smena.cabinets.declarative.model import Manifest
from smena.config.load import ConfigError
from smena.config.locate import KeyPath
from smena.config.model import DeclarativeCabinet, SmenaConfig
from smena.config.secrets import SecretReference


def manifest_of(settings: DeclarativeCabinet) -> Manifest:
    """The manifest a table names.

    Raises:
        ConfigError: with every mistake of the manifest.
    """
    return load_manifest(manifest_path(settings.manifest, Path()))


def cabinet_mistakes(config: SmenaConfig) -> Iterator[tuple[KeyPath, str]]:
    """What is wrong with each declarative cabinet of a configuration, its manifest's mistakes too."""
    for place, cabinet in enumerate(config.cabinets):
        if not isinstance(cabinet, DeclarativeCabinet):
            continue
        try:
            manifest = manifest_of(cabinet)
        except ConfigError as error:
            yield ("cabinets", place, "manifest"), str(error)
            continue
        for key, reason in unfit(cabinet, manifest):
            yield ("cabinets", place, *key), reason


def unfit(cabinet: DeclarativeCabinet, manifest: Manifest) -> Iterator[tuple[KeyPath, str]]:
    """What a table lacks or has too much for its manifest."""
    sources = (*manifest.registers, *manifest.items, *manifest.documents)
    called = any(source.request for source in sources) or bool(manifest.save_items and manifest.save_items.request)
    filed = any(source.file for source in sources) or bool(manifest.save_items and manifest.save_items.file)
    if called and cabinet.base_url is None:
        yield ("base_url",), f"manifest {manifest.name!r} makes calls: give their address"
    if filed and cabinet.folder is None:
        yield ("folder",), f"manifest {manifest.name!r} reads files: name their folder"
    for name, sort in manifest.asks.items():
        value = cabinet.asked.get(name)
        if value is None:
            yield (name,), f"manifest {manifest.name!r} asks for this key"
        elif sort == "secret" and not isinstance(value, SecretReference):
            yield (name,), 'a secret is never written here: use { env = "NAME" } or { file = "path" }'
        elif sort == "text" and not isinstance(value, str | SecretReference):
            yield (name,), "a text in quotes is expected"
    for name in cabinet.asked:
        if name not in manifest.asks:
            asked = ", ".join(manifest.asks) or "nothing"
            yield (name,), f"no such key: manifest {manifest.name!r} asks for {asked}"


def settings_of(cabinet: DeclarativeCabinet, environment: Mapping[str, str]) -> dict[str, str]:
    """What the manifest asked for, secrets resolved.

    Raises:
        SecretMissingError: naming the variable or the file.
    """
    return {
        name: value.resolve(environment) if isinstance(value, SecretReference) else str(value)
        for name, value in cabinet.asked.items()
    }
