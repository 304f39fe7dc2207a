"""Response bodies of the service."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from catalog_sync.domain.rows import Change, DiffRow, Match, Problem
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem
from smena.http.models import ApiModel, Instant, MoneyText


class ItemBody(ApiModel):
    """An item of the ERP (contracts.md, Item)."""

    ref: str
    code: str | None
    name: str
    full_name: str | None
    unit: str | None
    group: str | None
    barcodes: list[str]
    article: str | None
    vat_rate: str | None
    retail_vat_rate: str | None
    kind: str
    marking: str
    active: bool

    @classmethod
    def of(cls, item: ErpItem) -> "ItemBody":
        """The body of an item."""
        return cls(
            ref=item.ref,
            code=item.code,
            name=item.name,
            full_name=item.full_name,
            unit=item.unit,
            group=item.group,
            barcodes=list(item.barcodes),
            article=item.article,
            vat_rate=item.vat_rate,
            retail_vat_rate=item.retail_vat_rate,
            kind=item.kind,
            marking=item.marking,
            active=item.active,
        )


class CabinetItemBody(ApiModel):
    """An item of the cabinet."""

    id: str
    name: str
    article: str | None
    unit: str | None
    group: str | None
    barcodes: list[str]
    vat_rate: str | None
    purchase_price: MoneyText | None
    retail_price: MoneyText | None
    kind: str
    active: bool

    @classmethod
    def of(cls, item: CabinetItem) -> "CabinetItemBody":
        """The body of a cabinet's item."""
        return cls(
            id=item.id,
            name=item.name,
            article=item.article,
            unit=item.unit,
            group=item.group,
            barcodes=list(item.barcodes),
            vat_rate=item.vat_rate,
            purchase_price=item.purchase_price,
            retail_price=item.retail_price,
            kind=item.kind,
            active=item.active,
        )


class MatchBody(ApiModel):
    """Why two items are taken for one."""

    by: str
    explain: str


class ChangeBody(ApiModel):
    """One field apply would write."""

    field: str
    before: str | bool | None = Field(alias="from")
    after: str | bool | None = Field(alias="to")
    sort: str

    @classmethod
    def of(cls, change: Change) -> "ChangeBody":
        """The body of a change."""
        fields = {"field": change.field, "from": change.before, "to": change.after, "sort": change.sort}
        return cls(**fields)


class ProblemBody(ApiModel):
    """What is wrong with a field; an error makes the row invalid, a warning does not."""

    field: str
    code: str
    message: str
    severity: Literal["error", "warning"]

    @classmethod
    def of(cls, problem: Problem) -> "ProblemBody":
        """The body of a row's problem."""
        return cls(
            field=problem.field,
            code=problem.code,
            message=problem.message,
            severity="error" if problem.blocking else "warning",
        )


class DiffRowBody(ApiModel):
    """One row of a diff; ``candidates`` name the rivals of an ambiguous one."""

    id: str
    status: str
    sort: str | None
    item: ItemBody | None
    counterpart: CabinetItemBody | None
    match: MatchBody | None
    changes: list[ChangeBody]
    problems: list[ProblemBody]
    provenance: dict[str, dict[str, str | bool | None]]
    candidates: list[str]

    @classmethod
    def of(cls, n: int, row: DiffRow) -> "DiffRowBody":
        """The body of a row under its number."""
        return cls(
            id=str(n),
            status=row.status,
            sort=row.sort,
            item=ItemBody.of(row.item) if row.item else None,
            counterpart=CabinetItemBody.of(row.counterpart) if row.counterpart else None,
            match=_match(row.match),
            changes=[ChangeBody.of(change) for change in row.changes],
            problems=[ProblemBody.of(problem) for problem in row.problems],
            provenance=row.provenance,
            candidates=list(row.candidates),
        )


class VersionsBody(ApiModel):
    """The states of both sides that were compared."""

    erp: str | None
    cabinet: str | None


class DiffBody(ApiModel):
    """The head of a diff; counts and versions are there once it is ready.

    ``not_compared`` are fields the cabinet cannot hold, the adapter cannot write or the cabinet owns; the last are
    ``owned_by_cabinet``: given to new items only.
    """

    id: UUID
    state: Literal["computing", "ready", "failed"]
    organization: str
    register_id: str = Field(alias="register")
    cabinet: str
    direction: str
    selection: dict[str, Any]
    prices: dict[str, Any]
    as_of: date
    counts: dict[str, Any] | None
    versions: VersionsBody
    not_compared: list[str]
    owned_by_cabinet: list[str]
    identical_rows_listed: bool
    progress: dict[str, int | None]
    error: dict[str, Any] | None
    created_at: Instant
    computed_at: Instant | None


class RefusedFieldBody(ApiModel):
    """A field an undo left alone: it holds ``found``, no longer what the run had ``written``."""

    field: str
    written: str | bool | None
    found: str | bool | None


class ApplyRowBody(ApiModel):
    """How one row of an apply or undo run stands; ``name`` is the item's, ``before`` what the cabinet held."""

    id: str
    name: str | None
    state: str
    cabinet_item_id: str | None
    message: str | None
    sent_at: Instant | None
    before: CabinetItemBody | None
    refused: list[RefusedFieldBody]


class BindingBody(ApiModel):
    """Item ↔ cabinet item."""

    cabinet: str
    item_ref: str
    cabinet_item_id: str
    by: str
    bound_at: Instant
    bound_by: str | None


def _match(match: Match | None) -> MatchBody | None:
    return None if match is None else MatchBody(by=match.by, explain=match.explain)
