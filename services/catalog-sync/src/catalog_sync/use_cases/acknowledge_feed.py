"""Take the answers of an ERP that fetches: its own reference binds an item, its refusal ends the row."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from zoneinfo import ZoneInfo

from catalog_sync.domain.applying import RowState
from catalog_sync.domain.feed_body import wanted_item
from catalog_sync.domain.import_writes import import_write_of, price_moment
from catalog_sync.domain.outcomes import Outcome
from catalog_sync.ports.imports import FeedEntry, FeedState
from catalog_sync.ports.records import Diff, StoredRow
from catalog_sync.ports.repositories import CatalogWork, OpenWork
from catalog_sync.use_cases.record_outcomes import record_outcomes, tell_applied
from smena.clock import Clock
from smena.config.model import SmenaConfig
from smena.erp.catalogue import ErpPrice


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The ERP's answer to one position: its own reference, or why it refused."""

    position: int
    ref: str | None
    refused: str | None


class Answer(StrEnum):
    """What became of an acknowledgement."""

    BOUND = "bound"
    REFUSED = "refused"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Answered:
    """The verdict on one acknowledgement; a rejected one says why."""

    position: int
    status: Answer
    message_ru: str | None = None
    message_en: str | None = None


async def acknowledge_feed(
    organization: str,
    acknowledgements: Sequence[Acknowledgement],
    *,
    config: SmenaConfig,
    open_work: OpenWork,
    clock: Clock,
) -> list[Answered]:
    """Store the answers in one transaction, one verdict each, in order; an answer told again changes nothing."""
    async with open_work() as work:
        entries = await work.feed.at(organization, [one.position for one in acknowledgements])
        answered: list[Answered] = []
        for one in acknowledgements:
            entry = entries.get(one.position)
            verdict = _verdict(one, entry)
            answered.append(verdict)
            if entry is None or verdict.status not in {Answer.BOUND, Answer.REFUSED}:
                continue
            changed = replace(
                entry,
                state=FeedState.BOUND if one.ref is not None else FeedState.REFUSED,
                ref=one.ref,
                message=one.refused,
                acknowledged_at=clock.now(),
            )
            entries[one.position] = changed
            await _settle(work, changed, config, clock)
        await work.feed.acknowledge([entry for entry in entries.values() if entry.acknowledged_at is not None])
        await work.commit()
    return answered


def _verdict(one: Acknowledgement, entry: FeedEntry | None) -> Answered:
    if entry is None:
        return Answered(one.position, Answer.REJECTED, "Такой позиции нет", "No such position")
    if entry.state is FeedState.BOUND:
        if one.ref == entry.ref:
            return Answered(one.position, Answer.UNCHANGED)
        words = f"Позиция уже подтверждена ссылкой {entry.ref}", f"Already acknowledged with {entry.ref}"
        return Answered(one.position, Answer.REJECTED, *words)
    if one.ref is None:
        same = entry.state is FeedState.REFUSED and entry.message == one.refused
        return Answered(one.position, Answer.UNCHANGED if same else Answer.REFUSED)
    known = entry.body["item"]["ref"]
    if known is not None and known != one.ref:
        words = f"Это изменение товара {known}, а не {one.ref}", f"This is a change of {known}, not of {one.ref}"
        return Answered(one.position, Answer.REJECTED, *words)
    return Answered(one.position, Answer.BOUND)


async def _settle(work: CatalogWork, entry: FeedEntry, config: SmenaConfig, clock: Clock) -> None:
    """The row's end; a bound item is known at once as the ERP stored it."""
    diff = await work.diffs.get(entry.diff)
    stored = (await work.diffs.rows_by_number(entry.diff, [entry.n])).get(entry.n)
    if diff is None or stored is None:
        return
    if entry.ref is None:
        outcome = Outcome(entry.n, RowState.FAILED, stored.row, message=entry.message)
    else:
        state = RowState.CREATED if stored.row.item is None else RowState.UPDATED
        outcome = Outcome(entry.n, state, stored.row, stored.row.counterpart, item_ref=entry.ref)
        await work.erp.save_items(entry.organization, [wanted_item(stored.row, entry.ref)])
        if entry.body["price"] is not None:
            await work.erp.save_prices(entry.organization, [_price(entry.ref, diff, stored, config)])
    await record_outcomes(work, entry.run, diff, [outcome], clock.now())
    counts = await work.apply_rows.counts(entry.run)
    if not counts.get(RowState.OFFERED):
        await tell_applied(work, entry.run, diff, counts)


def _price(ref: str, diff: Diff, stored: StoredRow, config: SmenaConfig) -> ErpPrice:
    """The price the ERP took; its own setting, pushed later, is another one."""
    choice, price = diff.request.retail, import_write_of(stored.row).price
    assert choice is not None, "an entry has a price only where a price type takes it"
    assert price is not None, "an entry has a price only where its row shows one"
    zone = ZoneInfo(config.organization(diff.organization).timezone)
    at = price_moment(diff.request.as_of, [stored.row]).replace(tzinfo=zone)
    return ErpPrice(ref, choice.price_type or "", price, at)
