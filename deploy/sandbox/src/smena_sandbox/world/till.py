"""One register: opens shifts, rings documents, closes with a Z-report. The only place where totals are made."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from smena_sandbox.world.model import Document, Kind, Line, Payments, Shift, ZReport
from smena_sandbox.world.refs import fiscal_id


class TillError(Exception):
    """The till refuses: no open shift, a payment that does not fit, an annulment of the wrong document."""


class Till:
    """A software cash register. Document numbers are consecutive over its life; a Z-report takes one of its own."""

    def __init__(self, identity: str, number: str, *, seed: int, next_id: Callable[[], int]) -> None:
        self.identity = identity
        self.number = number
        self.shifts: list[Shift] = []
        self.documents: list[Document] = []
        self._times: list[int] = []
        self._seed = seed
        self._next_id = next_id
        self._last_number = 5000 + 1000 * (int(number) % 7)
        self._last_shift = 100 + int(number) % 50

    @property
    def open_shift(self) -> Shift | None:
        """The shift now open, if any."""
        return self.shifts[-1] if self.shifts and self.shifts[-1].closed is None else None

    def between(self, start: int, end: int) -> list[Document]:
        """Documents with ``start`` ≤ docDate < ``end``, in order of docDate."""
        return self.documents[bisect_left(self._times, start) : bisect_left(self._times, end)]

    def document(self, uid: str) -> Document | None:
        """The document of that fiscal id."""
        return next((document for document in self.documents if document.uid == uid), None)

    def open(self, at: int) -> Shift:
        """Open a shift; refused while one is open."""
        if self.open_shift is not None:
            raise TillError(f"смена {self.open_shift.number} ещё открыта")
        self._last_shift += 1
        shift = Shift(self._next_id(), self._last_shift, at)
        self.shifts.append(shift)
        return shift

    def ring(
        self,
        kind: Kind,
        lines: Sequence[Line],
        payments: Payments,
        *,
        at: int,
        discount: int = 0,
        allowance: int = 0,
        shift: Shift | None = None,
        number: int | None = None,
    ) -> Document:
        """Ring a sale or a refund; ``discount`` and ``allowance`` are of the whole receipt, line ones are added."""
        document = self._new(kind, at, shift, number)
        document.lines = list(lines)
        document.subtotal = sum(line.amount for line in lines)
        document.discount = discount + sum(line.discount for line in lines)
        document.allowance = allowance + sum(line.allowance for line in lines)
        document.cash, document.no_cash, document.other = payments.cash, payments.no_cash, payments.other
        payable = document.subtotal - document.discount + document.allowance
        if payments.total != payable:
            raise TillError(f"оплата {payments.total} не равна сумме чека {payable} (копейки)")
        return self._keep(document, number)

    def move_cash(
        self, kind: Kind, amount: int, *, at: int, shift: Shift | None = None, number: int | None = None
    ) -> Document:
        """Ring a deposit or a withdrawal."""
        document = self._new(kind, at, shift, number)
        document.cash = amount
        return self._keep(document, number)

    def annul(self, target: Document, *, at: int, shift: Shift | None = None, number: int | None = None) -> Document:
        """Annul a sale of the same shift, once."""
        document = self._new(Kind.ANNULMENT, at, shift, number)
        if target.kind is not Kind.SALE or target.shift is not document.shift:
            raise TillError("аннулировать можно только продажу той же смены")
        if any(other.target == target.uid for other in target.shift.documents):
            raise TillError("продажа уже аннулирована")
        document.target = target.uid
        document.cash, document.no_cash, document.other = target.cash, target.no_cash, target.other
        return self._keep(document, number)

    def close(self, at: int) -> Document:
        """Close the open shift; its Z-report takes the next document number."""
        shift = self.open_shift
        if shift is None:
            raise TillError("нет открытой смены")
        document = self._new(Kind.Z_REPORT, at, shift, None)
        shift.closed = at
        document.z = z_report(shift)
        return self._keep(document, None)

    def recount(self, shift: Shift) -> Document | None:
        """Make the Z-report of a closed shift again: a document was added after closing."""
        found = next((document for document in shift.documents if document.kind is Kind.Z_REPORT), None)
        if found is not None:
            found.z = z_report(shift)
        return found

    def number_for_late(self, shift: Shift, *, recount: bool) -> int:
        """A number for a document added to a closed shift, so that its numbers keep having no gap.

        It is the Z-report's. Where nothing follows, the Z moves on by one; else the two share the number,
        because changing the numbers of later shifts would change documents nobody touched. Without ``recount``
        the Z-report is left as it is.
        """
        z = next(document for document in shift.documents if document.kind is Kind.Z_REPORT)
        number = z.number
        if recount and number == self._last_number:
            self._last_number += 1
            z.number = self._last_number
        return number

    def _new(self, kind: Kind, at: int, shift: Shift | None, number: int | None) -> Document:
        shift = shift or self.open_shift
        if shift is None:
            raise TillError("нет открытой смены")
        doc_id = self._next_id()
        uid = fiscal_id(self._seed, self.number, doc_id)
        return Document(kind, doc_id, uid, self._last_number + 1 if number is None else number, at, shift)

    def _keep(self, document: Document, number: int | None) -> Document:
        if number is None:
            self._last_number = document.number
        place = bisect_right(self._times, document.at)
        self._times.insert(place, document.at)
        self.documents.insert(place, document)
        document.shift.documents.append(document)
        return document


def z_report(shift: Shift) -> ZReport:
    """Add up a shift as the till does: sales gross of annulments, after discounts."""
    z = ZReport()
    for document in shift.documents:
        if document.kind is Kind.Z_REPORT:
            continue
        z.first_number = min(z.first_number or document.number, document.number)
        z.last_number = max(z.last_number or document.number, document.number)
        if document.kind is Kind.SALE:
            z.sales_count += 1
            z.sales_cash += document.cash
            z.sales_no_cash += document.no_cash
            z.sales_other += document.other
        elif document.kind is Kind.REFUND:
            z.refunds_count += 1
            z.refunds_sum += document.payable
        elif document.kind is Kind.ANNULMENT:
            z.annulments_count += 1
            z.annulments_sum += document.payable
        elif document.kind is Kind.DEPOSIT:
            z.deposits_count += 1
            z.deposits_sum += document.cash
        else:
            z.withdrawals_count += 1
            z.withdrawals_sum += document.cash
    return z
