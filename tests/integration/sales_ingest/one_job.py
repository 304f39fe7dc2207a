"""A process that pulls and publishes three days and may be told where to die: ``python -m … <database> <run>``."""

import asyncio
import sys
from datetime import timedelta
from uuid import UUID

from integration.sales_ingest.shop import Shop, binding
from sales_ingest.main import SERVICE
from smena.cabinets.memory import MemoryCabinet
from smena.db.database import open_database
from unit.sales_ingest.till import Till, line, setup


def three_days() -> Till:
    till = Till()
    for _ in range(3):
        for _ in range(5):
            till.sale(line("4.10"), line("0.99", name="Спички"))
        till.close()
        till.at += timedelta(hours=20)
        till.opened_at = till.at
    return till


async def work(url: str, run: UUID) -> None:
    database = open_database(url, SERVICE.schema)
    register = setup()
    shop = Shop(database, url, MemoryCabinet(documents=three_days().documents), {register.id: register})
    try:
        await shop.bind(binding(), event=UUID(int=7))
        await shop.pull(run=run)
        await shop.publish()
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], UUID(sys.argv[2])))
