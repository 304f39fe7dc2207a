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
from catalog_sync.domain.undoing import RefusedField
from catalog_sync.ports.records import ApplyRow, Intent
from smena.cabinets.items import CabinetItem, ItemWrite

_COLUMNS = "n, state, cabinet_item_id, message, sent_at, before, written, refused"
_decode_item = msgspec.json.Decoder(CabinetItem).decode
_decode_write = msgspec.json.Decoder(ItemWrite).decode


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

    async def mark_sent(self, run: UUID, intents: Mapping[int, Intent], at: datetime) -> None:
        """Store the intents: from here on a row may have been written; they are what undo needs."""
        columns = transposed(
            (
                (n, _encoded(one.before), msgspec.json.encode(one.write), _refused_text(one.refused))
                for n, one in intents.items()
            ),
            4,
        )
        await fetch(
            self._session,
            "update catalog_sync.apply_row r set state = %s, sent_at = %s, before = t.before, written = t.written, "
            "refused = t.refused::jsonb "
            "from unnest(%s::int[], %s::bytea[], %s::bytea[], %s::text[]) as t(n, before, written, refused) "
            "where r.run = %s and r.n = t.n",
            (RowState.SENT.value, at, *columns, run),
        )

    async def finish(self, run: UUID, rows: Sequence[ApplyRow]) -> None:
        """Store the outcomes of rows."""
        if rows:
            columns = transposed(
                ((r.n, r.state.value, r.cabinet_item_id, r.message, _refused_text(r.refused)) for r in rows), 5
            )
            await fetch(
                self._session,
                "update catalog_sync.apply_row r set state = t.state, cabinet_item_id = t.id, message = t.message, "
                "refused = coalesce(t.refused::jsonb, r.refused) "
                "from unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[]) "
                "as t(n, state, id, message, refused) "
                "where r.run = %s and r.n = t.n",
                (*columns, run),
            )

    async def under_way(self, diff_id: UUID, numbers: Sequence[int]) -> list[int]:
        """Which of these rows some run of the diff has not ended with."""
        found = await fetch(
            self._session,
            "select distinct r.n from catalog_sync.apply_row r join catalog_sync.run on run.id = r.run "
            "where r.diff = %s and r.n = any(%s) and r.state in ('planned', 'sent') "
            "and run.state in ('queued', 'running') order by r.n",
            (diff_id, list(numbers)),
        )
        return [row[0] for row in found]

    async def written_of(self, diff_id: UUID) -> list[int]:
        """The rows that some run of the diff wrote or bound."""
        found = await fetch(
            self._session,
            "select distinct n from catalog_sync.apply_row where diff = %s and state = any(%s) order by n",
            (diff_id, [RowState.CREATED.value, RowState.UPDATED.value, RowState.BOUND.value]),
        )
        return [row[0] for row in found]

    async def by_number(self, run: UUID, numbers: Sequence[int]) -> dict[int, ApplyRow]:
        """Rows of a run by their numbers."""
        found = await fetch(
            self._session,
            f"select {_COLUMNS} from catalog_sync.apply_row where run = %s and n = any(%s)",
            (run, list(numbers)),
        )
        return {row.n: row for row in map(_row, found)}

    async def to_undo(self, run: UUID) -> list[int]:
        """The rows of a run that wrote, or may have written."""
        found = await fetch(
            self._session,
            "select n from catalog_sync.apply_row where run = %s "
            "and state in ('created', 'updated', 'sent') order by n",
            (run,),
        )
        return [row[0] for row in found]

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
    n, state, item_id, message, sent_at, before, written, refused = values
    return ApplyRow(
        n,
        RowState(state),
        item_id,
        message,
        sent_at,
        None if before is None else _decode_item(before),
        None if written is None else _decode_write(written),
        msgspec.convert(refused or (), tuple[RefusedField, ...]),
    )


def _encoded(item: CabinetItem | None) -> bytes | None:
    return None if item is None else msgspec.json.encode(item)


def _refused_text(refused: Sequence[RefusedField]) -> str | None:
    return msgspec.json.encode(list(refused)).decode() if refused else None
