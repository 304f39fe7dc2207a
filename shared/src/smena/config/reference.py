"""Write the reference of every setting from the models: ``python -m smena.config.reference``."""

import sys
from collections.abc import Iterator
from typing import Any

from pydantic import AliasChoices, BaseModel

from smena.config.model import SmenaConfig
from smena.settings import ProcessSettings

_HEAD = """\
# Settings

This page is made from the code by `python -m smena.config.reference`; a test fails when it is not current.

## Environment of a process

| variable | default | meaning |
| --- | --- | --- |
"""

_CONFIG_HEAD = """
## The configuration file

`SMENA_CONFIG` names one TOML file. `smena config check` checks it and names every mistake with its line. A secret is
never written there: it is `{ env = "NAME" }` or `{ file = "path" }` (a relative path starts at the file's folder).
"""

_TABLE_HEAD = """
| key | values | default |
| --- | --- | --- |
"""

_TITLES = {
    "Organization": "[[organizations]]",
    "WebkassaCabinet": '[[cabinets]], operator = "webkassa"',
    "IkassaCabinet": '[[cabinets]], operator = "ikassa"',
    "DeclarativeCabinet": '[[cabinets]], operator = "declarative"',
    "FieldOwners": "[cabinets.fields]",
    "WebkassaCodes": '[cabinets.codes], operator = "webkassa"',
    "IkassaCodes": '[cabinets.codes], operator = "ikassa"',
    "Register": "[[registers]]",
    "DocumentsPolicy": "[registers.documents]",
    "CashOrder": 'A payment kind in [registers.documents.payments], document = "cash-order"',
    "CardPayment": 'A payment kind in [registers.documents.payments], document = "card-payment"',
    "NoDocument": 'A payment kind in [registers.documents.payments], document = "none"',
    "OneCErp": '[[erp]], kind = "onec-odata"',
    "PullErp": '[[erp]], kind = "pull"',
    "NoErp": '[[erp]], kind = "none"',
    "ApiToken": "[[api_tokens]]",
    "Timing": "[timing], all in seconds",
    "Webhooks": "[webhooks]",
}
_INLINE = ("Warehouse", "Outlet", "PriceTypes", "BusinessDateRule", "OneCRefs", "SecretReference")


def reference() -> str:
    """The whole page."""
    return _HEAD + "".join(_process_rows()) + _CONFIG_HEAD + "".join(_config_tables())


def variable_of(name: str) -> str:
    """The environment variable of a process setting."""
    alias = ProcessSettings.model_fields[name].validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return alias if isinstance(alias, str) else f"SMENA_{name.upper()}"


def _process_rows() -> Iterator[str]:
    for name, field in ProcessSettings.model_fields.items():
        default = "–" if field.default is None else f"`{field.default}`"
        yield f"| `{variable_of(name)}` | {default} | {field.description} |\n"


def _config_tables() -> Iterator[str]:
    definitions = SmenaConfig.model_json_schema()["$defs"]
    for name, title in _TITLES.items():
        schema = definitions[name]
        yield f"\n### `{title}`\n\n{schema['description'].splitlines()[0]}\n{_TABLE_HEAD}"
        required = set(schema.get("required", ()))
        for key, values in schema["properties"].items():
            default = "required" if key in required else _default(values.get("default"))
            yield f"| `{key}` | {_values(values, definitions)} | {default} |\n"


def _default(value: Any) -> str:
    if isinstance(value, BaseModel | dict):
        value = None
    return "–" if value is None or value == [] else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _values(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    if "$ref" in schema:
        return _named(schema["$ref"].rsplit("/", 1)[1], definitions)
    if "anyOf" in schema or "oneOf" in schema:
        options = [
            _values(option, definitions)
            for option in schema.get("anyOf", schema.get("oneOf", ()))
            if option.get("type") != "null"
        ]
        return " or ".join(dict.fromkeys(options))
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_values(schema['items'], definitions)}"
    if schema.get("type") == "object":
        of = schema.get("additionalProperties", {})
        one = definitions.get(of.get("$ref", "").rsplit("/", 1)[-1], of)
        if "enum" in one:
            return f"table: the cabinet's word = {_values(one, definitions)}"
        return "table, see below" if "additionalProperties" in schema else "table"
    return _plain(schema)


def _plain(schema: dict[str, Any]) -> str:
    kind = {"string": "text", "number": "number", "integer": "whole number", "boolean": "`true`, `false`"}
    words = {"date": "date", "time": 'time as "06:00"', "duration": 'duration as "6h"'}
    shown = words.get(schema.get("format", ""), kind.get(schema.get("type", ""), "value"))
    bounds = [
        f"{word} {schema[key]}"
        for key, word in (
            ("exclusiveMinimum", ">"),
            ("minimum", "≥"),
            ("maximum", "≤"),
            ("maxLength", "at most characters:"),
        )
        if key in schema
    ]
    pattern = [f"`{schema['pattern']}`"] if "pattern" in schema else []
    return ", ".join([shown, *bounds, *pattern]).replace("|", "\\|")


def _named(name: str, definitions: dict[str, Any]) -> str:
    if name == "SecretReference":
        return "secret"
    if name in _INLINE:
        fields = definitions[name]["properties"].items()
        return "{ " + ", ".join(f"{key} = {_values(values, definitions)}" for key, values in fields) + " }"
    if "enum" in definitions[name]:
        return _values(definitions[name], definitions)
    return "table, see below"


if __name__ == "__main__":
    sys.stdout.write(reference())
