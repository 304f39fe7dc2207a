"""A later revision makes documents for the signed difference, and nothing else."""

from ledger.domain.build_documents import FirstDocuments, build_documents, role_of
from ledger.domain.documents import Document, Source
from smena.erp.documents import ErpDocumentKind
from unit.ledger.making import line, payment, revision, rules

REPORT = ErpDocumentKind.RETAIL_REPORT


def _first(documents: tuple[Document, ...]) -> FirstDocuments:
    return FirstDocuments({role_of(d.kind.value, d.payment_kind): d.id for d in documents})


def test_a_late_receipt_makes_only_its_own_documents_linked_to_the_first() -> None:
    before = revision([line("milk", 1000, 250, key="m")], [payment("cash", 250)])
    after = revision(
        [line("milk", 3000, 750, price=250, key="m"), line("tea", 1000, 100, key="t")], [payment("cash", 850)], number=2
    )
    first = build_documents(before, rules())

    report, cash = build_documents(after, rules(), earlier=before, first=_first(first))

    assert [(one.quantity, one.amount) for one in report.lines] == [(2000, 500), (1000, 100)]
    assert (report.amount, cash.amount) == (600, 600)
    assert [document.id for document in first] == [report.adjusts, cash.adjusts]
    assert report.key.endswith("#2")
    assert (Source(2, "m"), Source(1, "m", -1)) == report.lines[0].sources


def test_a_line_that_shrank_becomes_a_refund_with_positive_sums() -> None:
    before = revision([line("milk", 3000, 750, key="m")], [payment("cash", 750)])
    after = revision([line("milk", 1000, 250, key="m")], [payment("cash", 250)], number=2)
    first = build_documents(before, rules())

    report, cash = build_documents(after, rules(), earlier=before, first=_first(first))

    assert [(one.refund, one.quantity, one.amount) for one in report.lines] == [(True, 2000, 500)]
    assert (report.amount, cash.kind, cash.amount) == (-500, ErpDocumentKind.CASH_EXPENSE_ORDER, 500)
    assert first[1].id == cash.adjusts


def test_a_payment_rung_as_the_wrong_kind_moves_money_and_no_goods() -> None:
    before = revision([line(amount=500)], [payment("cash", 500)])
    after = revision([line(amount=500)], [payment("card", 500)], number=2)

    documents = build_documents(after, rules(), earlier=before, first=_first(build_documents(before, rules())))

    assert [(d.payment_kind, d.kind, d.amount) for d in documents] == [
        ("cash", ErpDocumentKind.CASH_EXPENSE_ORDER, 500),
        ("card", ErpDocumentKind.CARD_PAYMENT, 500),
    ]


def test_a_revision_that_changes_nothing_makes_nothing() -> None:
    before = revision([line(amount=500)], [payment("cash", 500)])

    assert (
        build_documents(revision([line(amount=500)], [payment("cash", 500)], number=2), rules(), earlier=before) == ()
    )


def test_a_changed_discount_takes_the_old_line_back_whole() -> None:
    """Quantity grew while the sum fell: no single positive line can say that."""
    before = revision([line("milk", 1000, 900, price=1000, discount=True)], [payment("cash", 900)])
    after = revision([line("milk", 2000, 800, price=1000, discount=True)], [payment("cash", 800)], number=2)

    report, _ = build_documents(after, rules(), earlier=before)

    assert [(one.refund, one.quantity, one.amount) for one in report.lines] == [(False, 2000, 800), (True, 1000, 900)]
    assert report.amount == -100
