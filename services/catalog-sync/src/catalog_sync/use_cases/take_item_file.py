"""Take a file of items: good rows as if they had been pushed, bad ones by name."""

from collections.abc import Sequence
from typing import BinaryIO

from catalog_sync.domain.files.cells import Reason, Rejection
from catalog_sync.domain.files.headers import ITEMS
from catalog_sync.domain.files.item_rows import GivenItem, read_items
from catalog_sync.domain.files.receipt_rows import SEVERAL_ITEMS
from catalog_sync.domain.limits import REF_CHARACTERS_MAX
from catalog_sync.ports.files import FilePorts, OpenFilesWork
from catalog_sync.use_cases.save_catalogue import save_items
from catalog_sync.use_cases.taken_file import TakenFile, TakenRow, in_batches, open_table
from smena.erp.catalogue import ErpItem

CODE_TOO_LONG = Reason(
    "too-long",
    f"код длиннее {REF_CHARACTERS_MAX} знаков не может быть ссылкой",
    f"a code of more than {REF_CHARACTERS_MAX} characters can't be a ref",
)


async def take_item_file(organization: str, body: BinaryIO, *, ports: FilePorts) -> TakenFile:
    """Read, check and store the items of a file; of rows with one ref only the first is taken.

    A row without a ref is the item of its code, else a new one with the code for its ref. A field without a
    column stays as it is known.

    Raises:
        FileRefusedError: the file as a whole.
        HeaderMissingError: it has no header.
    """
    sheet, header, rows = await open_table(ports.tables, body, ITEMS)
    file = TakenFile(organization, sheet, header)
    first_of: dict[str, int] = {}
    async for batch in in_batches(read_items(header, rows)):
        given = [result for result in batch if isinstance(result, GivenItem)]
        file.rejected += [rejection for result in batch if isinstance(result, list) for rejection in result]
        items = await _items(file, given, first_of, ports.open_work)
        if items:
            written = await save_items(organization, [item for _, item in items], open_work=ports.open_work)
            file.taken += [
                TakenRow(row, item.ref, verdict) for (row, item), verdict in zip(items, written, strict=True)
            ]
    return file


async def _items(
    file: TakenFile, given: Sequence[GivenItem], first_of: dict[str, int], open_work: OpenFilesWork
) -> list[tuple[int, ErpItem]]:
    async with open_work() as work:
        codes = {item.code for item in given if item.ref is None and item.code}
        by_code = await work.lookup.refs_by("code", file.organization, codes)
        named = [(item, ref) for item in given if (ref := _ref(file, item, by_code.get(item.code or "", [])))]
        known = await work.lookup.by_ref(file.organization, [ref for _, ref in named])
    items = []
    for item, ref in named:
        first = first_of.setdefault(ref, item.row)
        if first == item.row:
            items.append((item.row, item.over(ref, known.get(ref))))
        else:
            reason = Reason("same-ref", f"этот товар уже есть в строке {first}", f"the same item stands in row {first}")
            file.rejected.append(_at(file, item, reason, ref))
    return items


def _ref(file: TakenFile, item: GivenItem, of_code: Sequence[str]) -> str | None:
    if item.ref is not None:
        return item.ref
    code = item.code or ""
    if len(of_code) > 1:
        file.rejected.append(_at(file, item, SEVERAL_ITEMS, code))
        return None
    if not of_code and len(code) > REF_CHARACTERS_MAX:
        file.rejected.append(_at(file, item, CODE_TOO_LONG, code))
        return None
    return of_code[0] if of_code else code


def _at(file: TakenFile, item: GivenItem, reason: Reason, ref: str) -> Rejection:
    field = "code" if item.ref is None else "ref"
    return Rejection(item.row, reason, file.header.columns[field][0], field, ref)
