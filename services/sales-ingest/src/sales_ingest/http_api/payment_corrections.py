"""Payments rung as the wrong kind and found too late for the till (изменить вид оплаты)."""

from collections.abc import Mapping
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator

from sales_ingest.domain.payment_corrections import NothingCorrectedError, UnequalPaymentsError, WithoutPaymentsError
from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.http_api.doors import BASE, Doors, Reader, ReasonBody, Writer
from sales_ingest.http_api.receipts import PaymentBody
from sales_ingest.http_api.shift_bodies import ReasonOfShift
from sales_ingest.ports.corrections import PaymentCorrection
from sales_ingest.use_cases.correct_payments import CorrectedPayments, ReceiptGoneError, correct_payments
from sales_ingest.use_cases.decide_shift import Decider
from smena.cabinets.documents import PaymentKind
from smena.http.auth import Principal
from smena.http.models import ApiModel, Instant, MoneyText
from smena.http.paging import Page, page
from smena.http.problems import Problem, Words, WrongValueError, declare
from smena.http.standard_problems import not_found
from smena.kinds.money import format_money

WITHOUT_PAYMENTS = declare("no-payments-to-correct", 409, ru="Оплат у документа нет", en="No payments to correct")
SAME_PAYMENTS = declare("payments-unchanged", 409, ru="Оплаты уже такие", en="The payments are these already")
UNEQUAL_PAYMENTS = declare("payments-not-equal", 422, ru="Сумма оплат другая", en="The payments add up otherwise")


class CorrectedPayment(ApiModel):
    """What was really paid by one kind."""

    kind: PaymentKind
    amount: MoneyText

    @model_validator(mode="after")
    def _positive(self) -> Self:
        if self.amount <= 0:
            raise WrongValueError("сумма должна быть больше нуля", "the amount must be above zero", field="amount")
        return self


class CorrectionRequest(ReasonBody):
    """All payments of the receipt as they really were, each kind once."""

    payments: Annotated[list[CorrectedPayment], Field(min_length=1, max_length=len(PaymentKind))]

    @model_validator(mode="after")
    def _each_kind_once(self) -> Self:
        if len({one.kind for one in self.payments}) < len(self.payments):
            raise WrongValueError("каждый вид оплаты один раз", "each payment kind once", field="payments")
        return self


class CorrectionBody(ApiModel):
    """A correction: ``rung`` is what the till says, ``payments`` what counts; ``counts``: it is the one in force."""

    id: UUID
    receipt: UUID
    rung: list[PaymentBody]
    payments: list[PaymentBody]
    reason: str
    person: str
    at: Instant
    counts: bool


class CorrectedBody(CorrectionBody):
    """A correction just made, and how the receipt's shift stands: ``ready`` asks for a new revision."""

    shift: UUID
    state: str
    revision: int | None
    reasons: list[ReasonOfShift]


def payment_correction_router(doors: Doors) -> APIRouter:
    """Corrections of a receipt's payments."""
    router = APIRouter(prefix=f"{BASE}/receipts/{{receipt_id}}/payment-corrections", tags=["receipts"])

    @router.get("", summary="Corrections of a receipt's payments, newest first")
    async def list_corrections(receipt_id: UUID, caller: Reader) -> Page[CorrectionBody]:
        await _register(doors, caller, receipt_id)
        async with doors.open_work() as work:
            found = await work.corrections.of_receipt(receipt_id)
        return page([CorrectionBody(**_fields(one)) for one in found], None)

    @router.post("", status_code=201, summary="Correct the kinds of payment of a receipt (изменить вид оплаты)")
    async def correct(receipt_id: UUID, body: CorrectionRequest, caller: Writer) -> CorrectedBody:
        register = await _register(doors, caller, receipt_id)
        try:
            done = await correct_payments(
                receipt_id,
                register,
                {one.kind.value: one.amount for one in body.payments},
                Decider(caller.person, body.reason),
                open_work=doors.open_work,
                clock=doors.clock,
            )
        except (ReceiptGoneError, WithoutPaymentsError, UnequalPaymentsError, NothingCorrectedError) as error:
            raise _problem(error) from error
        return _corrected(done)

    return router


async def _register(doors: Doors, caller: Principal, receipt_id: UUID) -> RegisterSetup:
    async with doors.open_work() as work:
        receipt = await work.corrections.receipt(receipt_id)
    if receipt is None or receipt.register not in doors.registers or not caller.sees(receipt.organization):
        raise not_found("Чек", "The receipt")
    return doors.registers[receipt.register]


def _corrected(done: CorrectedPayments) -> CorrectedBody:
    shift = done.shift
    return CorrectedBody(
        **_fields(done.correction),
        shift=shift.id,
        state=shift.state.value,
        revision=shift.revision or None,
        reasons=[ReasonOfShift(code=one.code, detail=one.detail) for one in shift.reasons],
    )


def _fields(one: PaymentCorrection) -> dict[str, object]:
    return {
        "id": one.id,
        "receipt": one.receipt,
        "rung": _payments(one.corrected),
        "payments": _payments(one.payments),
        "reason": one.reason,
        "person": one.person,
        "at": one.at,
        "counts": one.counts,
    }


def _payments(amounts: Mapping[str, int]) -> list[PaymentBody]:
    return [PaymentBody(kind=kind, amount=amount) for kind, amount in sorted(amounts.items())]


def _problem(error: Exception) -> Problem:
    if isinstance(error, WithoutPaymentsError):
        return WITHOUT_PAYMENTS(
            Words(
                "Вид оплаты меняют у продажи, возврата или коррекции. Выберите такой чек.",
                "Payments are corrected on a sale, a refund or a correction. Choose such a receipt.",
            )
        )
    if isinstance(error, NothingCorrectedError):
        return SAME_PAYMENTS(
            Words(
                "У чека уже стоят эти оплаты. Обновите страницу.",
                "The receipt stands with these payments already. Read it again.",
            )
        )
    if isinstance(error, UnequalPaymentsError):
        paid, corrected = format_money(error.paid), format_money(error.corrected)
        return UNEQUAL_PAYMENTS(
            Words(
                f"Оплачено {paid}, а в исправлении {corrected}. Меняется только вид оплаты: сделайте суммы равными.",
                f"{paid} was paid, the correction adds up to {corrected}. Only kinds change: make the sums equal.",
            ),
            paid=paid,
            corrected=corrected,
        )
    return not_found("Чек", "The receipt")
