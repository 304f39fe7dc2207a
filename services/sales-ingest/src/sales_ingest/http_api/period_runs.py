"""Pulls and publications: long work asked for by registers and period."""

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.http_api.doors import BASE, Doors, PeriodBody, Writer, asked_registers
from sales_ingest.use_cases.run_kinds import PUBLICATION, PULL
from smena.audit.chain import Deed
from smena.runs.routes import run_accepted, run_routes
from smena.runs.run import Run


@dataclass(frozen=True, slots=True)
class Asked:
    """A decision that starts a run: who, and what the audit calls it and its subject; None: that of the run."""

    person: str
    what: str
    subject: str | None = None


async def start_run(
    doors: Doors, kind: str, registers: list[RegisterSetup], payload: dict[str, Any], asked: Asked | None = None
) -> Run:
    """Queue a run for these registers, and write down who asked for it where that is a decision."""
    organizations = sorted({register.organization for register in registers})
    async with doors.open_work() as work:
        run = await doors.runs.create(
            work.session,
            kind=kind,
            payload={"registers": [register.id for register in registers], **payload},
            organization=",".join(organizations),
        )
        if asked is not None:
            for deed in _deeds(asked, run, registers, payload):
                work.trail.record(deed)
        await work.commit()
    return run


def _deeds(asked: Asked, run: Run, registers: list[RegisterSetup], payload: dict[str, Any]) -> list[Deed]:
    """One for each organisation, with its own registers."""
    subject = asked.subject or f"{run.kind}/{run.id}"
    deeds = []
    for organization in sorted({register.organization for register in registers}):
        own = [register.id for register in registers if register.organization == organization]
        asked_for = {name: str(value) for name, value in payload.items()}
        details = {"run": str(run.id), "registers": ", ".join(own), **asked_for}
        deeds.append(Deed(organization, asked.person, asked.what, subject, details=details))
    return deeds


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
        period = {"from": body.first.isoformat(), "to": body.last.isoformat()}
        decided = Asked(caller.person, "publication.start") if kind == PUBLICATION else None
        run = await start_run(doors, kind, registers, period, decided)
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
