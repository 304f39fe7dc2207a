"""Shifts from 22:00 to 03:00 where each register stands, read and published by a process that lives elsewhere."""

import asyncio
import os
import time
from dataclasses import replace
from datetime import date, datetime, timedelta
from datetime import time as wall_time
from uuid import UUID
from zoneinfo import ZoneInfo

from integration.sales_ingest.shop import Shop, binding
from sales_ingest.domain.business_date import BusinessDateRule
from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.main import SERVICE
from smena.cabinets.memory import MemoryCabinet
from smena.db.database import open_database
from unit.sales_ingest.till import Till, line, setup

ZONES = ("Europe/Minsk", "Europe/Warsaw", "Asia/Almaty")
RULES = {"closed-early": ("closed-at", 6), "closed-late": ("closed-at", 2), "opened": ("opened-at", 6)}
"""A shift that ends at 03:00 lies before the first cut-off and after the second."""
EVENING = date(2026, 1, 15)
OPENED, CLOSED = datetime(2026, 1, 15, 22), datetime(2026, 1, 16, 3)  # naive on purpose: what the shop's clock shows


def registers() -> dict[str, RegisterSetup]:
    """One for each zone and rule; the number tells them apart."""
    found = {}
    for place, zone in enumerate(ZONES):
        for rule, (name, hour) in RULES.items():
            date_rule = BusinessDateRule(name, wall_time(hour), ZoneInfo(zone))
            register = f"{zone.rpartition('/')[2].lower()}-{rule}"
            found[register] = setup(register, f"{131010700 + place}-{rule}", rule=date_rule, lookback_days=0)
    return found


def night(register: RegisterSetup) -> Till:
    zone = register.date_rule.timezone
    till = Till(number=register.number, at=OPENED.replace(tzinfo=zone))
    till.sale(line("4.10"))
    till.at = datetime(2026, 1, 16, 0, 30, tzinfo=zone)
    till.sale(line("1.00"))
    till.refund(line("1.00"))
    till.close(at=CLOSED.replace(tzinfo=zone) - timedelta(seconds=7))
    return till


def read_and_publish(url: str, lives_in: str) -> None:
    """By a process whose own clock shows the time of another place."""
    os.environ["TZ"] = lives_in
    time.tzset()
    asyncio.run(_read_and_publish(url))


async def _read_and_publish(url: str) -> None:
    database = open_database(url, SERVICE.schema)
    setups = registers()
    documents = [one for register in setups.values() for one in night(register).documents]
    cabinet = MemoryCabinet(registers=[one.number for one in setups.values()], documents=documents)
    shop = Shop(database, url, cabinet, setups)
    try:
        await shop.bind(replace(binding(), barcodes=()), event=UUID(int=7))
        await shop.pull(EVENING, EVENING, run=UUID(int=1))
        await shop.publish(EVENING, EVENING + timedelta(days=1))
    finally:
        await database.close()
