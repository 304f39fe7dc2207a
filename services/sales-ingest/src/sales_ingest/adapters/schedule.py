"""Schedules and turns in the database, so that several workers share them."""

from datetime import date, datetime
from uuid import uuid4

from sales_ingest.adapters.connection import Connection
from sales_ingest.domain.registers import RegisterSetup
from smena.db.database import Database
from smena.leases.leases import Leases
from smena.runs.store import RunStore

FIRE = """
insert into sales_ingest.schedule as known (register, fired_at) values (%s, %s)
on conflict (register) do update set fired_at = excluded.fired_at where known.fired_at < excluded.fired_at
"""


class PullSchedule:
    """Queues a register's pull once for each time of its cron, whoever looks."""

    def __init__(self, database: Database, runs: RunStore, kind: str) -> None:
        self._database = database
        self._runs = runs
        self._kind = kind

    async def start_pull(
        self, register: RegisterSetup, due: datetime, first: date, last: date, *, nightly: bool = False
    ) -> bool:
        """The time fired and the run it started are committed together."""
        key = f"nightly|{register.id}" if nightly else register.id  # no register's id has such a bar
        name = "nightly" if nightly else "auto-pull"
        async with self._database.session() as session:
            if not await Connection(session).run(FIRE, [key, due]):
                return False
            await self._runs.create(
                session,
                kind=self._kind,
                payload={"registers": [register.id], "from": first.isoformat(), "to": last.isoformat()},
                organization=register.organization,
                dedupe=f"{name}|{register.id}|{due.timestamp():.0f}",
            )
            await session.commit()
            return True


class LeasedTurn:
    """One worker at a time, by a lease that ends by itself when the worker does."""

    def __init__(self, database: Database, leases: Leases, seconds: float) -> None:
        self._database = database
        self._leases = leases
        self._seconds = seconds
        self._owner = uuid4().hex

    async def take(self, name: str) -> bool:
        """Whether it is this worker's turn."""
        async with self._database.session() as session:
            fence = await self._leases.take(session, name, self._owner, self._seconds)
            await session.commit()
        return fence is not None
