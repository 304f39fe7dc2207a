"""Period resends: bring back into the books, in one run, what was taken out of them, the plan shown first."""

from fastapi import APIRouter, Request, Response

from ledger.http_api.doors import BASE, Doors, PeriodBody, ReasonText, Writer
from ledger.use_cases.resend_period import RESEND
from smena.audit.chain import Deed
from smena.runs.routes import run_accepted, run_routes

COLLECTION = f"{BASE}/resends"


class ResendBody(PeriodBody):
    """Registers, inclusive business dates, and why."""

    reason: ReasonText


def resend_routers(doors: Doors) -> tuple[APIRouter, ...]:
    """``POST`` and ``GET`` of period resends."""
    router = APIRouter(tags=["resends"])

    @router.post(
        COLLECTION,
        status_code=202,
        summary="Send again what was taken out of the books in a period (Вернуть период); a plan alone unless asked",
    )
    async def start(body: ResendBody, request: Request, caller: Writer) -> Response:
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
                work.session, kind=RESEND, payload=payload, organization=",".join(organizations)
            )
            details = {
                "from": body.first.isoformat(),
                "to": body.last.isoformat(),
                "dry_run": str(body.dry_run).lower(),
            }
            for organization in organizations:
                subject = f"resend/{run.id}"
                work.trail.record(
                    Deed(organization, caller.person, "resend.start", subject, body.reason, details=details)
                )
            await work.commit()
        return run_accepted(run, COLLECTION, request)

    reading = run_routes(
        COLLECTION,
        "ledger:read",
        database=doors.database,
        store=doors.runs,
        notifications=doors.notifications,
        kinds=[RESEND],
    )
    return router, reading
