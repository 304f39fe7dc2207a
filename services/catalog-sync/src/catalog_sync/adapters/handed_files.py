"""Files handed to a person, in PostgreSQL."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_sync.adapters.fetching import fetch
from catalog_sync.domain.applying import RowState
from catalog_sync.ports.handed_files import HandedFile, WaitingRows

WAITING = RowState.HANDED_OVER.value


class PostgresHandedFiles:
    """Files by run, and the rows that wait for them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, run: UUID, file: HandedFile, at: datetime) -> None:
        """Keep the file of a run."""
        await fetch(
            self._session,
            "insert into catalog_sync.handed_file (run, name, media_type, body, made_at) values (%s, %s, %s, %s, %s)",
            (run, file.name, file.media_type, file.body, at),
        )

    async def get(self, run: UUID) -> HandedFile | None:
        """The file of a run; None where there is none."""
        rows = await fetch(
            self._session, "select name, media_type, body from catalog_sync.handed_file where run = %s", (run,)
        )
        return HandedFile(*rows[0]) if rows else None

    async def waiting(self, cabinet: str) -> list[WaitingRows]:
        """The rows of a cabinet that were handed over and not confirmed, by run."""
        rows = await fetch(
            self._session,
            "select r.run, r.diff, array_agg(r.n order by r.n) from catalog_sync.apply_row r "
            f"join catalog_sync.diff d on d.id = r.diff where r.state = '{WAITING}' and d.cabinet = %s "
            "group by r.run, r.diff order by r.run",
            (cabinet,),
        )
        return [WaitingRows(run, diff, tuple(numbers)) for run, diff, numbers in rows]

    async def supersede(self, run: UUID, cabinet: str, keys: Collection[str], message: str) -> int:
        """End the waiting rows of other runs whose items are handed over anew."""
        ended = await fetch(
            self._session,
            "update catalog_sync.apply_row r set state = %s, message = %s "
            "from catalog_sync.diff d, catalog_sync.diff_row w "
            f"where r.state = '{WAITING}' and r.run <> %s and d.id = r.diff and d.cabinet = %s "
            "and w.diff = r.diff and w.n = r.n and w.key = any(%s) returning r.n",
            (RowState.OUTDATED.value, message, run, cabinet, list(keys)),
        )
        return len(ended)
