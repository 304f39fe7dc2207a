"""What documents are made of: a revision's lines and money, or the signed difference of two revisions."""

from dataclasses import dataclass

from ledger.domain.documents import DocumentLine, Source
from ledger.domain.shifts import LineIdentity, ShiftRevision, SoldLine
from smena.kinds.money import Kopecks
from smena.kinds.quantity import Thousandths


@dataclass(frozen=True, slots=True)
class TurnoverLine:
    """A line to be documented; ``taken_back`` where it undoes part of an earlier line of the other direction."""

    line: DocumentLine
    taken_back: bool = False

    @property
    def signed(self) -> int:
        """What the line adds to the report."""
        return -self.line.amount if self.line.refund else self.line.amount


@dataclass(frozen=True, slots=True)
class Turnover:
    """Lines, net money by payment kind, and sums that are no revenue, by name. Zeroes are left out."""

    lines: tuple[TurnoverLine, ...]
    payments: tuple[tuple[str, Kopecks], ...]
    components: tuple[tuple[str, Kopecks], ...]

    @property
    def amount(self) -> Kopecks:
        """Sales minus refunds."""
        return Kopecks(sum(line.signed for line in self.lines))


def turnover_of(revision: ShiftRevision) -> Turnover:
    """A first revision: everything in it."""
    lines = [TurnoverLine(_document_line(line, (Source(revision.number, line.key),))) for line in revision.lines]
    return Turnover(
        lines=_sorted(lines),
        payments=_nonzero({payment.kind: payment.amount for payment in revision.payments}),
        components=_nonzero(_summed(revision.components)),
    )


def difference(earlier: ShiftRevision, later: ShiftRevision) -> Turnover:
    """A later revision: the signed difference per aggregated line and payment, zero differences left out.

    A line that grew is a line of its own direction; one that shrank is a line of the opposite direction, so
    that quantity and sums stay positive. Where quantity, sum and VAT do not move the same way (a discount
    changed), the earlier line is taken back whole and the later one stands whole: exact, and no price is bent.
    """
    before, after = _by_identity(earlier), _by_identity(later)
    lines: list[TurnoverLine] = []
    for identity in {**before, **after}:
        lines.extend(_line_difference(before.get(identity), after.get(identity), earlier.number, later.number))
    payments = {payment.kind: payment.amount for payment in later.payments}
    for payment in earlier.payments:
        payments[payment.kind] = Kopecks(payments.get(payment.kind, 0) - payment.amount)
    components = _summed(later.components)
    for name, amount in earlier.components:
        components[name] = Kopecks(components.get(name, 0) - amount)
    return Turnover(_sorted(lines), _nonzero(payments), _nonzero(components))


def _by_identity(revision: ShiftRevision) -> dict[LineIdentity, list[SoldLine]]:
    found: dict[LineIdentity, list[SoldLine]] = {}
    for line in revision.lines:
        found.setdefault(line.identity, []).append(line)
    return found


def _line_difference(
    before: list[SoldLine] | None, after: list[SoldLine] | None, earlier: int, later: int
) -> list[TurnoverLine]:
    old, new = before or [], after or []
    sources = tuple(Source(later, line.key) for line in new) + tuple(Source(earlier, line.key, -1) for line in old)
    moved = tuple(
        sum(getattr(line, name) for line in new) - sum(getattr(line, name) for line in old)
        for name in ("quantity", "amount", "vat_amount")
    )
    if not any(moved):
        return []
    shown = (new or old)[0]
    quantity, amount, vat = moved
    if quantity and amount and (all(part >= 0 for part in moved) or all(part <= 0 for part in moved)):
        shrank = quantity < 0
        line = DocumentLine(
            item_ref=shown.item_ref,
            name=shown.name,
            unit=shown.unit,
            quantity=Thousandths(abs(quantity)),
            price=shown.price,
            amount=Kopecks(abs(amount)),
            vat_rate=shown.vat_rate,
            vat_amount=Kopecks(abs(vat)),
            refund=shown.refund != shrank,
            discount=shown.discount,
            price_derived=shown.price_derived,
            sources=tuple(Source(s.revision, s.key, -s.sign) for s in sources) if shrank else sources,
        )
        return [TurnoverLine(line, taken_back=shrank)]
    back = [
        TurnoverLine(_document_line(line, (Source(earlier, line.key),), turned=True), taken_back=True) for line in old
    ]
    return back + [TurnoverLine(_document_line(line, (Source(later, line.key),))) for line in new]


def _document_line(line: SoldLine, sources: tuple[Source, ...], *, turned: bool = False) -> DocumentLine:
    return DocumentLine(
        item_ref=line.item_ref,
        name=line.name,
        unit=line.unit,
        quantity=line.quantity,
        price=line.price,
        amount=line.amount,
        vat_rate=line.vat_rate,
        vat_amount=line.vat_amount,
        refund=line.refund != turned,
        discount=line.discount,
        price_derived=line.price_derived,
        sources=sources,
    )


def _sorted(lines: list[TurnoverLine]) -> tuple[TurnoverLine, ...]:
    """An order of the documents' own, so that the order in an event cannot change a document."""

    def place(found: TurnoverLine) -> tuple[object, ...]:
        line = found.line
        head = (line.refund, line.name, line.item_ref, line.unit, line.price, line.vat_rate.value, line.discount)
        return (*head, line.price_derived, found.taken_back, line.quantity, line.amount, line.vat_amount)

    return tuple(sorted(lines, key=place))


def _summed(pairs: tuple[tuple[str, Kopecks], ...]) -> dict[str, Kopecks]:
    sums: dict[str, Kopecks] = {}
    for name, amount in pairs:
        sums[name] = Kopecks(sums.get(name, 0) + amount)
    return sums


def _nonzero(sums: dict[str, Kopecks]) -> tuple[tuple[str, Kopecks], ...]:
    return tuple((name, amount) for name, amount in sorted(sums.items()) if amount)
