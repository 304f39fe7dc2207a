"""All routes of sales-ingest."""

from fastapi import APIRouter

from sales_ingest.http_api.days import day_router
from sales_ingest.http_api.doors import BASE, Doors
from sales_ingest.http_api.empty_lines import empty_line_router
from sales_ingest.http_api.exports import export_router
from sales_ingest.http_api.files import file_router
from sales_ingest.http_api.month_end import month_end_router
from sales_ingest.http_api.payment_corrections import payment_correction_router
from sales_ingest.http_api.period_runs import period_run_routers
from sales_ingest.http_api.quarantine import quarantine_router
from sales_ingest.http_api.receipts import receipt_router
from sales_ingest.http_api.registers import register_router
from sales_ingest.http_api.revisions import revision_router
from sales_ingest.http_api.rules import rule_router
from sales_ingest.http_api.second_looks import second_look_router
from sales_ingest.http_api.shifts import shift_decision_router, shift_router
from sales_ingest.http_api.turnover import turnover_router
from smena.audit.routes import audit_router


def routers(doors: Doors) -> tuple[APIRouter, ...]:
    """One router per resource."""
    return (
        *period_run_routers(doors),
        register_router(doors),
        file_router(doors),
        turnover_router(doors),
        export_router(doors),
        receipt_router(doors),
        payment_correction_router(doors),
        empty_line_router(doors),
        rule_router(doors),
        second_look_router(doors),
        shift_router(doors),
        shift_decision_router(doors),
        revision_router(doors),
        day_router(doors),
        month_end_router(doors),
        quarantine_router(doors),
        audit_router(BASE, "sales:read", doors.organizations, doors.open_work),
    )
