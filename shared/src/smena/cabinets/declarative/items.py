"""Records as items in our words, and items as a cabinet's manifest says it takes them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from smena.cabinets.declarative import targets
from smena.cabinets.declarative.model import Manifest, Maps, Results, SaveItems, WrittenField
from smena.cabinets.declarative.records import Node, records_at
from smena.cabinets.declarative.values import Values
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteResult, ItemWriteStatus
from smena.cabinets.port import CabinetOutcomeUnknownError, CabinetRefusedError
from smena.cabinets.reading import UnreadableError
from smena.kinds.money import format_money
from smena.kinds.vat import VatRate


def item_of(record: Node, maps: Maps, values: Values) -> CabinetItem | None:
    """An item; a value that does not read is left empty, so that it compares as different; None without an id."""

    def field(name: str) -> Any:
        try:
            return values.read(record, name, maps, targets.ITEM)
        except UnreadableError:
            return None

    if not field("id"):
        return None
    rate, active = field("vat_rate"), field("active")
    return CabinetItem(
        id=field("id"),
        name=field("name") or "",
        article=field("article"),
        unit=field("unit"),
        group=field("group"),
        barcodes=tuple(code for code in field("barcodes") or () if code),
        vat_rate=VatRate(rate) if rate in set(VatRate) else None,
        purchase_price=field("purchase_price"),
        retail_price=field("retail_price"),
        kind=field("kind") or "goods",
        active=True if active is None else active,
    )


class ItemWriting:
    """Writes items as ``[save_items]`` says."""

    def __init__(self, manifest: Manifest, save: SaveItems) -> None:
        self._save = save
        self._codes = {
            name: {meaning: code for code, meaning in reversed(table.items())} for name, table in manifest.codes.items()
        }

    @property
    def fields(self) -> frozenset[str]:
        """The fields of an item that are written."""
        return frozenset(written.field for written in self._save.fields.values() if written.field not in {None, "id"})

    def known(self, field: str) -> frozenset[str] | None:
        """The values of a field that the cabinet has codes for; None where it takes any."""
        for written in self._save.fields.values():
            if written.field == field and written.codes is not None:
                return frozenset(self._codes[written.codes])
        return None

    def row(self, item: ItemWrite) -> dict[str, Any]:
        """An item as the cabinet takes it: what is None is left out, what is to be emptied is null.

        Raises:
            CabinetRefusedError: a code table has no code for a value.
        """
        row = {}
        for name, written in self._save.fields.items():
            if written.field is None:
                row[name] = written.constant
                continue
            value = self._value(item, written.field)
            if value is not None:
                row[name] = self._written(written, value, item)
            elif written.field in item.clear:
                row[name] = None
        return row

    def results(
        self, answer: Node, results: Results, values: Values, sent: Sequence[ItemWrite]
    ) -> list[ItemWriteResult]:
        """One result per item sent, in their order.

        Raises:
            CabinetOutcomeUnknownError: an item has no result, two, or one that cannot be read.
        """
        records = records_at(answer, results.records)
        found: dict[int, ItemWriteResult] = {}
        for place, record in enumerate(records or ()):
            try:
                result = _result(record, place, results, values, sent)
            except (UnreadableError, ValueError, IndexError) as error:
                raise CabinetOutcomeUnknownError(f"ответ кабинета о товаре {place} не распознан ({error})") from error
            if result.index in found:
                raise CabinetOutcomeUnknownError(f"два ответа кабинета о товаре {result.index}")
            found[result.index] = result
        if missing := [index for index in range(len(sent)) if index not in found]:
            raise CabinetOutcomeUnknownError(
                f"кабинет не сказал, что стало с товарами {missing[:10]}: прочитайте их снова"
            )
        return [found[index] for index in range(len(sent))]

    @staticmethod
    def _value(item: ItemWrite, field: str) -> Any:
        if field == "barcodes":
            return list(item.barcodes) or None
        value = getattr(item, field)
        return value if value not in {None, ""} else None

    def _written(self, written: WrittenField, value: Any, item: ItemWrite) -> Any:
        if written.codes is not None:
            code = self._codes[written.codes].get(
                "true" if value is True else "false" if value is False else str(value)
            )
            if code is None:
                raise CabinetRefusedError(f"у кабинета нет кода: {written.field} «{value}», товар «{item.name}»")
            return int(code) if written.type == "number" and code.lstrip("-").isdigit() else code
        if written.field in {"purchase_price", "retail_price"}:
            amount = Decimal(int(value)).scaleb(written.scale - 2)
            return amount if written.type == "number" else format_money(value) if not written.scale else f"{amount:f}"
        if isinstance(value, str):
            return str(value)
        return value


def _result(record: Node, place: int, results: Results, values: Values, sent: Sequence[ItemWrite]) -> ItemWriteResult:
    def field(name: str) -> Any:
        return values.read(record, name, results.fields, targets.RESULT)

    index = field("index") if "index" in results.fields else place
    if not 0 <= index < len(sent):
        raise UnreadableError(f"такого номера не посылали: {index}")
    error, known = field("error"), sent[index].id
    word = field("status") or (
        ItemWriteStatus.REJECTED if error else ItemWriteStatus.CREATED if known is None else ItemWriteStatus.UPDATED
    )
    status = ItemWriteStatus(word)
    found = field("id") or known
    if status is ItemWriteStatus.CREATED and found is None:
        raise UnreadableError("создан, но не назван")
    return ItemWriteResult(index, status, found, error)
