"""Replays: recompute a period and look at every document of it in the ERP."""

from fastapi import APIRouter, Request, Response

from ledger.http_api.doors import BASE, Doors, PeriodBody, Writer
from ledger.use_cases.replay_period import REPLAY
from smena.audit.chain import Deed
from smena.runs.routes import run_accepted, run_routes

COLLECTION = f"{BASE}/replays"


def replay_routers(doors: Doors) -> tuple[APIRouter, ...]:
    """``POST`` and ``GET`` of replays."""
    router = APIRouter(tags=["replays"])

    @router.post(COLLECTION, status_code=202, summary="Recompute a period (Пересчитать); a dry run unless asked not to")
    async def start(body: PeriodBody, request: Request, caller: Writer) -> Response:
        registers = doors.registers(caller, body.registers)
        organizations = sorted({doors.config.organization_of(register).id for register in registers})
        payload = {
            "registers": registers,
            "from": body.first.isoformat(),
            "to": body.last.isoformat(),
            "dry_run": body.dry_run,
        }
        async with doors.new_work() as work:
            run = await doors.runs.create(
                work.session, kind=REPLAY, payload=payload, organization=",".join(organizations)
            )
            details = {
                "from": body.first.isoformat(),
                "to": body.last.isoformat(),
                "dry_run": str(body.dry_run).lower(),
            }
            for organization in organizations:
                work.trail.record(
                    Deed(organization, caller.person, "replay.start", f"replay/{run.id}", details=details)
                )
            await work.commit()
        return run_accepted(run, COLLECTION, request)

    reading = run_routes(
        COLLECTION,
        "ledger:read",
        database=doors.database,
        store=doors.runs,
        notifications=doors.notifications,
        kinds=[REPLAY],
    )
    return router, reading
