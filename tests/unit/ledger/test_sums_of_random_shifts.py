"""Σ documents = Σ receipts per VAT rate and payment kind, for any shift; an oracle of its own does the sums.

The oracle rings receipts one by one and adds up in plain dictionaries; it shares no code with the builder.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.domain.build_documents import build_documents
from ledger.domain.documents import Document, vat_by_rate
from ledger.domain.rules import RefundPolicy
from ledger.domain.shifts import ShiftRevision
from smena.erp.documents import ErpDocumentKind
from smena.kinds.vat import VatRate, vat_inside
from unit.ledger.making import line, payment, revision, rules

ITEMS = [("milk", 189, VatRate.TEN), ("wine", 1999, VatRate.TWENTY), ("sim", 500, VatRate.TWENTY_FIVE)]
ITEMS += [("book", 1234, VatRate.ZERO), ("gift", 77, VatRate.NONE)]
Receipt = tuple[list[tuple[int, int, int]], int, bool, bool, int]
"""Basket (item, thousandths, kopecks off), split of the payment, refund, annulled, certificates sold."""
KINDS = ["cash", "card", "certificate"]


@dataclass
class Till:
    """Rings receipts and keeps its own sums: by identity for the event, by rate and kind for the oracle."""

    sold: dict[tuple[str, int, bool, bool], list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    paid: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    by_rate: dict[VatRate, int] = field(default_factory=lambda: defaultdict(int))
    certificates: int = 0

    def ring(self, receipt: Receipt) -> None:
        basket, split, refund, annulled, certificate = receipt
        if annulled:
            return
        total = 0
        for item, quantity, off in basket:
            name, price, rate = ITEMS[item]
            amount = (price * quantity + 500) // 1000
            amount -= min(off, amount)
            row = self.sold[name, price, off > 0, refund]
            row[0] += quantity
            row[1] += amount
            self.by_rate[rate] += -amount if refund else amount
            total += amount
        kind, other = KINDS[split % 3], KINDS[(split + 1) % 3]
        first = total * (split % 7) // 7
        self.paid[kind][refund] += first
        self.paid[other][refund] += total - first
        if not refund and certificate:
            self.certificates += certificate
            self.paid["cash"][0] += certificate

    def facts(self, number: int) -> ShiftRevision:
        rates = {name: rate for name, _, rate in ITEMS}
        lines = [
            line(
                name,
                quantity,
                amount,
                key=f"{name}{price}{off}{refund}",
                price=price,
                vat_rate=rates[name],
                vat_amount=vat_inside(amount, rates[name]),
                discount=off,
                refund=refund,
            )
            for (name, price, off, refund), (quantity, amount) in self.sold.items()
        ]
        payments = [payment(kind, sales, refunds) for kind, (sales, refunds) in self.paid.items()]
        components = (("certificates-sold", self.certificates),) if self.certificates else ()
        return revision(lines, payments, number=number, components=components)


lines_of_a_receipt = st.lists(
    st.tuples(st.integers(0, 4), st.integers(1, 5000), st.sampled_from([0, 0, 1, 13, 500])), min_size=1, max_size=5
)
receipts = st.lists(
    st.tuples(lines_of_a_receipt, st.integers(0, 20), st.booleans(), st.booleans(), st.sampled_from([0, 0, 2500])),
    max_size=12,
)
policies = st.sampled_from(list(RefundPolicy))


def _net_by_rate(documents: list[Document]) -> dict[VatRate, int]:
    found: dict[VatRate, int] = defaultdict(int)
    for document in documents:
        for one in document.lines:
            back = one.refund
            found[one.vat_rate] += -one.amount if back else one.amount
    return found


def _money(documents: list[Document], kind: str) -> int:
    signed = 0
    for document in documents:
        if document.payment_kind == kind:
            signed += -document.amount if document.kind is ErpDocumentKind.CASH_EXPENSE_ORDER else document.amount
    return signed


def _component(documents: list[Document], name: str) -> int:
    return sum(amount for document in documents for named, amount in document.components if named == name)


def _agrees(documents: list[Document], till: Till) -> None:
    rates = _net_by_rate(documents)
    assert {rate: rates.get(rate, 0) for rate in VatRate} == {rate: till.by_rate.get(rate, 0) for rate in VatRate}
    for kind in ("cash", "card"):
        sales, refunds = till.paid.get(kind, [0, 0])
        assert sales - refunds == _money(documents, kind)
    sales, refunds = till.paid.get("certificate", [0, 0])
    assert sales - refunds == _component(documents, "certificates-redeemed")
    assert -till.certificates == _component(documents, "certificates-sold")
    assert {one.item_ref for document in documents for one in document.lines} <= {name for name, _, _ in ITEMS}


@settings(max_examples=1000, deadline=None)
@given(receipts, policies)
def test_documents_of_any_shift_add_up_to_its_receipts(rung: list[Receipt], policy: RefundPolicy) -> None:
    till = Till()
    for receipt in rung:
        till.ring(receipt)

    documents = build_documents(till.facts(1), rules(refunds=policy))

    _agrees(list(documents), till)
    for document in documents:
        assert sum(vat_by_rate(document.lines, document.kind).values()) == sum(
            one.vat_amount * (-1 if one.refund != (document.kind is ErpDocumentKind.RETAIL_REFUND) else 1)
            for one in document.lines
        )


@settings(max_examples=500, deadline=None)
@given(receipts, receipts, policies)
def test_first_and_adjusting_documents_together_are_those_of_the_whole_shift(
    early: list[Receipt],
    late: list[Receipt],
    policy: RefundPolicy,
) -> None:
    till = Till()
    for receipt in early:
        till.ring(receipt)
    before = till.facts(1)
    first = build_documents(before, rules(refunds=policy))
    for receipt in late:
        till.ring(receipt)

    later = build_documents(till.facts(2), rules(refunds=policy), earlier=before)

    _agrees([*first, *later], till)


@settings(max_examples=300, deadline=None)
@given(receipts, receipts, policies)
def test_two_unlike_revisions_differ_by_exactly_their_difference(
    one: list[Receipt],
    other: list[Receipt],
    policy: RefundPolicy,
) -> None:
    """A later revision may also lose receipts: the documents of both still add up to the later one."""
    earlier, later = Till(), Till()
    for receipt in one:
        earlier.ring(receipt)
    for receipt in other:
        later.ring(receipt)
    first = build_documents(earlier.facts(1), rules(refunds=policy))

    adjusting = build_documents(later.facts(2), rules(refunds=policy), earlier=earlier.facts(1))

    _agrees([*first, *adjusting], later)
