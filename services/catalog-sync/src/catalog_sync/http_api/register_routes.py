"""Registers: may their catalogue be synchronised, why not, and how does their cabinet do."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query

from catalog_sync.http_api.access import visible_register
from catalog_sync.ports.records import Snapshot
from catalog_sync.use_cases.describe_register import refusal_of
from catalog_sync.use_cases.services import Services
from smena.cabinets.port import CabinetError, Capabilities
from smena.config.organizations import Organization
from smena.config.registers import Register
from smena.http.auth import Principal, require
from smena.http.models import ApiModel, Instant
from smena.http.paging import Page, PageQuery, decode_cursor, encode_cursor, page


class WarehouseBody(ApiModel):
    """The register's warehouse; ``kind_in_erp`` is null where the ERP did not say."""

    ref: str
    name: str
    kind: str
    kind_in_erp: str | None


class ReasonBody(ApiModel):
    """Why catalogue sync is refused."""

    code: str
    message: str


class HealthBody(ApiModel):
    """How the cabinet answered last: ``ok``, ``failing`` or ``never-read``."""

    state: str
    read_at: Instant | None
    items: int
    version: str | None
    failed_at: Instant | None
    failure: str | None
    notes: list[str]


class OperationBody(ApiModel):
    """One operation of the cabinet's adapter and how sure its protocol is."""

    name: str
    provenance: str


class RegisterBody(ApiModel):
    """A register as catalogue sync sees it."""

    id: str
    organization: str
    cabinet: str
    operator: str
    number: str
    warehouse: WarehouseBody | None
    sync_allowed: bool
    sync_refusal: ReasonBody | None
    price_types: dict[str, str | None]
    cabinet_health: HealthBody
    operations: list[OperationBody]
    fields: list[str]


async def register_body(services: Services, register: Register, organization: Organization) -> RegisterBody:
    """Everything said of a register."""
    refusal, in_erp = await refusal_of(register, organization.id, services.kinds)
    capabilities, failure = _capabilities(services, register.cabinet)
    async with services.open_work() as work:
        snapshot = await work.cabinets.snapshot(register.cabinet)
    warehouse = register.warehouse
    return RegisterBody(
        id=register.id,
        organization=organization.id,
        cabinet=register.cabinet,
        operator=services.config.cabinet(register.cabinet).operator,
        number=register.number,
        warehouse=None
        if warehouse is None
        else WarehouseBody(ref=warehouse.ref, name=warehouse.name, kind=warehouse.kind, kind_in_erp=in_erp),
        sync_allowed=refusal is None,
        sync_refusal=None if refusal is None else ReasonBody(code=refusal.code, message=refusal.message),
        price_types=register.price_types.model_dump(),
        cabinet_health=_health(snapshot, capabilities, failure),
        operations=[
            OperationBody(name=operation.name, provenance=operation.provenance)
            for operation in (capabilities.operations if capabilities else ())
        ],
        fields=sorted(capabilities.writable_fields) if capabilities else [],
    )


def _capabilities(services: Services, cabinet: str) -> tuple[Capabilities | None, str | None]:
    try:
        return services.cabinet_of(cabinet).capabilities(), None
    except CabinetError as error:
        return None, str(error)


def _health(snapshot: Snapshot | None, capabilities: Capabilities | None, failure: str | None) -> HealthBody:
    facts: dict[str, Any] = {"read_at": None, "items": 0, "version": None, "failed_at": None, "failure": failure}
    if snapshot is not None:
        facts.update(
            read_at=snapshot.read_at,
            items=snapshot.items,
            version=snapshot.version,
            failed_at=snapshot.failed_at,
            failure=failure or snapshot.failure,
        )
    read = snapshot is not None and snapshot.read_at is not None
    state = "failing" if facts["failure"] else "ok" if read else "never-read"
    return HealthBody(state=state, notes=list(capabilities.notes) if capabilities else [], **facts)


def register_routes(services: Services) -> APIRouter:
    """``GET /registers`` and ``GET /registers/{id}``."""
    router = APIRouter(prefix="/catalog/v1/registers", tags=["registers"])
    reader = Annotated[Principal, Depends(require("catalog:read"))]

    @router.get("", summary="The registers, and whether their catalogue may be synchronised")
    async def list_registers(query: Annotated[PageQuery, Query()], caller: reader) -> Page[RegisterBody]:
        after = str(decode_cursor(query.cursor, str)[0]) if query.cursor else ""
        config = services.config
        seen = [
            (register, organization)
            for register in sorted(config.registers, key=lambda register: register.id)
            if register.id > after and caller.sees((organization := config.organization_of(register.id)).id)
        ]
        shown = seen[: query.limit]
        bodies = [await register_body(services, register, organization) for register, organization in shown]
        return page(bodies, encode_cursor(shown[-1][0].id) if len(seen) > query.limit else None)

    @router.get("/{register_id}", summary="One register")
    async def read_register(register_id: str, caller: reader) -> RegisterBody:
        register, organization = visible_register(services.config, caller, register_id)
        return await register_body(services, register, organization)

    return router
