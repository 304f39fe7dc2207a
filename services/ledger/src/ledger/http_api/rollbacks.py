"""Rollbacks: take the documents of a period out of the books in one run, the plan shown first."""

from fastapi import APIRouter, Request, Response

from ledger.http_api.doors import BASE, Doors, PeriodBody, ReasonText, Writer
from ledger.use_cases.roll_back_period import PLAN_DOCUMENTS_MAX, ROLLBACK
from smena.audit.chain import Deed
from smena.http.problems import Words, declare
from smena.runs.routes import run_accepted, run_routes

COLLECTION = f"{BASE}/rollbacks"
TOO_LONG = declare(
    "rollback-too-long", 422, ru="Слишком много документов для одной отмены", en="Too many documents to roll back"
)


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
            documents = await work.documents.in_books(registers, body.first, body.last)
            if documents > PLAN_DOCUMENTS_MAX:
                raise TOO_LONG(
                    Words(
                        f"В периоде документов: {documents}, а отменить за раз можно {PLAN_DOCUMENTS_MAX}."
                        " Отмените его по частям: укажите период короче или меньше касс.",
                        f"The period has {documents} documents, and one rollback takes {PLAN_DOCUMENTS_MAX}."
                        " Roll it back in parts: name a shorter period or fewer registers.",
                    ),
                    documents=documents,
                    limit=PLAN_DOCUMENTS_MAX,
                )
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
