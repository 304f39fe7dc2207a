"""A diff in the accountant's words, as rows of a table."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from catalog_sync.domain.rows import Change, DiffRow, Field, Match, MatchedBy, Sort, Status, Value
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem

Words: TypeAlias = tuple[str, str]
TableCell: TypeAlias = str | int | None

STATUSES: Mapping[Status, Words] = {
    Status.MISSING: ("Нет соответствия", "missing"),
    Status.DIFFERS: ("Есть отличия", "differs"),
    Status.IDENTICAL: ("Совпадает", "identical"),
    Status.AMBIGUOUS: ("Несколько совпадений", "ambiguous"),
    Status.INVALID: ("Не заполнено", "invalid"),
}
SORTS: Mapping[Sort, Words] = {
    Sort.SUBSTANTIAL: ("существенные", "substantial"),
    Sort.COSMETIC: ("только пробелы", "cosmetic"),
}
MATCHES: Mapping[MatchedBy, Words] = {
    MatchedBy.BINDING: ("Связь", "binding"),
    MatchedBy.BARCODE: ("Штрихкод", "barcode"),
    MatchedBy.ARTICLE: ("Артикул", "article"),
    MatchedBy.NAME: ("Наименование", "name"),
    MatchedBy.MANUAL: ("Вручную", "manual"),
}
FIELDS: Mapping[Field, Words] = {
    Field.NAME: ("Наименование", "name"),
    Field.UNIT: ("Единица", "unit"),
    Field.GROUP: ("Группа", "group"),
    Field.BARCODE: ("Штрихкод", "barcode"),
    Field.ARTICLE: ("Артикул", "article"),
    Field.VAT_RATE: ("Ставка НДС", "VAT rate"),
    Field.PURCHASE_PRICE: ("Закупочная цена", "purchase price"),
    Field.RETAIL_PRICE: ("Розничная цена", "retail price"),
    Field.ACTIVE: ("Используется", "active"),
}
PRICED = (Field.PURCHASE_PRICE, Field.RETAIL_PRICE)
_HEAD: Sequence[Words] = (
    ("№", "No"),
    ("Статус", "Status"),
    ("Отличия", "Sort"),
    ("Ссылка в учёте", "ERP ref"),
    ("Код", "ERP code"),
    ("Наименование в учёте", "ERP name"),
    ("Код в кабинете", "Cabinet id"),
    ("Наименование в кабинете", "Cabinet name"),
    ("Как найдено", "Matched by"),
    ("Почему", "Why"),
)


def titles(language: str) -> list[str]:
    """The header of the rows' table."""
    words = [_said(title, language) for title in _HEAD]
    before, after = ("было", "станет") if language == "ru" else ("before", "after")
    for name in FIELDS.values():
        words += [f"{_said(name, language)}: {before}", f"{_said(name, language)}: {after}"]
    source = "источник" if language == "ru" else "source"
    words += [_said(("Ошибки и замечания", "Problems"), language)]
    words += [f"{_said(FIELDS[field], language)}: {source}" for field in PRICED]
    return [*words, _said(("Соперники", "Candidates"), language)]


def cells(n: int, row: DiffRow, language: str) -> list[TableCell]:
    """One row of a diff; every value a text but its number."""
    changes = {change.field: change for change in row.changes}
    found: list[TableCell] = [
        n,
        _said(STATUSES[row.status], language),
        None if row.sort is None else _said(SORTS[row.sort], language),
        *_of_item(row.item),
        *_of_counterpart(row.counterpart),
        *_of_match(row.match, language),
    ]
    for field in FIELDS:
        found += _of_change(changes.get(field), language)
    found.append("; ".join(_problem(problem.field, problem.message, language) for problem in row.problems) or None)
    found += [_source(row.provenance.get(field.value)) for field in PRICED]
    return [*found, ", ".join(row.candidates) or None]


def count_rows(counts: Mapping[str, Any], language: str) -> Iterator[list[TableCell]]:
    """The counts of the first sheet, every status named."""
    for status, words in STATUSES.items():
        yield [_said(words, language), int(counts.get(status.value, 0))]
    by_sort = counts.get("differs_by_sort", {})
    for sort, words in SORTS.items():
        yield [
            f"{_said(STATUSES[Status.DIFFERS], language)}: {_said(words, language)}",
            int(by_sort.get(sort.value, 0)),
        ]
    yield [_said(("Не вошло (услуги, материалы, ОС)", "excluded"), language), int(counts.get("excluded", 0))]


def _said(words: Words, language: str) -> str:
    return words[1] if language == "en" else words[0]


def _of_item(item: ErpItem | None) -> list[TableCell]:
    return [None, None, None] if item is None else [item.ref, item.code, item.name]


def _of_counterpart(item: CabinetItem | None) -> list[TableCell]:
    return [None, None] if item is None else [item.id, item.name]


def _of_match(match: Match | None, language: str) -> list[TableCell]:
    return [None, None] if match is None else [_said(MATCHES[match.by], language), match.explain]


def _of_change(change: Change | None, language: str) -> list[TableCell]:
    return [None, None] if change is None else [_value(change.before, language), _value(change.after, language)]


def _value(value: Value, language: str) -> str | None:
    if isinstance(value, bool):
        return _said(("да", "yes") if value else ("нет", "no"), language)
    return value


def _problem(field: Field, message: str, language: str) -> str:
    return f"{_said(FIELDS[field], language)}: {message}"


def _source(provenance: Mapping[str, Value] | None) -> str | None:
    """Where a price comes from, as the API says it, in one cell."""
    if not provenance:
        return None
    return ", ".join(f"{name}: {value}" for name, value in provenance.items() if value is not None)
