"""Rows of apply runs in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_sync.adapters.columns import transposed
from catalog_sync.adapters.fetching import fetch
from catalog_sync.domain.applying import RowState
from catalog_sync.ports.records import ApplyRow
from smena.cabinets.items import CabinetItem

_COLUMNS = "n, state, cabinet_item_id, message, sent_at, before"
_decode_item = msgspec.json.Decoder(CabinetItem).decode


class PostgresApplyRows:
    """The intent of each row before the call, its outcome after."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def plan(self, run: UUID, diff_id: UUID, numbers: Sequence[int]) -> None:
        """Put the rows of a new run down as planned."""
        await fetch(
            self._session,
            "insert into catalog_sync.apply_row (run, n, diff, state) "
            "select %s, n, %s, %s from unnest(%s::int[]) as t(n)",
            (run, diff_id, RowState.PLANNED.value, list(numbers)),
        )

    async def open_rows(self, run: UUID) -> list[ApplyRow]:
        """The rows that have not ended, in order."""
        found = await fetch(
            self._session,
            f"select {_COLUMNS} from catalog_sync.apply_row where run = %s and state in ('planned', 'sent') order by n",
            (run,),
        )
        return [_row(values) for values in found]

    async def mark_sent(self, run: UUID, befores: Mapping[int, CabinetItem | None], at: datetime) -> None:
        """Store the intent: from here on a row may have been written; ``befores`` are what undo needs."""
        columns = transposed(
            ((n, None if item is None else msgspec.json.encode(item)) for n, item in befores.items()), 2
        )
        await fetch(
            self._session,
            "update catalog_sync.apply_row r set state = %s, sent_at = %s, before = t.before "
            "from unnest(%s::int[], %s::bytea[]) as t(n, before) where r.run = %s and r.n = t.n",
            (RowState.SENT.value, at, *columns, run),
        )

    async def finish(self, run: UUID, rows: Sequence[ApplyRow]) -> None:
        """Store the outcomes of rows."""
        if rows:
            columns = transposed(((r.n, r.state.value, r.cabinet_item_id, r.message) for r in rows), 4)
            await fetch(
                self._session,
                "update catalog_sync.apply_row r set state = t.state, cabinet_item_id = t.id, message = t.message "
                "from unnest(%s::int[], %s::text[], %s::text[], %s::text[]) as t(n, state, id, message) "
                "where r.run = %s and r.n = t.n",
                (*columns, run),
            )

    async def counts(self, run: UUID) -> dict[str, int]:
        """How many rows stand in each state."""
        found = await fetch(
            self._session,
            "select state, count(*)::int from catalog_sync.apply_row where run = %s group by state",
            (run,),
        )
        return dict(found)

    async def page(self, run: UUID, *, state: RowState | None, after: int, limit: int) -> list[ApplyRow]:
        """Rows of a run after a number, of one state where asked."""
        found = await fetch(
            self._session,
            f"select {_COLUMNS} from catalog_sync.apply_row "
            "where run = %s and n > %s and (%s::text is null or state = %s) order by n limit %s",
            (run, after, state.value if state else None, state.value if state else None, limit),
        )
        return [_row(values) for values in found]


def _row(values: tuple[Any, ...]) -> ApplyRow:
    n, state, item_id, message, sent_at, before = values
    return ApplyRow(n, RowState(state), item_id, message, sent_at, None if before is None else _decode_item(before))
