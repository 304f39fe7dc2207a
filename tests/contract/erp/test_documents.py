"""What every ERP's documents promise, whoever stands behind the port."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from contract.erp.bases import (
    CARD_KEY,
    EVENING,
    ORDER_KEY,
    REPORT_KEY,
    SIBLINGS,
    Base,
    base,
    card_payment,
    cash_order,
    line,
    report,
)
from contract.sandbox_onec import wire
from smena.erp.documents import ErpDocument, ErpDocumentKind, FieldDifference, Found
from smena.erp.errors import ErpOutcomeUnknownError, ErpRefusedError
from smena.kinds.identity import document_id
from smena.kinds.money import Kopecks

EACH_KIND = [report(), cash_order(), card_payment()]


@pytest.fixture(params=[*SIBLINGS, "memory"])
async def opened(request: pytest.FixtureRequest) -> AsyncIterator[Base]:
    async with base(request.param) as found:
        yield found


@pytest.mark.parametrize("document", EACH_KIND, ids=lambda document: document.kind.value)
async def test_the_straight_path(opened: Base, document: ErpDocument) -> None:
    documents = opened.documents
    assert await documents.find(document, ref=None) == Found(())

    created = await documents.create(document)
    assert (created.posted, created.marked, created.amount) == (False, False, document.amount)
    assert (created.kind, created.comment) == (document.kind, document.marker)
    assert documents.differences(document, created) == ()

    await documents.post(document.kind, created.ref)
    read = await documents.read(document.kind, created.ref)

    assert read is not None
    assert read.posted
    assert read.version != created.version
    assert documents.differences(document, read) == ()
    assert read.number


async def test_what_was_created_is_found_by_its_marker_alone(opened: Base) -> None:
    created = await opened.documents.create(report())

    found = await opened.documents.find(replace(report(), id=uuid4()), ref=None)

    assert [snapshot.ref for snapshot in found.ours] == [created.ref]
    assert found.lookalikes == ()
    assert opened.documents.differences(report(), found.ours[0]) == ()


async def test_what_was_created_is_found_by_its_reference_when_comment_and_day_changed(opened: Base) -> None:
    created = await opened.documents.create(report())
    await opened.erase_comment(created.kind, created.ref)
    another_day = replace(report(), id=uuid4(), date=EVENING.replace(day=3))

    found = await opened.documents.find(another_day, ref=created.ref)

    assert [snapshot.ref for snapshot in found.ours] == [created.ref]


@pytest.mark.parametrize("other", [f"{REPORT_KEY}2", REPORT_KEY.upper(), REPORT_KEY.replace("|31|", "|3_|")])
async def test_only_the_exact_marker_is_ours(opened: Base, other: str) -> None:
    await opened.documents.create(report(other))

    found = await opened.documents.find(report(), ref=None)

    assert found.ours == ()


async def test_a_document_entered_by_hand_is_a_lookalike(opened: Base) -> None:
    for document in EACH_KIND:
        created = await opened.documents.create(document)
        await opened.enter_alike(document.kind, created.ref)

        found = await opened.documents.find(document, ref=created.ref)

        assert [snapshot.ref for snapshot in found.ours] == [created.ref]
        assert len(found.lookalikes) == 1


async def test_another_shifts_document_of_the_same_day_and_amount_is_no_lookalike(opened: Base) -> None:
    await opened.documents.create(cash_order())

    found = await opened.documents.find(cash_order(ORDER_KEY.replace("|31|", "|32|")), ref=None)

    assert found == Found(())


async def test_another_amount_day_or_desk_is_no_lookalike(opened: Base) -> None:
    created = await opened.documents.create(cash_order())
    await opened.enter_alike(created.kind, created.ref)
    key = ORDER_KEY.replace("|31|", "|32|")

    for changed in (
        cash_order(key, amount=Kopecks(701)),
        cash_order(key, date=EVENING.replace(day=30)),
        cash_order(key, refs={**cash_order().refs, "cash_desk": str(uuid4())}),
    ):
        assert (await opened.documents.find(changed, ref=None)).lookalikes == ()


async def test_a_second_create_under_the_same_reference_never_makes_a_silent_twin(opened: Base) -> None:
    first = await opened.documents.create(card_payment())
    with suppress(ErpOutcomeUnknownError):
        await opened.documents.create(card_payment())

    found = await opened.documents.find(card_payment(), ref=first.ref)

    assert first.ref in {snapshot.ref for snapshot in found.ours}
    assert found.lookalikes == ()


async def test_posting_twice_is_no_error(opened: Base) -> None:
    created = await opened.documents.create(cash_order())

    await opened.documents.post(created.kind, created.ref)
    await opened.documents.post(created.kind, created.ref)

    read = await opened.documents.read(created.kind, created.ref)
    assert read is not None
    assert read.posted


async def test_unposting_and_marking_take_a_document_out_of_the_books_and_repeating_is_no_error(opened: Base) -> None:
    documents = opened.documents
    created = await documents.create(cash_order())
    await documents.post(created.kind, created.ref)

    for _ in range(2):
        await documents.unpost(created.kind, created.ref)
    for _ in range(2):
        held = await documents.read(created.kind, created.ref)
        assert held is not None
        await documents.mark(held)

    read = await documents.read(created.kind, created.ref)
    assert read is not None
    assert (read.posted, read.marked) == (False, True)
    assert documents.differences(cash_order(), read) == ()


async def test_a_posted_document_is_not_marked(opened: Base) -> None:
    created = await opened.documents.create(cash_order())
    await opened.documents.post(created.kind, created.ref)
    posted = await opened.documents.read(created.kind, created.ref)
    assert posted is not None

    with pytest.raises(ErpRefusedError):
        await opened.documents.mark(posted)


@pytest.mark.parametrize("policy", ["negative-lines", "separate-section"])
async def test_a_document_is_written_over_in_place_whole_and_unmarked(opened: Base, policy: str) -> None:
    documents = opened.documents
    policy = policy if opened.holds_refunds_apart else "negative-lines"
    created = await documents.create(report(refunds=policy))
    await opened.change_sum(created.kind, created.ref, Kopecks(1))
    edited = await documents.read(created.kind, created.ref)
    assert edited is not None
    await documents.mark(edited)
    held = await documents.read(created.kind, created.ref)
    assert held is not None
    later = report(refunds=policy, amount=Kopecks(2460), lines=(line(amount=1240), line(wire.MILK, amount=1220)))

    await documents.rewrite(later, held)

    read = await documents.read(created.kind, created.ref)
    assert read is not None
    assert (read.posted, read.marked, read.amount) == (False, False, 2460)
    assert documents.differences(later, read) == ()
    found = await documents.find(later, ref=None)
    assert [one.ref for one in found.ours] == [created.ref]


async def test_a_document_that_lost_its_comment_gets_our_marker_again(opened: Base) -> None:
    created = await opened.documents.create(cash_order())
    await opened.erase_comment(created.kind, created.ref)
    held = await opened.documents.read(created.kind, created.ref)
    assert held is not None

    await opened.documents.rewrite(cash_order(), replace(held, comment="ее слова"))

    read = await opened.documents.read(created.kind, created.ref)
    assert read is not None
    assert read.comment == f"{cash_order().marker} ее слова"


async def test_movements_are_counted_by_document(opened: Base) -> None:
    documents = opened.documents
    refs = {}
    for document in EACH_KIND:
        refs[document.kind] = (await documents.create(document)).ref
        await documents.post(document.kind, refs[document.kind])

    counts = {kind: await documents.movements(kind, [ref, str(uuid4())]) for kind, ref in refs.items()}

    assert {kind: list(found.values()) for kind, found in counts.items()} == {
        ErpDocumentKind.RETAIL_REPORT: [0, 0],
        ErpDocumentKind.CASH_RECEIPT_ORDER: [1, 0],
        ErpDocumentKind.CARD_PAYMENT: [1, 0],
    }


async def test_an_accountants_change_is_named_field_by_field(opened: Base) -> None:
    created = await opened.documents.create(cash_order())
    await opened.change_sum(created.kind, created.ref, Kopecks(711))
    await opened.erase_comment(created.kind, created.ref)

    read = await opened.documents.read(created.kind, created.ref)

    assert read is not None
    assert read.amount == 711
    assert read.version != created.version
    assert opened.documents.differences(cash_order(), read) == (
        FieldDifference("amount", "7.00", "7.11"),
        FieldDifference("comment", cash_order().marker, ""),
    )


async def test_a_changed_line_is_named_with_its_place(opened: Base) -> None:
    created = await opened.documents.create(report())
    sent = report(lines=(line(), line(amount=1231), line(refund=True)))

    names = {difference.field for difference in opened.documents.differences(sent, created)}

    assert names == {"goods[2].item", "goods[2].amount", "goods[2].vat_rate", "goods[2].vat_amount"}


async def test_a_missing_line_is_a_difference(opened: Base) -> None:
    created = await opened.documents.create(report())

    found = opened.documents.differences(report(lines=(line(), line())), created)

    assert FieldDifference("goods", "2", "3") in found


async def test_an_unknown_reference_is_absent(opened: Base) -> None:
    assert await opened.documents.read(ErpDocumentKind.CASH_RECEIPT_ORDER, str(uuid4())) is None


async def test_many_are_read_at_once_and_unknown_ones_are_absent(opened: Base) -> None:
    made = {}
    for number in range(70):
        key = f"{CARD_KEY}{number}"
        created = await opened.documents.create(card_payment(key, amount=Kopecks(100 + number)))
        made[created.ref] = created
    unknown = str(uuid4())

    read = await opened.documents.read_many(ErpDocumentKind.CARD_PAYMENT, [*made, unknown], first=EVENING, last=EVENING)

    assert read == made


async def test_a_base_has_one_fingerprint(opened: Base) -> None:
    first = await opened.documents.fingerprint()

    assert first
    assert await opened.documents.fingerprint() == first


def test_keys_of_this_suite_are_different() -> None:
    assert len({document_id(key) for key in (REPORT_KEY, ORDER_KEY, CARD_KEY)}) == 3


@pytest.mark.parametrize("document", EACH_KIND, ids=lambda document: document.kind.value)
async def test_all_documents_of_some_days_are_read_whoever_entered_them(opened: Base, document: ErpDocument) -> None:
    created = await opened.documents.create(document)
    await opened.enter_alike(document.kind, created.ref)
    other_day = replace(document, id=uuid4(), marker="[smena:of another day]", date=EVENING + timedelta(days=1))
    later = await opened.documents.create(other_day)
    day = EVENING.date()

    of_the_day = await opened.documents.dated(document.kind, first=day, last=day)
    of_both = await opened.documents.dated(document.kind, first=day, last=day + timedelta(days=1))

    assert len(of_the_day) == 2
    assert next(one for one in of_the_day if one.ref == created.ref) == created
    assert {one.amount for one in of_the_day} == {document.amount}
    assert {one.ref for one in of_both} - {one.ref for one in of_the_day} == {later.ref}
    assert (
        await opened.documents.dated(document.kind, first=day - timedelta(days=9), last=day - timedelta(days=1)) == []
    )
