"""Fifty times ``kill -9`` in the middle of pages: what is there at last is what an undisturbed run leaves."""

import random
import sys
from collections import Counter, defaultdict
from hashlib import sha256
from signal import SIGKILL
from typing import Any
from uuid import UUID

import pytest

from integration.sales_ingest.killed_job import DAYS, NUMBERS, SALES_OF_A_DAY, Moment, a_life, pull_and_publish
from integration.sales_ingest.shop import Shop
from sales_ingest.main import SERVICE
from servers.forks import forked, forks
from servers.postgres import fresh_database
from smena.db.migrate import migrate

KILLS = 50
STATEMENTS_MAX = 40
"""After the documents a life has to store first: two or three pages of two registers at once."""
LIFE_SECONDS = 60.0
DOCUMENTS = len(NUMBERS) * DAYS * (SALES_OF_A_DAY + 2)
LEFT = (
    "select register, fiscal_id, number, version, shift_seq is not null from sales_ingest.receipt order by 1, 2",
    "select receipt_id, position, item_ref, amount, resolution from sales_ingest.receipt_line order by 1, 2",
    "select id, state, revision, content_sha256 from sales_ingest.shift order by id",
    "select shift_id, number, sha256, body from sales_ingest.shift_revision order by 1, 2",
)
CLOSED = """
select partition_key, (convert_from(body, 'utf8')::jsonb -> 'data')::text from sales_ingest.outbox
where type = 'by.smena.sales.shift-closed.v1' order by position
"""


def one_life(shop: Shop, run: UUID, moment: Moment) -> tuple[bool, int]:
    """Whether it was killed at work, and how many pages it had open."""
    reached, pages_open = forks().Event(), forks().Value("i", 0, lock=False)
    with forked(a_life, shop.url, run, moment, reached, pages_open) as child:
        assert reached.wait(LIFE_SECONDS)
        child.kill()
        child.join(LIFE_SECONDS)
        assert child.exitcode in {0, -SIGKILL}
        return child.exitcode == -SIGKILL, pages_open.value


def events_by_partition(shop: Shop) -> dict[str, str]:
    """The events of each partition key in their order, as one hash."""
    hashes: dict[str, Any] = defaultdict(sha256)
    for key, text in shop.rows(CLOSED):
        hashes[key].update(text.encode())
    return {key: found.hexdigest() for key, found in hashes.items()}


@pytest.mark.timeout(180)
async def test_killed_fifty_times_in_mid_page_it_leaves_no_gap_no_duplicate_and_the_same_events(
    shop: Shop, postgres_url: str
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    choose = random.Random(seed)
    killed, runs, mid_page, lay = 0, 1, 0, Counter[int]()
    while killed < KILLS:
        ((stored,),) = shop.rows("select count(*) from sales_ingest.receipt")
        to_store = max(0, DOCUMENTS * killed // KILLS - stored)  # so that the deaths lie spread over all pages
        died, pages_open = one_life(shop, UUID(int=runs), Moment(to_store, choose.randint(1, STATEMENTS_MAX)))
        killed += died
        mid_page += died and pages_open > 0
        lay[stored * 10 // DOCUMENTS] += died
        runs += not died  # it came to its end: the same period is read anew

    await pull_and_publish(shop.url, UUID(int=runs))

    with fresh_database(postgres_url) as undisturbed:
        await migrate(SERVICE, undisturbed)
        await pull_and_publish(undisturbed, UUID(int=1))
        peer = Shop(shop.database, undisturbed, shop.cabinet, shop.registers)
        for question in LEFT:
            assert shop.rows(question) == peer.rows(question), f"seed {seed}: {question}"
        events = events_by_partition(peer)
        assert events_by_partition(shop) == events, f"seed {seed}"
    sys.stdout.write(
        f"seed {seed}: killed {killed} times, {mid_page} of them with a page open; {runs} runs;"
        f" lives by tenths of what was stored before {dict(sorted(lay.items()))}; {events}\n"
    )
    assert set(events) == set(NUMBERS), f"seed {seed}"
    assert shop.rows("select count(*), count(distinct fiscal_id) from sales_ingest.receipt") == [(DOCUMENTS, DOCUMENTS)]
    assert shop.rows("select count(*) from sales_ingest.shift_revision") == [(len(NUMBERS) * DAYS,)]
    assert mid_page >= KILLS // 2, f"seed {seed}: {mid_page}"
