"""Walk the ERP's whole catalogue and take over what changed; what vanished there is archived here.

The walk is over keys; details are read only of what is new or has another version. Each page is stored in a transaction
of its own, with the versions of what it holds, so that the walk may stop anywhere and be repeated from the start: what
was stored before is neither read in detail nor written again. Only a walk that was complete says what vanished.
"""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from catalog_sync.ports.pulling import PulledKind
from catalog_sync.ports.records import Written
from catalog_sync.ports.repositories import OpenWork
from smena.erp.catalogue import DocumentKey, ErpCatalogue, ErpPrice

Progress = Callable[[int], Awaitable[None]]


class EmptyCatalogueError(Exception):
    """The ERP answered with no items at all though some are known: nothing is archived on such an answer."""


@dataclass(frozen=True, slots=True)
class _Walked:
    """What a complete walk over the keys of documents met: versions, those to be read, those that are gone."""

    versions: Mapping[str, str | None]
    changed: frozenset[str]
    gone: frozenset[str]


async def pull_erp(
    organization: str, catalogue: ErpCatalogue, *, open_work: OpenWork, progress: Progress
) -> dict[str, dict[str, int]]:
    """Read items, price settings and goods receipts; answers how many of each were new, changed, unchanged, gone."""
    return {
        "items": await _pull_items(organization, catalogue, open_work, progress),
        "prices": await _pull_prices(organization, catalogue, open_work, progress),
        "goods_receipts": await _pull_receipts(organization, catalogue, open_work, progress),
    }


async def _pull_items(
    organization: str, catalogue: ErpCatalogue, open_work: OpenWork, progress: Progress
) -> dict[str, int]:
    async with open_work() as work:
        known = await work.pulled.item_keys(organization)
    seen: set[str] = set()
    changed: set[str] = set()
    async for keys in catalogue.item_keys():
        seen.update(key.ref for key in keys)
        changed.update(key.ref for key in keys if key.version is None or known.get(key.ref) != key)
        await progress(len(keys))
    if not seen and known:
        raise EmptyCatalogueError(organization)
    counts = Counter({Written.UNCHANGED: len(seen) - len(changed)})
    if changed:
        async for page in catalogue.items(changed):
            fresh = list({item.ref: item for item in page}.values())
            async with open_work() as work:
                counts.update(await work.erp.save_items(organization, fresh))
                await work.commit()
            await progress(len(fresh))
    async with open_work() as work:
        gone = await work.erp.archive_absent(organization, seen) if known.keys() - seen else 0
        await work.commit()
    return _summary(counts, gone)


async def _pull_prices(
    organization: str, catalogue: ErpCatalogue, open_work: OpenWork, progress: Progress
) -> dict[str, int]:
    walked = await _walk(organization, PulledKind.PRICE_SETTING, catalogue.price_setting_keys(), open_work, progress)
    counts: Counter[Written] = Counter()
    gone = 0
    left = set(walked.changed)
    if walked.changed:
        async for page in catalogue.prices(walked.changed):
            prices = list({(p.item_ref, p.price_type, p.effective_at, p.document_number): p for p in page}.values())
            documents = {price.document_ref or "" for price in prices}
            async with open_work() as work:
                counts.update(await work.erp.save_prices(organization, prices))
                gone += await work.pulled.withdraw_prices(organization, documents, [_price_key(p) for p in prices])
                await work.pulled.remember(
                    organization, PulledKind.PRICE_SETTING, {ref: walked.versions.get(ref) for ref in documents}
                )
                await work.commit()
            left -= documents
            await progress(len(prices))
    async with open_work() as work:
        gone += await work.pulled.withdraw_prices(organization, walked.gone | left, ())
        counts[Written.UNCHANGED] += await work.pulled.prices_in_force(organization, walked.changed)
        await work.pulled.remember(organization, PulledKind.PRICE_SETTING, {r: walked.versions[r] for r in left})
        await work.pulled.forget(organization, PulledKind.PRICE_SETTING, walked.gone)
        await work.commit()
    return _summary(counts, gone)


async def _pull_receipts(
    organization: str, catalogue: ErpCatalogue, open_work: OpenWork, progress: Progress
) -> dict[str, int]:
    kind = PulledKind.GOODS_RECEIPT
    walked = await _walk(organization, kind, catalogue.goods_receipt_keys(), open_work, progress)
    counts = Counter({Written.UNCHANGED: len(walked.versions) - len(walked.changed)})
    if walked.changed:
        async for page in catalogue.goods_receipts(walked.changed):
            fresh = list({receipt.ref: receipt for receipt in page}.values())
            async with open_work() as work:
                counts.update(await work.erp.save_receipts(organization, fresh))
                await work.pulled.remember(organization, kind, {r.ref: walked.versions.get(r.ref) for r in fresh})
                await work.commit()
            await progress(len(fresh))
    async with open_work() as work:
        gone = await work.erp.withdraw_absent_receipts(organization, walked.versions.keys())
        await work.pulled.forget(organization, kind, walked.gone)
        await work.commit()
    return _summary(counts, gone)


async def _walk(
    organization: str,
    kind: PulledKind,
    pages: AsyncIterator[Sequence[DocumentKey]],
    open_work: OpenWork,
    progress: Progress,
) -> _Walked:
    async with open_work() as work:
        known = await work.pulled.documents(organization, kind)
    versions: dict[str, str | None] = {}
    async for keys in pages:
        versions.update((key.ref, key.version) for key in keys)
        await progress(len(keys))
    changed = {ref for ref, version in versions.items() if version is None or known.get(ref, "") != version}
    return _Walked(versions, frozenset(changed), frozenset(known.keys() - versions.keys()))


def _price_key(price: ErpPrice) -> str:
    """By what a price is told from the others of its document."""
    return "\x1f".join((price.item_ref, price.price_type, price.document_ref or ""))


def _summary(counts: Counter[Written], gone: int) -> dict[str, int]:
    return {**{written.value: counts[written] for written in Written}, "gone": gone}
