"""One receipt: lines, payments, marks, and the correction of a payment that was rung as the wrong kind."""

import asyncio

from starlette.responses import Response

from smena.console.api import ApiProblemError
from smena.console.page import Page
from smena.console.pages.sales_asked import WRITE, identity, told
from smena.console.vocabulary import PAYMENT_KINDS


async def receipt(page: Page) -> Response:
    """The receipt's page."""
    return await _shown(page)


async def _shown(page: Page, problem: str = "", status: int = 200) -> Response:
    path = f"/sales/v1/receipts/{identity(page, 'receipt')}"
    one, corrections = await asyncio.gather(page.api.get(path), page.api.rows(f"{path}/payment-corrections"))
    stands = one["corrected_payments"] or one["payments"]
    shown = {payment["kind"]: payment["amount"] for payment in stands}
    if page.request.method == "POST":
        shown = {kind: page.field(f"amount_{kind}") for kind in PAYMENT_KINDS}
    shift = await page.api.get(f"/sales/v1/shifts/{one['shift']}")
    return page.render(
        "sales_receipt.html",
        status=status,
        receipt=one,
        shift=shift,
        corrections=corrections,
        problem=problem,
        may_write=page.person.may(WRITE),
        kinds=list(PAYMENT_KINDS),
        shown=shown,
        told_reason=page.field("reason"),
    )


async def correct(page: Page) -> Response:
    """Изменить вид оплаты."""
    receipt_id, reason = identity(page, "receipt"), page.field("reason").strip()
    if not reason:
        return await _shown(page, page.translate("Напишите причину: её увидит проверяющий."), 422)
    amounts = {kind: page.field(f"amount_{kind}").strip().replace(" ", "").replace(",", ".") for kind in PAYMENT_KINDS}
    payments = [{"kind": kind, "amount": amount} for kind, amount in amounts.items() if amount.strip("0.")]
    if not payments:
        return await _shown(page, page.translate("Укажите, чем оплачен чек."), 422)
    try:
        await page.api.post(
            f"/sales/v1/receipts/{receipt_id}/payment-corrections",
            {"reason": reason, "payments": payments},
            once=page.once,
        )
    except ApiProblemError as refusal:
        return await _shown(page, told(refusal), refusal.status)
    news = page.translate("Вид оплаты исправлен. Если смена уже в учёте, нажмите «Загрузить»: уйдёт новая версия.")
    return page.go(f"/sales/receipts/{receipt_id}", news=news)


WINDOWS = (
    ("GET", "/sales/receipts/{receipt}", receipt),
    ("POST", "/sales/receipts/{receipt}/payment-corrections", correct),
)
