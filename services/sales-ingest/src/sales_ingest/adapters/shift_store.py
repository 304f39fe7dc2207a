"""Shifts: found or opened by their group, locked, assessed, saved."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

import msgspec
from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncSession

from sales_ingest.adapters.connection import Connection
from sales_ingest.adapters.shift_statements import (
    ADD_REVISION,
    BY_ID,
    CLOSED_OF,
    CONTENTS,
    COPY_REVISION_LINES,
    DECIDE,
    DECISIONS,
    IN_PERIOD,
    KEEP_FORMER_ID,
    LOCK,
    PLACE,
    READY,
    SAVE,
    SOLD_LINES,
    UNRESOLVED,
)
from sales_ingest.domain.aggregation import SoldLine
from sales_ingest.domain.business_date import local_day
from sales_ingest.domain.findings import Acceptance
from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.domain.shift_record import ShiftRecord
from sales_ingest.domain.shifts import QuarantinedFact, Reason, ShiftState, UnresolvedFact
from sales_ingest.domain.totals import ReceiptFact
from sales_ingest.ports.shifts import ClosedShift, GroupSpan, Revision, ShiftContents, ShiftDecision
from smena.cabinets.documents import DocumentKind, ZReportFigures
from smena.kinds.identity import SMENA_NAMESPACE, shift_id


class PostgresShiftStore:
    """Shifts of all registers."""

    def __init__(self, session: AsyncSession) -> None:
        self._connection = Connection(session)

    async def place(self, register: RegisterSetup, spans: Sequence[GroupSpan]) -> dict[str, int]:
        """Find or open the shifts of these groups, in one order for all workers, and lock them."""
        places: dict[str, int] = {}
        for span in sorted(spans, key=lambda one: one.group.key):
            group = span.group
            opened_at = group.opened_at or span.first_at
            rows = await self._connection.rows(
                PLACE,
                {
                    "id": _first_id(register, span),
                    "cabinet": register.cabinet,
                    "register": register.id,
                    "organization": register.organization,
                    "register_number": register.number,
                    "group_key": group.key,
                    "number": group.number,
                    "opened_at": opened_at,
                    "last_at": span.last_at,
                    "day": local_day(opened_at, register.date_rule),
                    "known": group.opened_at is not None,
                },
            )
            places[group.key] = rows[0][0]
        return places

    async def closed_of(self, register: RegisterSetup, numbers: Sequence[int]) -> list[ClosedShift]:
        """Closed shifts of these numbers."""
        if not numbers:
            return []
        rows = await self._connection.rows(CLOSED_OF, [register.cabinet, register.number, list(numbers)])
        return [ClosedShift(*row) for row in rows]

    async def lock(self, seq: int) -> ShiftRecord:
        """One writer per shift until the transaction ends."""
        return shift_record((await self._connection.rows(LOCK, [seq]))[0])

    async def by_id(self, shift_id: UUID) -> ShiftRecord | None:
        """A shift by its id, or by the one it had before its Z-report."""
        rows = await self._connection.rows(BY_ID, {"id": shift_id})
        return shift_record(rows[0]) if rows else None

    async def keep_former_id(self, seq: int, former: UUID) -> None:
        """Let an id find the shift that had it while it was open."""
        await self._connection.run(KEEP_FORMER_ID, [former, seq])

    async def in_period(self, registers: Sequence[str], first: date, last: date) -> list[ShiftRecord]:
        """Shifts of a period, oldest first."""
        rows = await self._connection.rows(IN_PERIOD, {"registers": list(registers), "first": first, "last": last})
        return [shift_record(row) for row in rows]

    async def ready(self, registers: Sequence[str]) -> list[ShiftRecord]:
        """Shifts that may be published now."""
        return [shift_record(row) for row in await self._connection.rows(READY, [list(registers)])]

    async def contents(self, seq: int) -> ShiftContents:
        """The documents of a shift, in the order of their numbers."""
        receipts: list[ReceiptFact] = []
        z_reports: list[ZReportFigures] = []
        for row in await self._connection.rows(CONTENTS, [seq]):
            fact = ReceiptFact(row[0], row[1], DocumentKind(row[2]), row[3], row[4], row[5], row[6], row[7])
            receipts.append(fact)
            if row[8] is not None:
                z_reports.append(msgspec.convert(row[8], ZReportFigures))
        return ShiftContents(receipts, z_reports)

    async def quarantined(self, seq: int) -> list[QuarantinedFact]:
        """The documents of a shift that stand in quarantine."""
        rows = await self._connection.rows(
            "select number, reason from sales_ingest.quarantine where shift_seq = %s and resolved_at is null "
            "order by number, reason",
            [seq],
        )
        return [QuarantinedFact(*row) for row in rows]

    async def unresolved(self, seq: int, annulled: Sequence[UUID]) -> UnresolvedFact:
        """Lines without an item, those of annulled sales left out."""
        rows = await self._connection.rows(UNRESOLVED, [seq, list(annulled)])
        return UnresolvedFact(rows[0][0], int(rows[0][1]))

    async def acceptances(self, seq: int) -> list[Acceptance]:
        """What people accepted, in the order of their decisions."""
        rows = await self._connection.rows(
            "select payload, reason from sales_ingest.shift_decision where shift_seq = %s and kind = 'acceptance' "
            "order by at, id",
            [seq],
        )
        return [
            Acceptance(one["field"], one["receipts"], one["z_report"], reason)
            for payload, reason in rows
            for one in payload["findings"]
        ]

    async def sold_lines(self, seq: int, annulled: Sequence[UUID]) -> list[tuple[SoldLine, str]]:
        """Lines of the sales and refunds that count, each with its sort."""
        rows = await self._connection.rows(SOLD_LINES, [seq, list(annulled)])
        return [(SoldLine._make(row[:-1]), row[-1]) for row in rows]

    async def save(self, shift: ShiftRecord) -> None:
        """Store the state of a locked shift."""
        held = None if shift.held_reasons is None else Jsonb([asdict(one) for one in shift.held_reasons])
        await self._connection.run(
            SAVE,
            [
                shift.id, shift.group_key, shift.opened_at, shift.frozen, shift.closed_at, shift.day,
                shift.business_date,
                shift.chosen_date,
                shift.state.value, Jsonb([asdict(one) for one in shift.reasons]), shift.revision,
                shift.content_sha256, held, shift.seq,
            ],
        )  # fmt: skip

    async def decide(
        self, seq: int, kind: str, payload: dict[str, Any], reason: str, person: str, at: datetime
    ) -> None:
        """Write down what a person decided."""
        await self._connection.run(DECIDE, [uuid4(), seq, kind, Jsonb(payload), reason, person, at])

    async def decisions(self, seq: int) -> list[ShiftDecision]:
        """Everything people decided about a shift, oldest first."""
        return [ShiftDecision(*row) for row in await self._connection.rows(DECISIONS, [seq])]

    async def add_revision(
        self, revision: Revision, sources: Sequence[tuple[str, Sequence[tuple[UUID, int, int]]]]
    ) -> None:
        """Store a published revision and the receipt lines behind each of its lines."""
        await self._connection.run(
            ADD_REVISION,
            [
                revision.shift_seq, revision.number, revision.shift_id, revision.event_id, revision.sha256,
                revision.content_sha256, revision.body, revision.published_at,
            ],
        )  # fmt: skip
        await self._connection.copy_text(
            COPY_REVISION_LINES,
            (_trace_row(revision.shift_seq, revision.number, key, lines) for key, lines in sources),
        )


def _trace_row(seq: int, revision: int, key: str, lines: Sequence[tuple[UUID, int, int]]) -> str:
    """A row in COPY's text format: a key is hex digits, the rest are ids and numbers."""
    if len(lines) == 1:  # as most are: a shop sells many different goods a day
        receipt, version, position = lines[0]
        return f"{seq}\t{revision}\t{key}\t{{{receipt.hex}}}\t{{{version}}}\t{{{position}}}"
    receipts, versions, positions = (
        ",".join(one)
        for one in zip(*((receipt.hex, str(version), str(at)) for receipt, version, at in lines), strict=True)
    )
    return f"{seq}\t{revision}\t{key}\t{{{receipts}}}\t{{{versions}}}\t{{{positions}}}"


def _first_id(register: RegisterSetup, span: GroupSpan) -> UUID:
    """The final id where the opening is known, else one by the group until the Z-report tells it."""
    group = span.group
    if group.opened_at is not None:
        return shift_id(register.cabinet, register.number, group.number, group.opened_at)
    return uuid5(SMENA_NAMESPACE, f"shift-group|{register.cabinet}|{register.number}|{group.key}")


def shift_record(row: Sequence[Any]) -> ShiftRecord:
    """A row in the order of ``SHIFT_COLUMNS`` as a record."""
    held = None if row[19] is None else reasons_from(row[19])
    values = [*row[:15], ShiftState(row[15]), reasons_from(row[16]), row[17], row[18], held]
    return ShiftRecord(*values)


def reasons_from(stored: Any) -> tuple[Reason, ...]:
    """Reasons as they are stored."""
    found = json.loads(stored) if isinstance(stored, str) else stored
    return tuple(Reason(one["code"], one["detail"]) for one in found)
