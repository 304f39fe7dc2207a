"""The shape of a manifest: tables as they stand in its TOML, each checked for itself."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from smena.cabinets.port import Provenance
from smena.config.base import ConfigTable
from smena.config.fields import Slug, Text, TimeZoneName

MIB = 1024 * 1024
Constant = str | int | bool
Path = Annotated[str, Field(min_length=1, max_length=200)]
Template = Annotated[str, Field(max_length=2_000)]


class FieldMap(ConfigTable):
    """Where a value comes from: exactly one of ``path``, ``constant`` and ``join``.

    ``scale`` n divides a whole number by 10ⁿ (kopecks: 2). ``codes`` names a table of ``[codes]``. ``format`` is how
    an instant is written. ``default`` stands where there is nothing.
    """

    path: Path | None = None
    constant: Constant | None = None
    join: Annotated[tuple[Path, ...], Field(min_length=1, max_length=8)] | None = None
    separator: str = " "
    type: str | None = None
    scale: Annotated[int, Field(ge=0, le=6)] = 0
    codes: str | None = None
    format: str | None = None
    default: Constant | None = None

    @model_validator(mode="after")
    def _one_source(self) -> "FieldMap":
        if sum(given is not None for given in (self.path, self.constant, self.join)) != 1:
            raise ValueError("exactly one of path, constant and join says where the value comes from")
        return self


def _path_alone(value: Any) -> Any:
    return {"path": value} if isinstance(value, str) else value


Map = Annotated[FieldMap, BeforeValidator(_path_alone)]
Maps = dict[str, Map]


class Authentication(ConfigTable):
    """How the cabinet knows us; values may name what the manifest asks for, as ``{api_key}``."""

    kind: Literal["none", "header", "basic", "oauth-client-credentials"] = "none"
    name: Text = "Authorization"
    value: Template | None = None
    user: Template | None = None
    password: Template | None = None
    token_url: Template | None = None
    form: dict[str, Template] = Field(default_factory=dict)
    prefix: str = "Bearer "

    @model_validator(mode="after")
    def _complete(self) -> "Authentication":
        needed = {
            "none": (),
            "header": ("value",),
            "basic": ("user", "password"),
            "oauth-client-credentials": ("token_url", "form"),
        }
        missing = [name for name in needed[self.kind] if not getattr(self, name)]
        if missing:
            raise ValueError(f"kind {self.kind!r} needs {' and '.join(missing)}")
        return self


class Limits(ConfigTable):
    """What one answer, one window and one write may hold."""

    answer_bytes: Annotated[int, Field(ge=1024, le=128 * MIB)] = 16 * MIB
    records_per_window: Annotated[int, Field(ge=1, le=200_000)] = 20_000
    items_per_write: Annotated[int, Field(ge=1, le=5_000)] = 500
    name_length: Annotated[int, Field(ge=1, le=1_000)] = 255
    file_bytes: Annotated[int, Field(ge=1024, le=64 * MIB)] = 64 * MIB


class RefusedWhen(ConfigTable):
    """A 2xx that is a refusal all the same: the value at ``path`` equals this."""

    path: Path
    equals: Constant


class Errors(ConfigTable):
    """Where a refusal's reason stands, and how one hides in a 2xx."""

    message: Path | None = None
    code: Path | None = None
    refused_when: RefusedWhen | None = None


class Instants(ConfigTable):
    """How instants are written: ``iso``, ``epoch-s``, ``epoch-ms`` or a pattern as ``%d.%m.%Y %H:%M:%S``."""

    format: Text = "iso"
    zone: TimeZoneName = "Europe/Minsk"
    day: Text = "%Y-%m-%d"


class Request(ConfigTable):
    """One call; ``{register} {from} {to} {last} {day} {offset} {limit} {cursor} {token} {items}`` are filled in.

    ``from <= at < to``; ``last`` is the second before ``to``, ``day`` the date of ``from``.
    """

    method: Literal["GET", "POST", "PUT"] = "GET"
    path: Template
    query: dict[str, Template] = Field(default_factory=dict)
    headers: dict[str, Template] = Field(default_factory=dict)
    body: dict[str, Any] | None = None


class Paging(ConfigTable):
    """How one answer leads to the next.

    ``offset`` counts records, ``cursor`` is a value of the last record, ``page-token`` a value of the answer,
    ``day-window`` asks once for each day.
    """

    kind: Literal["none", "offset", "cursor", "page-token", "day-window"] = "none"
    size: Annotated[int, Field(ge=1, le=10_000)] = 500
    total: Path | None = None
    cursor: Path | None = None
    next: Path | None = None
    first: Constant | None = None

    @model_validator(mode="after")
    def _complete(self) -> "Paging":
        if self.kind == "cursor" and self.cursor is None:
            raise ValueError("kind 'cursor' needs cursor: the path in a record whose value leads on")
        if self.kind == "page-token" and self.next is None:
            raise ValueError("kind 'page-token' needs next: the path in the answer of the next page's token")
        return self


class File(ConfigTable):
    """Which files hold the records and how they are written."""

    pattern: Text
    encoding: Literal["utf-8", "cp1251", "auto"] = "auto"
    delimiter: Literal[";", ",", "\t", "|", "auto"] = "auto"
    sheet: Text | None = None


class Lines(ConfigTable):
    """The lines of a receipt: records inside of it, or, where ``group_by`` gathers flat rows, the rows themselves."""

    records: Path | None = None
    fields: Maps


class Payments(ConfigTable):
    """The payments of a receipt: records inside of it with kind and amount, or one field for each kind."""

    records: Path | None = None
    fields: Maps


class Source(ConfigTable):
    """Records of one request or of one sort of files."""

    format: Literal["json", "xml", "csv", "xlsx"] = "json"
    provenance: Provenance | None = None
    request: Request | None = None
    file: File | None = None
    paging: Paging = Paging()
    records: str = ""
    fields: Maps

    @model_validator(mode="after")
    def _one_door(self) -> "Source":
        if (self.request is None) == (self.file is None):
            raise ValueError("exactly one of request and file says where the records come from")
        if self.request is not None and self.format in {"csv", "xlsx"}:
            raise ValueError(f"an answer is json or xml, {self.format} is a file")
        return self


class DocumentSource(Source):
    """Records that are documents, or rows of documents gathered by ``group_by``."""

    group_by: Path | None = None
    lines: Lines | None = None
    payments: Payments | None = None
    z_report: Maps = Field(default_factory=dict)


class Results(ConfigTable):
    """What became of each item written; without ``index`` the results come in the order of the items."""

    records: str = ""
    fields: Maps


class WrittenField(ConfigTable):
    """One field of an item as the cabinet takes it: a field of ours by name, or a constant."""

    field: str | None = None
    constant: Constant | None = None
    codes: str | None = None
    scale: Annotated[int, Field(ge=0, le=6)] = 0
    type: Literal["text", "number"] = "text"

    @model_validator(mode="after")
    def _one_source(self) -> "WrittenField":
        if (self.field is None) == (self.constant is None):
            raise ValueError("exactly one of field and constant says what is written")
        return self


def _field_alone(value: Any) -> Any:
    return {"field": value} if isinstance(value, str) else value


class SaveItems(ConfigTable):
    """How items are written: by a call with ``{items}`` in its body, or by a file."""

    format: Literal["json", "xml", "csv", "xlsx"] = "json"
    provenance: Provenance | None = None
    request: Request | None = None
    file: File | None = None
    records: str = "items/item"
    fields: dict[str, Annotated[WrittenField, BeforeValidator(_field_alone)]]
    results: Results | None = None

    @model_validator(mode="after")
    def _one_door(self) -> "SaveItems":
        if (self.request is None) == (self.file is None):
            raise ValueError("exactly one of request and file says where the items go")
        if self.request is not None and self.results is None:
            raise ValueError("a call needs results: without them nobody knows what became of an item")
        if self.request is not None and self.format != "json":
            raise ValueError("a call carries its items as json")
        return self


class Manifest(ConfigTable):
    """A whole manifest."""

    name: Slug
    title: Text
    provenance: Provenance = Provenance.ASSUMED
    source: Text = "not named in the manifest"
    based_on: str | None = None
    notes: tuple[Text, ...] = ()
    asks: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")], Literal["text", "secret"]] = Field(
        default_factory=dict
    )
    authentication: Authentication = Authentication()
    limits: Limits = Limits()
    errors: Errors = Errors()
    instants: Instants = Instants()
    codes: dict[str, dict[str, str]] = Field(default_factory=dict)
    registers: tuple[Source, ...] = ()
    items: tuple[Source, ...] = ()
    documents: Annotated[tuple[DocumentSource, ...], Field(min_length=1)]
    save_items: SaveItems | None = None
