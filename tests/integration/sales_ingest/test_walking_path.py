"""Cabinet → receipts → shift → event in the outbox."""

from integration.sales_ingest.shop import Shop, binding
from smena.cabinets.documents import PaymentKind
from unit.sales_ingest.till import Till, line


async def test_a_proven_shift_goes_to_the_outbox_with_its_sums(shop: Shop) -> None:
    till = Till()
    till.sale(line("12.30", quantity="3"), line("1.05", item="good-2", name="Хлеб", vat="10"))
    till.sale(line("4.10"), by=PaymentKind.CASHLESS)
    till.refund(line("4.10"))
    till.deposit("50.00")
    till.close()
    shop.cabinet.documents.extend(till.documents)
    await shop.bind(binding(price=410), binding("good-2", "ref-2", vat="10"))

    pulled = await shop.pull()
    assert shop.states() == {1: "ready"}
    outcome = await shop.publish()

    assert (pulled[0].counts.new, pulled[0].counts.read) == (5, 5)
    assert [one.revision for one in outcome.published] == [1]
    (event,) = shop.closed()
    assert event.amount == "13.35"
    assert [(one.item_ref, one.quantity, one.price, one.amount, one.direction) for one in event.lines] == [
        ("ref-1", "4.000", "4.10", "16.40", "sale"),
        ("ref-2", "1.000", "1.05", "1.05", "sale"),
        ("ref-1", "1.000", "4.10", "4.10", "refund"),
    ]
    assert [(one.kind, one.sales, one.refunds, one.amount) for one in event.payments] == [
        ("cash", "13.35", "4.10", "9.25"),
        ("cashless", "4.10", "0.00", "4.10"),
    ]
    assert event.z_report["sales_sum"] == "17.45"
    assert shop.states() == {1: "published"}


async def test_publishing_again_says_unchanged_and_sends_nothing(shop: Shop) -> None:
    till = Till()
    till.sale(line("4.10"))
    till.close()
    shop.cabinet.documents.extend(till.documents)
    await shop.bind(binding())
    await shop.pull()
    await shop.publish()

    again = await shop.publish()

    assert (len(again.published), len(again.unchanged)) == (0, 1)
    assert len(shop.closed()) == 1
