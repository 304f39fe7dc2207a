"""Say by which kind a receipt was really paid (изменить вид оплаты): the fact stays, the next revision adjusts."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from sales_ingest.domain.payment_corrections import check_correction
from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.domain.shift_record import ShiftRecord
from sales_ingest.ports.corrections import PaymentCorrection
from sales_ingest.ports.unit_of_work import OpenWork
from sales_ingest.use_cases.decide_shift import Decider
from sales_ingest.use_cases.reassess_shift import reassess_shift
from smena.clock import Clock
from smena.kinds.money import format_money


class ReceiptGoneError(Exception):
    """There is no such receipt."""


@dataclass(frozen=True, slots=True)
class CorrectedPayments:
    """What was written down, and how the receipt's shift stands now."""

    correction: PaymentCorrection
    shift: ShiftRecord


async def correct_payments(
    receipt_id: UUID,
    register: RegisterSetup,
    payments: Mapping[str, int],
    decider: Decider,
    *,
    open_work: OpenWork,
    clock: Clock,
) -> CorrectedPayments:
    """A published shift is ready again, for a revision with these payments; its Z-report is compared as before.

    Raises:
        ReceiptGoneError: no such receipt.
        WithoutPaymentsError: a document of its kind has no payments.
        UnequalPaymentsError: the sum would change.
        NothingCorrectedError: nothing would change.
    """
    async with open_work() as work:
        seen = await work.corrections.receipt(receipt_id)
        if seen is None:
            raise ReceiptGoneError
        await work.shifts.lock(seen.shift_seq)
        receipt = await work.corrections.receipt(receipt_id)  # as it stands under the lock of its shift
        if receipt is None:
            raise ReceiptGoneError
        check_correction(receipt.kind, receipt.rung, receipt.standing, payments)
        correction = PaymentCorrection(
            uuid4(), receipt_id, receipt.rung, payments, decider.reason, decider.person, clock.now()
        )
        await work.corrections.add(correction)
        found = await reassess_shift(work, register, receipt.shift_seq)
        sums = {"payments_before": _told(receipt.standing), "payments_after": _told(payments)}
        subject = f"receipt/{receipt_id}"
        work.trail.record(decider.deed(register.organization, "receipt.correct-payments", subject, **sums))
        await work.commit()
        return CorrectedPayments(correction, found.shift)


def _told(payments: Mapping[str, int]) -> str:
    """Payments by kind, as a person reads them."""
    return ", ".join(f"{kind} {format_money(amount)}" for kind, amount in sorted(payments.items()))
