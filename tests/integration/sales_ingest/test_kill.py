"""Invariants 1, 2, 4 and 12 under kill -9: what is there afterwards is what an undisturbed run leaves."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from uuid import uuid4

import pytest

from integration.sales_ingest.one_job import work
from integration.sales_ingest.shop import Shop
from sales_ingest.main import SERVICE
from servers.postgres import fresh_database
from smena.db.migrate import migrate

TESTS = Path(__file__).parents[2]
LEFT = (
    "select fiscal_id, version, shift_seq is not null from sales_ingest.receipt order by 1",
    "select item_ref, amount, resolution from sales_ingest.receipt_line order by receipt_id, position",
    "select id, state, revision, content_sha256 from sales_ingest.shift order by opened_at, id",
    "select shift_id, number, sha256, body from sales_ingest.shift_revision order by 1, 2",
    """select partition_key, convert_from(body, 'utf8')::jsonb -> 'data' from sales_ingest.outbox
    where type = 'by.smena.sales.shift-closed.v1' order by position""",
    "select read, new, changed, unchanged, done from sales_ingest.pull_cursor",
)


@pytest.mark.parametrize(
    "point",
    ["pull.before-commit:18", "pull.after-commit:18", "publish.before-commit:2", "publish.after-commit:2"],
)
async def test_a_killed_worker_leaves_nothing_half_done_and_its_peer_finishes(
    shop: Shop, postgres_url: str, point: str
) -> None:
    run = uuid4()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "integration.sales_ingest.one_job",
        shop.url,
        str(run),
        env={**os.environ, "PYTHONPATH": str(TESTS), "SMENA_FAILPOINT": point},
    )
    assert await process.wait() == -signal.SIGKILL

    await work(shop.url, run)

    with fresh_database(postgres_url) as undisturbed:
        await migrate(SERVICE, undisturbed)
        await work(undisturbed, run)
        peer = Shop(shop.database, undisturbed, shop.cabinet, shop.registers)
        for question in LEFT:
            assert shop.rows(question) == peer.rows(question), question
    assert [row[0] for row in shop.rows("select count(*) from sales_ingest.shift_revision")] == [3]
