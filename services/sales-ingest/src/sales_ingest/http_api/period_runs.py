"""Pulls and publications: long work asked for by registers and period."""

from typing import Any

from fastapi import APIRouter, Request, Response

from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.http_api.doors import BASE, Doors, PeriodBody, Writer, asked_registers
from sales_ingest.use_cases.run_kinds import PUBLICATION, PULL
from smena.runs.routes import run_accepted, run_routes
from smena.runs.run import Run


async def start_run(doors: Doors, kind: str, registers: list[RegisterSetup], payload: dict[str, Any]) -> Run:
    """Queue a run for these registers."""
    organizations = sorted({register.organization for register in registers})
    async with doors.database.session() as session:
        run = await doors.runs.create(
            session,
            kind=kind,
            payload={"registers": [register.id for register in registers], **payload},
            organization=",".join(organizations),
        )
        await session.commit()
    return run


def period_run_routers(doors: Doors) -> tuple[APIRouter, ...]:
    """``POST`` and ``GET`` of pulls and publications."""
    return (
        _collection(doors, "pulls", PULL, "Read the period from the cabinets now"),
        _collection(doors, "publications", PUBLICATION, "Publish what is ready of the period (Загрузить)"),
    )


def _collection(doors: Doors, name: str, kind: str, summary: str) -> APIRouter:
    router = APIRouter(tags=[name])
    path = f"{BASE}/{name}"

    @router.post(path, status_code=202, summary=summary, name=f"start_{kind}")
    async def start(body: PeriodBody, request: Request, caller: Writer) -> Response:
        registers = asked_registers(doors, caller, body.registers)
        run = await start_run(doors, kind, registers, {"from": body.first.isoformat(), "to": body.last.isoformat()})
        return run_accepted(run, path, request)

    router.include_router(
        run_routes(
            path,
            "sales:read",
            database=doors.database,
            store=doors.runs,
            notifications=doors.notifications,
            kinds=[kind],
        )
    )
    return router
