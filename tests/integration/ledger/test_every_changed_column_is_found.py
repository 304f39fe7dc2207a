"""Everything stored is held against what it was made of: no column can be changed without being named."""

import pytest
from sqlalchemy import text

from integration.ledger.conftest import Bench
from ledger.use_cases.check_stored import check_stored
from unit.ledger.making import line, payment, revision

REPORT = "where kind = 'retail-report'"


async def _posted(bench: Bench) -> None:
    await bench.publish(revision([line(amount=500)], [payment("cash", 300), payment("card", 200)]))
    await bench.deliver()
    assert await bench.states() == ["posted"] * 3
    assert await check_stored(bench.work) == (1, 3, [])


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (f"update ledger.document set amount = amount + 1 {REPORT}", "amount"),
        (f"update ledger.document set business_date = business_date + 1 {REPORT}", "business_date"),
        (f"update ledger.document set register = 'kassa-9' {REPORT}", "register"),
        (f"update ledger.document set organization = 'other' {REPORT}", "organization"),
        (f"update ledger.document set key = key || 'x' {REPORT}", "key"),
        (f"update ledger.document set id = gen_random_uuid() {REPORT} returning 1", ": id"),
        (f"update ledger.document set rank = 9 {REPORT}", "rank"),
        (f"update ledger.document set adjusts = id {REPORT}", "adjusts"),
        ("update ledger.document set payment_kind = 'oplati' where payment_kind = 'card'", "payment_kind"),
        (f"update ledger.document set sha256 = repeat('0', 64) {REPORT}", "sha256"),
        (f"update ledger.document set content = replace(content, '5.00', '5.01') {REPORT}", "sha256"),
        (f"update ledger.document set content = '{{}}' {REPORT}", "not readable"),
        (f"update ledger.document set content = 'no json' {REPORT}", "not readable"),
        (f"update ledger.document set form = '{{}}' {REPORT}", "not readable"),
        (f"""update ledger.document set form = jsonb_set(form, '{{refunds}}', '"separate-section"') {REPORT}""",
         "differs from the stored event"),
        (f"update ledger.document set state = 'cancelled' {REPORT}", "its history says posted"),
        (f"update ledger.document set erp_ref = null {REPORT}", "erp_ref"),
        (f"update ledger.document set erp_posted = false {REPORT}", "erp_posted"),
        ("update ledger.revision set event = ''::bytea", "event"),
        ("update ledger.revision set sha256 = repeat('0', 64)", "sha256 of the event"),
        ("update ledger.revision set business_date = business_date + 1", "business_date"),
        ("update ledger.revision set previous = 7", "previous"),
        ("update ledger.revision set rules = null", "without rules"),
        ("update ledger.revision set superseded = '[\"retail-report|x#1\"]'", "superseded"),
        ("update ledger.shift set register_number = '9'", "register_number"),
        ("update ledger.shift set applied = 0", "applied"),
    ],
)  # fmt: skip
async def test_a_changed_column_is_named(bench: Bench, change: str, named: str) -> None:
    await _posted(bench)
    async with bench.database.session() as session:
        await session.execute(text("alter table ledger.document_history drop constraint if exists"
                                   " document_history_document_fkey"))  # fmt: skip
        await session.execute(text(change))
        await session.commit()

    shifts, documents, problems = await check_stored(bench.work)

    assert (shifts, documents) == (1, 3)
    assert any(named in problem for problem in problems), problems


async def test_a_document_that_vanished_is_named(bench: Bench) -> None:
    await _posted(bench)
    async with bench.database.session() as session:
        await session.execute(text("delete from ledger.document_history"))
        await session.execute(text(f"delete from ledger.document {REPORT}"))
        await session.commit()

    _, documents, problems = await check_stored(bench.work)

    assert documents == 2
    assert any("retail-report|" in problem and "differs from the stored event" in problem for problem in problems)
