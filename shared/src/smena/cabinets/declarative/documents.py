"""Records of a source as documents in our words; what does not fit is unreadable with the reason, never dropped."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from smena.cabinets.declarative import targets
from smena.cabinets.declarative.checks import SKIP
from smena.cabinets.declarative.model import DocumentSource, Maps
from smena.cabinets.declarative.records import Node, records_at, text_of, value_at
from smena.cabinets.declarative.values import Values
from smena.cabinets.documents import (
    CabinetDocument,
    CabinetLine,
    DocumentKind,
    PaymentKind,
    UnreadableDocument,
    ZReportFigures,
)
from smena.cabinets.reading import UnreadableError
from smena.kinds.money import ZERO, Kopecks
from smena.kinds.vat import VatRate

WITH_LINES = frozenset({DocumentKind.SALE, DocumentKind.REFUND})
CURRENCY = "BYN"


class DocumentReading:
    """Reads the records of one source of documents."""

    def __init__(self, source: DocumentSource, values: Values) -> None:
        self.source = source
        self._values = values

    def documents(self, records: Iterable[Node], register_number: str) -> list[CabinetDocument | UnreadableDocument]:
        """The documents of the register; records of other registers and those of kind ``skip`` are left out."""
        found = []
        for rows in self.gathered(records):
            document = self.document(rows, register_number)
            if document is not None:
                found.append(document)
        return found

    def gathered(self, records: Iterable[Node]) -> Iterator[Sequence[Node]]:
        """The rows of each document: one record, or all that ``group_by`` finds equal."""
        if self.source.group_by is None:
            for record in records:
                yield (record,)
            return
        groups: dict[Any, list[Node]] = {}
        for record in records:
            groups.setdefault(value_at(record, self.source.group_by), []).append(record)
        nameless = groups.pop(None, [])
        yield from groups.values()
        for record in nameless:
            yield (record,)

    def document(self, rows: Sequence[Node], register_number: str) -> CabinetDocument | UnreadableDocument | None:
        """One document, the reason why it is none, or None where it is none of this register."""
        try:
            if self._quietly(rows[0], "register") not in {None, register_number}:
                return None
            if self._field(rows[0], "kind") == SKIP:
                return None
            return self._readable(rows, register_number)
        except UnreadableError as error:
            return UnreadableDocument(
                reason=str(error),
                raw=_raw(rows),
                register_number=register_number,
                fiscal_id=self._quietly(rows[0], "fiscal_id"),
                number=self._quietly(rows[0], "number"),
                at=self._quietly(rows[0], "at"),
                shift_number=self._quietly(rows[0], "shift_number"),
                shift_external_id=self._quietly(rows[0], "shift_id"),
                shift_opened_at=self._quietly(rows[0], "shift_opened_at"),
            )

    def register_of(self, record: Node) -> str | None:
        """The register a record names, if it does."""
        return self._quietly(record, "register")  # type: ignore[no-any-return] # a text by its target

    def _readable(self, rows: Sequence[Node], register_number: str) -> CabinetDocument:
        record = rows[0]
        kind = self._kind(record)
        self._agree(rows)
        currency = self._field(record, "currency")
        if currency not in {None, CURRENCY}:
            raise UnreadableError(f"валюта {currency}, а не {CURRENCY}")
        receipt = kind in WITH_LINES
        at = self._needed(record, "at")
        z_report = self._z_report(record, at) if kind is DocumentKind.Z_REPORT else None
        lines = self._lines(rows) if receipt else ()
        discount = self._field(record, "discount") or ZERO
        markup = self._field(record, "markup") or ZERO
        payable = ZERO if z_report is not None else self._needed(record, "payable")
        target = self._field(record, "target")
        if kind is DocumentKind.ANNULMENT and not target:
            raise UnreadableError("аннулирование без ссылки на продажу")
        return CabinetDocument(
            fiscal_id=self._needed(record, "fiscal_id"),
            kind=kind,
            register_number=register_number,
            number=self._needed(record, "number"),
            at=at,
            shift_number=self._needed(record, "shift_number"),
            shift_external_id=self._field(record, "shift_id"),
            payable=payable,
            raw=_raw(rows),
            shift_opened_at=self._field(record, "shift_opened_at"),
            gross=self._field(record, "gross") if receipt else None,
            discount=discount if receipt else ZERO,
            markup=markup if receipt else ZERO,
            payments=self._payments(record) if receipt or kind is DocumentKind.CORRECTION else (),
            lines=lines,
            cashier=self._field(record, "cashier"),
            target_fiscal_id=target,
            z_report=z_report,
        )

    def _kind(self, record: Node) -> DocumentKind:
        word = self._needed(record, "kind")
        try:
            return DocumentKind(word)
        except ValueError as error:
            raise UnreadableError(f"неизвестный вид документа «{word}»") from error

    def _agree(self, rows: Sequence[Node]) -> None:
        """Rows of one receipt must say the same of it."""
        if len(rows) == 1:
            return
        for name in self.source.fields:
            said = {self._field(row, name) for row in rows}
            if len(said) > 1:
                raise UnreadableError(f"строки одного документа расходятся: {name}")

    def _lines(self, rows: Sequence[Node]) -> tuple[CabinetLine, ...]:
        asked = self.source.lines
        if asked is None:
            return ()
        places: list[Node] = list(rows)
        if asked.records is not None:
            places = [line for row in rows for line in records_at(row, asked.records) or ()]
        if not places:
            raise UnreadableError("чек без строк")
        return tuple(self._line(place, line, asked.fields) for place, line in enumerate(places, start=1))

    def _line(self, place: int, line: Node, maps: Maps) -> CabinetLine:
        def field(name: str) -> Any:
            try:
                return self._values.read(line, name, maps, targets.LINE)
            except UnreadableError as error:
                raise UnreadableError(f"строка {place}: {error}") from error

        def needed(name: str) -> Any:
            found = field(name)
            if found is None:
                raise UnreadableError(f"строка {place}: {name}: пусто")
            return found

        return CabinetLine(
            position=place,
            name=field("name") or "",
            quantity=needed("quantity"),
            amount=needed("amount"),
            discount=field("discount") or ZERO,
            markup=field("markup") or ZERO,
            price=field("price"),
            cabinet_item_id=field("item_id"),
            article=field("article"),
            barcode=field("barcode"),
            unit=field("unit"),
            vat_rate=_vat(field("vat_rate"), f"строка {place}: "),
            kind=field("kind") or "goods",
            mark=field("mark"),
        )

    def _payments(self, record: Node) -> tuple[tuple[PaymentKind, Kopecks], ...]:
        asked = self.source.payments
        if asked is None:
            return ()
        found: dict[PaymentKind, int] = {}
        if asked.records is None:
            known = {kind.value: targets.Sort.MONEY for kind in PaymentKind}
            for name in asked.fields:
                found[PaymentKind(name)] = self._values.read(record, name, asked.fields, known) or 0
        else:
            for payment in records_at(record, asked.records) or ():
                word = self._values.read(payment, "kind", asked.fields, targets.PAYMENT)
                amount = self._values.read(payment, "amount", asked.fields, targets.PAYMENT)
                if word not in set(PaymentKind) or amount is None:
                    raise UnreadableError(f"неизвестная оплата «{word}» на {amount}")
                found[PaymentKind(word)] = found.get(PaymentKind(word), 0) + amount
        return tuple((kind, Kopecks(amount)) for kind, amount in found.items() if amount)

    def _z_report(self, record: Node, at: Any) -> ZReportFigures:
        maps = self.source.z_report
        if not maps:
            raise UnreadableError("Z-отчёт без показателей")
        figures = {name: self._values.read(record, name, maps, targets.Z_REPORT) for name in maps}
        by_payment = {
            kind: figures.pop(f"sales_{kind}") for kind in PaymentKind if figures.get(f"sales_{kind}") is not None
        }
        for kind in PaymentKind:
            figures.pop(f"sales_{kind}", None)
        opened = figures.pop("opened_at", None) or self._field(record, "shift_opened_at")
        return ZReportFigures(
            opened_at=opened, closed_at=figures.pop("closed_at", None) or at, sales_by_payment=by_payment, **figures
        )

    def _field(self, record: Node, name: str) -> Any:
        return self._values.read(record, name, self.source.fields, targets.DOCUMENT)

    def _needed(self, record: Node, name: str) -> Any:
        found = self._field(record, name)
        if found is None:
            raise UnreadableError(f"{name}: пусто")
        return found

    def _quietly(self, record: Node, name: str) -> Any:
        try:
            return self._field(record, name)
        except UnreadableError:
            return None


def _vat(word: str | None, where: str = "") -> VatRate | None:
    if word is None:
        return None
    try:
        return VatRate(word)
    except ValueError as error:
        raise UnreadableError(f"{where}неизвестная ставка НДС «{word}»") from error


def _raw(rows: Sequence[Node]) -> bytes:
    return text_of(rows[0]) if len(rows) == 1 else b"\n".join(text_of(row) for row in rows)
