"""What documents are made of: a revision's lines and money, or the signed difference of two revisions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.domain.documents import Document, DocumentLine, Source
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
class _Standing:
    """A line of an earlier revision that documents stand for; ``sign`` -1 where they only take it back."""

    revision: int
    line: SoldLine
    sign: int = 1


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


def difference(
    earlier: ShiftRevision,
    later: ShiftRevision,
    *,
    superseded: Sequence[Document] = (),
    known: Mapping[int, ShiftRevision] | None = None,
) -> Turnover:
    """A later revision: the signed difference per aggregated line and payment, zero differences left out.

    What ``superseded`` documents said stands no more, so the later ones say it anew; ``known`` are the revisions
    behind their lines, by number.

    A line that grew is a line of its own direction; one that shrank is a line of the opposite direction, so
    that quantity and sums stay positive. Where quantity, sum and VAT do not move the same way (a discount
    changed), the earlier line is taken back whole and the later one stands whole: exact, and no price is bent.
    """
    before, after = _standing(earlier, superseded, known or {}), _by_identity(later)
    lines: list[TurnoverLine] = []
    for identity in {**before, **after}:
        lines.extend(_line_difference(before.get(identity, []), after.get(identity, []), later.number))
    payments = {payment.kind: payment.amount for payment in later.payments}
    for payment in earlier.payments:
        payments[payment.kind] = Kopecks(payments.get(payment.kind, 0) - payment.amount)
    for document in superseded:
        if document.payment_kind is not None:
            payments[document.payment_kind] = Kopecks(payments.get(document.payment_kind, 0) + document.money)
    components = _summed(later.components)
    for name, amount in earlier.components:
        components[name] = Kopecks(components.get(name, 0) - amount)
    return Turnover(_sorted(lines), _nonzero(payments), _nonzero(components))


def _by_identity(revision: ShiftRevision) -> dict[LineIdentity, list[SoldLine]]:
    found: dict[LineIdentity, list[SoldLine]] = {}
    for line in revision.lines:
        found.setdefault(line.identity, []).append(line)
    return found


def _standing(
    earlier: ShiftRevision, superseded: Sequence[Document], known: Mapping[int, ShiftRevision]
) -> dict[LineIdentity, list[_Standing]]:
    """The lines documents stand for: those of the earlier revision, less what superseded documents said of them."""
    found = {
        identity: [_Standing(earlier.number, line) for line in lines]
        for identity, lines in _by_identity(earlier).items()
    }
    if not superseded:
        return found
    sold = {(number, line.key): line for number, one in known.items() for line in one.lines}
    counted = Counter({(one.revision, one.line.key): 1 for lines in found.values() for one in lines})
    changed: set[LineIdentity] = set()
    for line in (line for document in superseded for line in document.lines):
        for source in line.sources:
            behind = sold[source.revision, source.key]
            counted[source.revision, source.key] -= source.sign if line.refund == behind.refund else -source.sign
            changed.add(behind.identity)
    for identity in changed:
        found[identity] = []
    for (number, key), count in sorted(counted.items()):
        if sold[number, key].identity in changed:
            sign = 1 if count > 0 else -1
            found[sold[number, key].identity] += [_Standing(number, sold[number, key], sign)] * abs(count)
    return found


def _line_difference(old: list[_Standing], new: list[SoldLine], later: int) -> list[TurnoverLine]:
    sources = tuple(Source(later, line.key) for line in new)
    sources += tuple(Source(one.revision, one.line.key, -one.sign) for one in old)
    moved = tuple(
        sum(getattr(line, name) for line in new) - sum(one.sign * getattr(one.line, name) for one in old)
        for name in ("quantity", "amount", "vat_amount")
    )
    if not any(moved):
        return []
    shown = new[0] if new else old[0].line
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
        TurnoverLine(
            _document_line(one.line, (Source(one.revision, one.line.key),), turned=one.sign > 0),
            taken_back=one.sign > 0,
        )
        for one in old
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
