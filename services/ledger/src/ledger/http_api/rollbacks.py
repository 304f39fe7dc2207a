"""Rollbacks: take the documents of a period out of the books in one run, the plan shown first."""

from fastapi import APIRouter, Request, Response

from ledger.domain.audit_chain import Deed
from ledger.http_api.doors import BASE, Doors, PeriodBody, ReasonText, Writer
from ledger.use_cases.roll_back_period import ROLLBACK
from smena.runs.routes import run_accepted, run_routes

COLLECTION = f"{BASE}/rollbacks"


class RollbackBody(PeriodBody):
    """Registers, inclusive business dates, and why."""

    reason: ReasonText


def rollback_routers(doors: Doors) -> tuple[APIRouter, ...]:
    """``POST`` and ``GET`` of rollbacks."""
    router = APIRouter(tags=["rollbacks"])

    @router.post(
        COLLECTION, status_code=202, summary="Unpost and mark the documents of a period; a plan alone unless asked"
    )
    async def start(body: RollbackBody, request: Request, caller: Writer) -> Response:
        registers = doors.registers(caller, body.registers)
        organizations = sorted({doors.config.organization_of(register).id for register in registers})
        payload = {
            "registers": registers,
            "from": body.first.isoformat(),
            "to": body.last.isoformat(),
            "dry_run": body.dry_run,
            "reason": body.reason,
            "person": caller.person,
        }
        async with doors.new_work() as work:
            run = await doors.runs.create(
                work.session, kind=ROLLBACK, payload=payload, organization=",".join(organizations)
            )
            details = {
                "from": body.first.isoformat(),
                "to": body.last.isoformat(),
                "dry_run": str(body.dry_run).lower(),
            }
            for organization in organizations:
                subject = f"rollback/{run.id}"
                work.trail.record(
                    Deed(organization, caller.person, "rollback.start", subject, body.reason, details=details)
                )
            await work.commit()
        return run_accepted(run, COLLECTION, request)

    reading = run_routes(
        COLLECTION,
        "ledger:read",
        database=doors.database,
        store=doors.runs,
        notifications=doors.notifications,
        kinds=[ROLLBACK],
    )
    return router, reading
