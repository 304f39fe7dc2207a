"""What a corrected payment becomes in the ledger: money moves from one document to the other, goods do not move."""

from integration.sales_ingest.shop import Shop, binding
from ledger.domain.build_documents import build_documents
from ledger.use_cases.read_shift import read_shift
from sales_ingest.use_cases.correct_payments import correct_payments
from sales_ingest.use_cases.decide_shift import Decider
from smena.erp.documents import ErpDocumentKind
from unit.ledger.making import rules
from unit.sales_ingest.till import Till, line


async def test_the_documents_adjust_and_correcting_back_takes_it_back(shop: Shop) -> None:
    till = Till()
    till.sale(line("4.10"))
    till.sale(line("1.00"))
    till.close()
    shop.cabinet.documents.extend(till.documents)
    await shop.bind(binding())
    await shop.pull()
    await shop.publish()
    (receipt,) = shop.rows("select id from sales_ingest.receipt where payable = 410 and kind = 'sale'")[0]

    for payments in ({"card": 410}, {"cash": 410}):
        await correct_payments(
            receipt,
            shop.registers["kassa-1"],
            payments,
            Decider("bookkeeper", "Пробили не тем видом"),
            open_work=shop.open_work,
            clock=shop.clock,
        )
        await shop.publish()

    bodies = [bytes(row[0]) for row in shop.rows("select body from sales_ingest.shift_revision order by number")]
    one, two, three = (read_shift(body)[0] for body in bodies)
    made = [
        [
            (document.payment_kind, document.kind, document.amount)
            for document in build_documents(later, rules(), earlier=earlier)
        ]
        for earlier, later in ((one, two), (two, three))
    ]
    assert made == [
        [
            ("cash", ErpDocumentKind.CASH_EXPENSE_ORDER, 410),
            ("card", ErpDocumentKind.CARD_PAYMENT, 410),
        ],
        [
            ("cash", ErpDocumentKind.CASH_RECEIPT_ORDER, 410),
            ("card", ErpDocumentKind.CARD_PAYMENT, -410),
        ],
    ]
