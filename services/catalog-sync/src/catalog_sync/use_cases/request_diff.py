"""Accept a diff to be computed: every default filled in, every refusal said at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import uuid4
from zoneinfo import ZoneInfo

from catalog_sync.domain.prices import PriceChoice, PriceSource
from catalog_sync.domain.rows import Direction, Field
from catalog_sync.domain.selection import Selection, SelectionKind
from catalog_sync.ports.records import Diff, DiffRequest, DiffState
from catalog_sync.ports.repositories import OpenWork
from catalog_sync.use_cases.refusals import (
    price_type_missing,
    retail_source_not_allowed,
    selection_not_offered,
    unknown_receipts,
)
from smena.clock import Clock
from smena.config.organizations import Organization
from smena.config.registers import Register
from smena.runs.store import RunStore

DIFF_RUN = "diff"


@dataclass(frozen=True, slots=True)
class AskedPrice:
    """A price source as asked for; a price type may be left to the register's default."""

    source: PriceSource
    price_type: str | None = None


@dataclass(frozen=True, slots=True)
class AskedDiff:
    """A diff as asked for."""

    direction: Direction
    selection: Selection
    purchase: AskedPrice | None = None
    retail: AskedPrice | None = None
    as_of: date | None = None


async def request_diff(
    asked: AskedDiff,
    *,
    register: Register,
    organization: Organization,
    owned: Collection[str],
    person: str,
    open_work: OpenWork,
    runs: RunStore,
    clock: Clock,
) -> Diff:
    """Queue the computation of a diff; answers its head. ``owned`` are the fields the cabinet owns.

    Raises:
        RefusedError: a price source, a price type, a selection or a document that cannot be.
    """
    request = DiffRequest(
        direction=asked.direction,
        selection=asked.selection,
        purchase=_purchase(asked, register),
        retail=_retail(asked, register, organization),
        as_of=asked.as_of or clock.now().astimezone(ZoneInfo(organization.timezone)).date(),
        owned_by_cabinet=frozenset(Field(name) for name in owned),
    )
    if asked.direction is Direction.IMPORT and asked.selection.kind is SelectionKind.GOODS_RECEIPTS:
        raise selection_not_offered(asked.selection.kind.value)
    async with open_work() as work:
        _, unknown = await work.erp.refs_received(organization.id, asked.selection.documents)
        if unknown:
            raise unknown_receipts(sorted(unknown))
        diff_id = uuid4()
        run = await runs.create(
            work.session,
            kind=DIFF_RUN,
            payload={"diff": str(diff_id)},
            organization=organization.id,
            dedupe=f"diff|{diff_id}",
        )
        diff = Diff(
            id=diff_id,
            run=run.id,
            organization=organization.id,
            register=register.id,
            cabinet=register.cabinet,
            request=request,
            state=DiffState.COMPUTING,
            created_at=clock.now(),
            created_by=person,
        )
        await work.diffs.add(diff)
        await work.commit()
    return diff


def _purchase(asked: AskedDiff, register: Register) -> PriceChoice | None:
    """Purchase prices are exported only; without a wish the register's price type, else the latest receipts."""
    if asked.direction is Direction.IMPORT:
        return None
    default = register.price_types.purchase
    if asked.purchase is None:
        if default is None:
            return PriceChoice(PriceSource.GOODS_RECEIPTS)
        return PriceChoice(PriceSource.PRICE_TYPE, default)
    return _choice(asked.purchase, default, "purchase")


def _retail(asked: AskedDiff, register: Register, organization: Organization) -> PriceChoice | None:
    """An import takes retail prices only where a price type is named for them."""
    if asked.retail is None and asked.direction is Direction.IMPORT:
        return None
    wish = asked.retail or AskedPrice(PriceSource.PRICE_TYPE)
    if wish.source is PriceSource.GOODS_RECEIPTS and (
        organization.accounting == "quantity-sum" or asked.direction is Direction.IMPORT
    ):
        raise retail_source_not_allowed()
    return _choice(wish, register.price_types.retail, "retail")


def _choice(wish: AskedPrice, default: str | None, which: str) -> PriceChoice:
    if wish.source is PriceSource.GOODS_RECEIPTS:
        return PriceChoice(wish.source)
    price_type = wish.price_type or default
    if price_type is None:
        raise price_type_missing(which)
    return PriceChoice(wish.source, price_type)
