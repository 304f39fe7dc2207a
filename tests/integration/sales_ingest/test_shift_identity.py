"""Which shift a document belongs to, whatever its cabinet tells, and the identity that both services share."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from integration.sales_ingest.shop import Shop, binding
from sales_ingest.main import SERVICE
from smena.db.database import sqlalchemy_url
from smena.kinds.identity import shift_id
from unit.sales_ingest.till import NUMBER, Till, line


@pytest.mark.parametrize("names", ["id", "opening", "number"])
async def test_documents_find_their_shift_by_what_their_cabinet_tells(shop: Shop, names: str) -> None:
    till = Till(names=names)
    openings = []
    for _ in range(3):
        assert till.opened_at is not None
        openings.append(till.opened_at)
        till.sale(line("4.10"))
        till.sale(line("1.00"))
        till.close()
        till.at += timedelta(hours=12)
        till.opened_at = till.at
    till.sale(line("5.00"))
    shop.cabinet.documents.extend(till.documents)
    await shop.bind(binding())

    await shop.pull()

    assert shop.states() == {1: "ready", 2: "ready", 3: "ready", 4: "open"}
    ids = shop.rows("select id from sales_ingest.shift where frozen order by number")
    assert [row[0] for row in ids] == [
        shift_id("wk-main", NUMBER, number, opened) for number, opened in enumerate(openings, start=1)
    ]


async def test_numbers_that_restart_are_other_shifts_and_late_documents_join_their_own(shop: Shop) -> None:
    till = Till(names="number")
    till.sale(line("4.10"))
    late = till.sale(line("1.00"))
    till.close()
    again = Till(names="number", at=datetime(2026, 1, 20, 6, tzinfo=UTC), next_number=4)
    again.sale(line("5.00"))
    again.close()
    documents = [one for one in (*till.documents, *again.documents) if one is not late]
    shop.cabinet.documents.extend(documents)
    await shop.bind(binding())
    await shop.pull()
    states = "select business_date::text, state from sales_ingest.shift order by 1"
    assert shop.rows(states) == [("2026-01-15", "incomplete"), ("2026-01-20", "ready")]

    shop.cabinet.documents.append(late)
    await shop.pull()

    assert shop.rows(states) == [("2026-01-15", "ready"), ("2026-01-20", "ready")]


async def test_the_identity_is_frozen_by_the_z_report_whatever_it_says_later(shop: Shop) -> None:
    till = Till()
    till.sale(line("4.10"))
    z_report = till.close()
    shop.cabinet.documents.extend(till.documents)
    await shop.pull()
    before = shop.rows("select id, opened_at from sales_ingest.shift")
    assert z_report.z_report is not None
    moved = replace(z_report.z_report, opened_at=till.documents[0].at)
    shop.cabinet.documents[-1] = replace(z_report, z_report=moved, raw=b"moved")

    assert (await shop.pull())[0].counts.changed == 1

    assert shop.rows("select id, opened_at from sales_ingest.shift") == before


async def test_the_id_of_an_open_shift_still_finds_it_after_its_z_report(shop: Shop) -> None:
    """A cabinet that tells no opening: the Z-report gives the id both services share, the earlier one leads to it."""
    till = Till(names="number")
    till.sale(line("4.10"))
    shop.cabinet.documents.extend(till.documents)
    await shop.pull()
    (former,) = shop.rows("select id from sales_ingest.shift")[0]
    shop.cabinet.documents.append(till.close())
    await shop.pull()

    (frozen,) = shop.rows("select id from sales_ingest.shift")[0]
    assert frozen == shift_id("wk-main", NUMBER, 1, datetime(2026, 1, 15, 6, tzinfo=UTC)) != former
    async with shop.open_work() as work:
        found = [await work.shifts.by_id(one) for one in (former, frozen)]
    assert [one.id for one in found if one] == [frozen, frozen]


async def test_a_shift_over_midnight_is_whole_when_its_day_is_pulled(shop: Shop) -> None:
    till = Till(at=datetime(2026, 1, 15, 19, tzinfo=UTC))
    till.sale(line("4.10"))
    till.at = datetime(2026, 1, 15, 22, tzinfo=UTC)
    till.sale(line("1.00"))
    till.close(at=datetime(2026, 1, 16, 1, tzinfo=UTC))
    shop.cabinet.documents.extend(till.documents)
    await shop.bind(binding())
    day = datetime(2026, 1, 15, tzinfo=UTC).date()

    await shop.pull(day, day)

    assert shop.rows("select business_date::text, state from sales_ingest.shift") == [("2026-01-15", "ready")]


async def test_the_migrations_make_exactly_the_declared_tables(shop: Shop) -> None:
    engine = create_engine(sqlalchemy_url(shop.url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "version_table_schema": SERVICE.schema,
                "include_name": lambda name, kind, _: kind != "schema" or name == SERVICE.schema,
            },
        )
        found = compare_metadata(context, SERVICE.metadata)
    engine.dispose()

    assert found == []
