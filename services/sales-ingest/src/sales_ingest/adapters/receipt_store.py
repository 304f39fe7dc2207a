"""Receipts in bulk: identities by INSERT … ON CONFLICT, everything else by COPY."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb
from sqlalchemy.ext.asyncio import AsyncSession

from sales_ingest.adapters.connection import Connection
from sales_ingest.domain.items import Carried, Resolution
from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.ports.receipts import KnownReceipt, ReceiptToStore
from smena.kinds.vat import VatRate

LOCK_REGISTER = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"

KNOWN = """
select fiscal_id, receipt_id, version, content_hash, raw_hash from sales_ingest.receipt_identity
where cabinet = %s and register_number = %s and fiscal_id = any(%s)
"""

STAGE_IDENTITIES = """
create temporary table if not exists identity_page (like sales_ingest.receipt_identity) on commit delete rows
"""

COPY_IDENTITIES = """
copy identity_page (cabinet, register_number, fiscal_id, receipt_id, version, content_hash, raw_hash) from stdin
"""

MERGE_IDENTITIES = """
insert into sales_ingest.receipt_identity as known select * from identity_page
on conflict (cabinet, register_number, fiscal_id) do update
set version = excluded.version, content_hash = excluded.content_hash, raw_hash = excluded.raw_hash
where known.version = excluded.version - 1
"""

COPY_VERSIONS = "copy sales_ingest.receipt_version (receipt_id, version, stored_at, raw) from stdin"

COPY_RECEIPTS = """
copy sales_ingest.receipt (id, version, cabinet, register, organization, register_number, fiscal_id, kind, number, at,
shift_seq, payable, gross, discount, markup, payments, cashier, target_fiscal_id, z_report, stored_at) from stdin
"""

COPY_LINES = """
copy sales_ingest.receipt_line (receipt_id, version, position, cabinet, name, unit, unit_given, quantity, price,
price_source, list_price, gross, discount, receipt_discount, markup, receipt_markup, amount, vat_rate, vat_source,
vat_amount, kind, mark, cabinet_item_id, barcode, barcode_digits, article, item_ref, resolution, group_key) from stdin
"""

SOLD_RATES = """
select r.fiscal_id, l.group_key, min(l.vat_rate), max(l.vat_rate)
from sales_ingest.receipt_identity i
join sales_ingest.receipt r on r.id = i.receipt_id
join sales_ingest.receipt_line l on l.receipt_id = r.id and l.version = r.version
where i.cabinet = %s and i.register_number = %s and i.fiscal_id = any(%s) and r.kind = 'sale'
group by 1, 2
"""

FILLED_ITEMS = """
select l.receipt_id, l.group_key, l.item_ref, l.resolution from sales_ingest.receipt r
join sales_ingest.receipt_line l on l.receipt_id = r.id and l.version = r.version
where r.id = any(%s) and l.resolution in ('manual', 'default')
order by l.position desc
"""


class StoredElsewhereError(Exception):
    """Another worker stored the same documents outside the register's lock; the page is read again."""


class PostgresReceiptStore:
    """Receipts of all registers."""

    def __init__(self, session: AsyncSession) -> None:
        self._connection = Connection(session)

    async def lock_register(self, register: RegisterSetup) -> None:
        """One worker at a time stores documents of a register."""
        await self._connection.rows(LOCK_REGISTER, [f"sales_ingest register|{register.cabinet}|{register.number}"])

    async def known(self, register: RegisterSetup, fiscal_ids: Sequence[str]) -> dict[str, KnownReceipt]:
        """Which of these documents are stored."""
        rows = await self._connection.rows(KNOWN, [register.cabinet, register.number, list(fiscal_ids)])
        return {row[0]: KnownReceipt(*row[1:]) for row in rows}

    async def shifts_of(self, receipts: Sequence[UUID]) -> dict[UUID, int]:
        """In which shifts these receipts stand now."""
        rows = await self._connection.rows(
            "select id, shift_seq from sales_ingest.receipt where id = any(%s)", [list(receipts)]
        )
        return {row[0]: row[1] for row in rows}

    async def filled_items(self, receipts: Sequence[UUID]) -> Mapping[tuple[UUID, str], tuple[str, Resolution]]:
        """Items filled into lines of these receipts."""
        if not receipts:
            return {}
        rows = await self._connection.rows(FILLED_ITEMS, [list(receipts)])
        return {(row[0], row[1]): (row[2], Resolution(row[3])) for row in rows}

    async def sold_rates(self, register: RegisterSetup, fiscal_ids: Sequence[str]) -> Mapping[tuple[str, str], VatRate]:
        """VAT rates of these sales; a group with two rates decides nothing."""
        if not fiscal_ids:
            return {}
        rows = await self._connection.rows(SOLD_RATES, [register.cabinet, register.number, list(fiscal_ids)])
        return {(row[0], row[1]): VatRate(row[2]) for row in rows if row[2] == row[3]}

    async def store(self, register: RegisterSetup, receipts: Sequence[ReceiptToStore], at: datetime) -> None:
        """Store new documents and new versions; raises when somebody else was faster."""
        if not receipts:
            return
        await self._connection.run(STAGE_IDENTITIES)
        await self._connection.copy(
            COPY_IDENTITIES,
            (
                (
                    register.cabinet,
                    register.number,
                    one.document.fiscal_id,
                    one.id,
                    one.version,
                    one.content_hash,
                    one.raw_hash,
                )
                for one in receipts
            ),
        )
        if await self._connection.run(MERGE_IDENTITIES) != len(receipts):
            raise StoredElsewhereError(register.id)
        changed = [one.id for one in receipts if one.version > 1]
        if changed:  # the text of each version stays; the current row is written anew
            await self._connection.run("delete from sales_ingest.receipt where id = any(%s)", [changed])
        await self._connection.copy(COPY_VERSIONS, ((one.id, one.version, at, one.document.raw) for one in receipts))
        await self._connection.copy(COPY_RECEIPTS, (_receipt_row(register, one, at) for one in receipts))
        await self._connection.copy(COPY_LINES, _line_rows(register, receipts))


def _receipt_row(register: RegisterSetup, one: ReceiptToStore, at: datetime) -> tuple[Any, ...]:
    document = one.document
    payments: dict[str, int] = {}
    for kind, amount in document.payments:
        payments[kind.value] = payments.get(kind.value, 0) + amount
    z_report = Jsonb(msgspec.to_builtins(document.z_report)) if document.z_report is not None else None
    return (
        one.id, one.version, register.cabinet, register.id, register.organization, register.number,
        document.fiscal_id, document.kind.value, document.number, document.at, one.shift_seq, document.payable,
        document.gross, document.discount, document.markup, Jsonb(payments), document.cashier,
        document.target_fiscal_id, z_report, at,
    )  # fmt: skip


def _line_rows(register: RegisterSetup, receipts: Sequence[ReceiptToStore]) -> Iterator[tuple[Any, ...]]:
    cabinet = register.cabinet
    for one in receipts:
        for line in one.lines:
            source, sums = line.source, line.sums
            waits = line.resolution in {Resolution.NONE, Resolution.DEFAULT}
            digits = Carried(None, source.barcode, None, "").barcode_digits if waits and source.barcode else None
            yield (
                one.id, one.version, source.position, cabinet, source.name, line.unit, source.unit is not None,
                source.quantity, line.price, str(line.price_source), line.list_price, sums.gross, sums.discount,
                sums.receipt_discount, sums.markup, sums.receipt_markup, sums.amount, str(line.vat_rate),
                str(line.vat_source), line.vat_amount, source.kind, source.mark, source.cabinet_item_id,
                source.barcode, digits, source.article, line.item_ref, str(line.resolution), line.group,
            )  # fmt: skip
