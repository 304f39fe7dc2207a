"""A shift over midnight has one business date, wherever its register stands and wherever the server runs."""

from datetime import date
from typing import Any

import msgspec
import psycopg
import pytest
from psycopg import sql

from integration.sales_ingest.night_shifts import EVENING, RULES, ZONES, read_and_publish, registers
from sales_ingest.main import SERVICE
from servers.forks import forked
from servers.postgres import fresh_database
from smena.db.migrate import migrate

SERVERS = ("UTC", "America/New_York", "Asia/Tokyo")
"""Where the process lives, and what its database takes for local time."""
NEXT_DAY = date(2026, 1, 16)
DATES = {"closed-early": EVENING, "closed-late": NEXT_DAY, "opened": EVENING}
OF_ONE_SENDING = {"id", "time", "traceparent"}
OF_ONE_PLACE = {"shift", "opened_at", "closed_at", "sha256", "business_date"}
LEFT = (
    """select id, opened_at at time zone 'UTC', closed_at at time zone 'UTC', day, business_date, state
    from sales_ingest.shift order by id""",
    "select fiscal_id, at at time zone 'UTC' from sales_ingest.receipt order by 1",
    "select shift_id, number, sha256, body from sales_ingest.shift_revision order by 1, 2",
)


async def told(postgres_url: str, server: str) -> tuple[dict[str, Any], list[Any]]:
    """The events by register, and all rows, of the same nights read by a server of that place."""
    with fresh_database(postgres_url) as url:
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        with psycopg.connect(url, autocommit=True) as connection:
            setting = sql.SQL("alter database {} set timezone = {}").format(sql.Identifier(str(name)), server)
            connection.execute(setting)
        await migrate(SERVICE, url)
        with forked(read_and_publish, url, server) as child:
            child.join(60)
            assert child.exitcode == 0
        with psycopg.connect(url) as connection:
            assert connection.execute("show timezone").fetchone() == (server,)
            rows = [connection.execute(question).fetchall() for question in LEFT]
            bodies = connection.execute("select body from sales_ingest.outbox where type like '%shift-closed%'")
            events = [msgspec.json.decode(bytes(row[0])) for row in bodies]
    return {one["partitionkey"]: one for one in events}, rows


def apart_from(event: dict[str, Any], names: set[str]) -> bytes:
    return msgspec.json.encode({name: value for name, value in event.items() if name not in names}, order="sorted")


@pytest.mark.timeout(120)
async def test_the_business_date_is_the_registers_own_and_the_events_are_the_same_bytes_wherever_the_server_runs(
    postgres_url: str,
) -> None:
    events, rows = await told(postgres_url, SERVERS[0])

    dates = {register: date.fromisoformat(event["data"]["business_date"]) for register, event in events.items()}
    assert dates == {f"{zone.rpartition('/')[2].lower()}-{rule}": DATES[rule] for zone in ZONES for rule in RULES}
    opened = {zone: events[f"{zone.rpartition('/')[2].lower()}-opened"]["data"]["opened_at"] for zone in ZONES}
    assert opened == {
        "Europe/Minsk": "2026-01-15T19:00:00Z",
        "Europe/Warsaw": "2026-01-15T21:00:00Z",
        "Asia/Almaty": "2026-01-15T17:00:00Z",
    }
    assert len({apart_from(event["data"], OF_ONE_PLACE) for event in events.values()}) == 1
    for server in SERVERS[1:]:
        theirs, there = await told(postgres_url, server)
        assert there == rows, server
        assert {name: apart_from(one, OF_ONE_SENDING) for name, one in theirs.items()} == {
            name: apart_from(one, OF_ONE_SENDING) for name, one in events.items()
        }, server
    assert set(events) == set(registers())
