"""Take a file of goods receipts, or an electronic waybill: good lines as if pushed, bad ones by name."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO

from catalog_sync.domain.files.cells import Rejection
from catalog_sync.domain.files.headers import RECEIPTS
from catalog_sync.domain.files.receipt_rows import ITEM_KEYS, GivenLine, ItemKey, read_lines
from catalog_sync.domain.files.receipts import ReadReceipt, collect
from catalog_sync.ports.files import FilePorts, OpenFilesWork
from catalog_sync.use_cases.save_catalogue import save_receipts
from catalog_sync.use_cases.taken_file import TakenFile, TakenRow, in_batches, open_table

LINES_PER_WRITE_MAX = 5_000


async def take_receipt_file(organization: str, body: BinaryIO, *, ports: FilePorts) -> TakenFile:
    """Read, check and store the goods receipts of a file; a line that is refused is missing in its document.

    Raises:
        FileRefusedError: the file as a whole.
        HeaderMissingError: it has no header.
    """
    sheet, header, rows = await open_table(ports.tables, body, RECEIPTS)
    file = TakenFile(organization, sheet, header)
    await _take(file, read_lines(header, rows, organization, "goods-receipt-file"), ports)
    return file


async def take_waybill_file(organization: str, body: BinaryIO, *, ports: FilePorts) -> TakenFile:
    """Make a goods receipt of an electronic waybill; goods whose GTIN no item carries are named.

    Raises:
        FileRefusedError: the file as a whole.
    """
    header, rows = await asyncio.to_thread(ports.waybills.goods, organization, body)
    file = TakenFile(organization, None, header)
    await _take(file, read_lines(header, rows, organization, "waybill"), ports)
    return file


async def _take(file: TakenFile, results: Iterator[GivenLine | list[Rejection]], ports: FilePorts) -> None:
    lines: list[GivenLine] = []
    async for batch in in_batches(results):
        lines += [result for result in batch if isinstance(result, GivenLine)]
        file.rejected += [rejection for result in batch if isinstance(result, list) for rejection in result]
    refs = await _refs(file.organization, lines, ports.open_work)
    found = await asyncio.to_thread(collect, lines, lambda key: _refs_of(key, refs))
    file.rejected += found.rejected
    file.rejected.sort(key=lambda rejection: rejection.row)
    refused: dict[str, set[int]] = {}
    for rejection in file.rejected:
        refused.setdefault(rejection.ref or "", set()).add(rejection.row)
    for receipts in _writes(found.receipts):
        written = await save_receipts(file.organization, [one.receipt for one in receipts], open_work=ports.open_work)
        for one, verdict in zip(receipts, written, strict=True):
            receipt = one.receipt
            missing = refused.get(receipt.ref, set()) | refused.get(receipt.number, set())
            file.taken.append(TakenRow(one.row, receipt.ref, verdict, receipt.number, len(receipt.lines), len(missing)))


async def _refs(
    organization: str, lines: Iterable[GivenLine], open_work: OpenFilesWork
) -> Mapping[str, Mapping[str, Sequence[str]]]:
    """For each way of naming an item, value → refs."""
    asked: dict[str, set[str]] = {by: set() for by in ITEM_KEYS if by != "item_ref"}
    for line in lines:
        if line.item.by in asked:
            asked[line.item.by].add(line.item.value)
    async with open_work() as work:
        return {by: await work.lookup.refs_by(by, organization, values) for by, values in asked.items()}


def _refs_of(key: ItemKey, refs: Mapping[str, Mapping[str, Sequence[str]]]) -> Sequence[str]:
    return [key.value] if key.by == "item_ref" else refs[key.by].get(key.value, ())


def _writes(receipts: Sequence[ReadReceipt]) -> Iterator[list[ReadReceipt]]:
    """Documents in groups that one statement takes."""
    group: list[ReadReceipt] = []
    lines = 0
    for one in receipts:
        if group and lines + len(one.receipt.lines) > LINES_PER_WRITE_MAX:
            yield group
            group, lines = [], 0
        group.append(one)
        lines += len(one.receipt.lines)
    if group:
        yield group
