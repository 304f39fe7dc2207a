"""Write a diff as a workbook: its counts on the first sheet, then every row with what would change."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from catalog_sync.domain.diff_words import TableCell, cells, count_rows, titles
from catalog_sync.domain.prices import PriceChoice
from catalog_sync.ports.files import FilePorts
from catalog_sync.ports.records import Diff, DiffState, StoredRow
from catalog_sync.use_cases.refusals import diff_not_ready

ROWS_PER_PAGE = 2_000


async def write_diff_table(diff: Diff, path: Path, language: str, *, ports: FilePorts) -> None:
    """Write every stored row of a diff, page by page, away from the event loop.

    Raises:
        RefusedError: the diff has no rows yet.
    """
    if diff.state is not DiffState.READY:
        raise diff_not_ready(diff.state.value)
    russian = language != "en"
    table = ports.new_table(path)
    try:
        table.begin("Итоги" if russian else "Summary", ["Показатель", "Значение"] if russian else ["What", "Value"])
        table.add(_summary(diff, language))
        table.begin("Строки" if russian else "Rows", titles(language))
        after = 0
        while rows := await _page(diff, after, ports):
            await asyncio.to_thread(table.add, [cells(stored.n, stored.row, language) for stored in rows])
            after = rows[-1].n
    finally:
        await asyncio.to_thread(table.finish)


async def _page(diff: Diff, after: int, ports: FilePorts) -> list[StoredRow]:
    async with ports.open_work() as work:
        return await work.diffs.rows(diff.id, status=None, search="", after=after, limit=ROWS_PER_PAGE)


def _summary(diff: Diff, language: str) -> Iterator[list[TableCell]]:
    request = diff.request
    computed = diff.computed_at.isoformat() if diff.computed_at else None
    listed = ("да", "yes") if diff.identical_kept else ("нет, только посчитаны", "no, only counted")
    facts: tuple[tuple[str, str, str | None], ...] = (
        ("Сравнение", "Diff", str(diff.id)),
        ("Организация", "Organisation", diff.organization),
        ("Касса", "Register", diff.register),
        ("Кабинет", "Cabinet", diff.cabinet),
        ("Направление", "Direction", request.direction.value),
        ("Выбор", "Selection", request.selection.kind.value),
        ("Группа", "Group", request.selection.group),
        ("Документы", "Documents", ", ".join(request.selection.documents) or None),
        ("Закупочная цена", "Purchase price", _price(request.purchase)),
        ("Розничная цена", "Retail price", _price(request.retail)),
        ("Цены на дату", "Prices as of", request.as_of.isoformat()),
        ("Вычислено", "Computed at", computed),
        ("Версия учёта", "ERP version", diff.erp_version),
        ("Версия кабинета", "Cabinet version", diff.cabinet_version),
        ("Не сравнивалось", "Not compared", ", ".join(diff.not_compared) or None),
        ("Совпадающие строки перечислены", "Identical rows listed", listed[language == "en"]),
    )
    for russian, english, value in facts:
        yield [english if language == "en" else russian, value]
    yield from count_rows(diff.counts, language)


def _price(choice: PriceChoice | None) -> str | None:
    return None if choice is None else " ".join(filter(None, (choice.source.value, choice.price_type)))
