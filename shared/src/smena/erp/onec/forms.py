"""A document in 1C's form and back: what is sent, what was stored, and what differs."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from smena.erp.documents import ErpDocument, ErpDocumentKind, ErpLine, ErpSnapshot, FieldDifference
from smena.erp.errors import ErpSetupError
from smena.erp.onec.base import Record
from smena.erp.onec.dictionaries import Dictionaries
from smena.erp.onec.literals import EMPTY_REF, MOMENT_FORMAT, line_item_ref, number_text, parsed_ref
from smena.erp.onec.metadata import Metadata
from smena.erp.onec.names import Names
from smena.kinds.money import Kopecks, format_money, round_half_up, rubles
from smena.kinds.quantity import format_quantity

REF_ROLES: Final = (
    "organization",
    "outlet",
    "cash_desk",
    "cash_flow_item",
    "payment_type",
    "acquirer",
    "contract",
)
PLACE_ROLES: Final = ("outlet", "cash_desk", "payment_type")
STANDARD_FIELDS: Final = ("Ref_Key", "DataVersion", "Number", "Date", "Posted", "DeletionMark")
WITH_LINES: Final = frozenset({ErpDocumentKind.RETAIL_REPORT, ErpDocumentKind.RETAIL_REFUND})
SEPARATE_SECTION: Final = "separate-section"
LINE_FIELDS: Final = ("item", "unit", "quantity", "price", "amount", "vat_rate", "vat_amount")


class Form:
    """How one kind of document looks in one base."""

    def __init__(self, kind: ErpDocumentKind, names: Names, dictionaries: Dictionaries) -> None:
        self.kind = kind
        self.entity_set = names.set_of(kind.value)
        self._names = names[kind.value]
        self._dictionaries = dictionaries
        line = dict(names["goods-line"])
        line["vat_rate"] += dictionaries.vat_suffix
        self._line = line

    @property
    def comment_field(self) -> str:
        """Where the marker stands."""
        return self._names["comment"]

    @property
    def amount_field(self) -> str:
        """Where the sum of the document stands."""
        return self._names["amount"]

    @property
    def place(self) -> tuple[str, str]:
        """The role and the field by which a lookalike is recognised: outlet, cash desk or payment type."""
        role = next(role for role in PLACE_ROLES if role in self._names)
        return role, self._names[role]

    @property
    def select(self) -> str | None:
        """The header's fields; None for a kind with lines, whose sections come only with everything."""
        if self.kind in WITH_LINES:
            return None
        own = [name for word, name in self._names.items() if word != "set"]
        return ",".join((*STANDARD_FIELDS, *own))

    def missing(self, metadata: Metadata, *, refunds_section: bool) -> list[str]:
        """What this kind needs and the base does not have."""
        sections = {"set", "goods", "refunds"}
        found = metadata.missing(
            self.entity_set,
            [*STANDARD_FIELDS, *(name for word, name in self._names.items() if word not in sections)],
        )
        used = ["goods"] if "goods" in self._names else []
        if refunds_section and "refunds" in self._names:
            used.append("refunds")
        for word in used:
            rows = ("LineNumber", *self._line.values())
            found += metadata.missing_rows(self.entity_set, self._names[word], rows)
        return found

    def body(self, document: ErpDocument) -> Record:
        """The document as it is sent: unposted, without a number, every amount a JSON number of its scale."""
        body: Record = {
            "Ref_Key": str(document.id),
            "Date": document.date.strftime(MOMENT_FORMAT),
            "Posted": False,
            self._names["operation"]: document.operation,
            self.amount_field: rubles(document.amount),
            self.comment_field: document.marker,
        }
        for role, ref in self._refs(document).items():
            body[self._names[role]] = ref
        if "basis" in self._names and document.basis:
            body[self._names["basis"]] = document.basis
        if self.kind in WITH_LINES:
            body[self._names["vat_included"]] = True
            for word, lines, sign in self._sections(document):
                section = self._names[word]
                body[f"{section}@odata.type"] = f"Collection(StandardODATA.{self.entity_set}_{section}_RowType)"
                body[section] = [self._row(word, place, line, sign) for place, line in enumerate(lines, start=1)]
        return body

    def changes(self, document: ErpDocument, held: ErpSnapshot) -> Record:
        """The document as it is written over ``held``: unmarked, with what she added to the comment kept.

        A section that is not sent stays as it is, so one that holds rows of refunds and should not is emptied.
        """
        body = {name: value for name, value in self.body(document).items() if name not in {"Ref_Key", "Posted"}}
        body["DeletionMark"] = False
        if document.marker in held.comment:
            body[self.comment_field] = held.comment
        elif held.comment:
            body[self.comment_field] = f"{document.marker} {held.comment}"
        refunds = self._names.get("refunds", "")
        if refunds and refunds not in body and held.content.get("refunds", "0") != "0":
            body[refunds] = []
        return body

    def expected(self, document: ErpDocument) -> dict[str, str]:
        """What a snapshot's content must hold if the base holds exactly this document."""
        content = {
            "date": document.date.strftime(MOMENT_FORMAT),
            "operation": document.operation,
            "amount": format_money(document.amount),
            **self._refs(document),
        }
        if "basis" in self._names and document.basis:
            content["basis"] = document.basis
        if self.kind in WITH_LINES:
            content["vat_included"] = "true"
            for word, lines, sign in self._sections(document):
                content[word] = str(len(lines))
                for place, line in enumerate(lines, start=1):
                    _expect_line(content, (word, place), line, sign, self._dictionaries)
        return content

    def snapshot(self, record: Record) -> ErpSnapshot:
        """What the base holds, in our words."""
        content = {
            "date": _text(record.get("Date")),
            "operation": _text(record.get(self._names["operation"])),
            "amount": number_text(record.get(self.amount_field), 2),
        }
        for role in REF_ROLES:
            if role in self._names:
                content[role] = _ref_text(record.get(self._names[role]))
        if "basis" in self._names:
            content["basis"] = _text(record.get(self._names["basis"]))
        if self.kind in WITH_LINES:
            content["vat_included"] = _text(record.get(self._names["vat_included"]))
            for word in ("goods", "refunds"):
                rows = record.get(self._names.get(word, ""))
                if isinstance(rows, list):
                    self._read_rows(content, word, rows)
        return ErpSnapshot(
            ref=_text(record.get("Ref_Key")).lower(),
            kind=self.kind,
            number=_text(record.get("Number")).strip(),
            posted=record.get("Posted") is True,
            marked=record.get("DeletionMark") is True,
            version=_text(record.get("DataVersion")),
            comment=_text(record.get(self.comment_field)),
            amount=_amount(record.get(self.amount_field)),
            content=content,
        )

    def differences(self, document: ErpDocument, snapshot: ErpSnapshot) -> tuple[FieldDifference, ...]:
        """Every field sent that is not held as sent, rows beyond those sent, and a comment without the marker."""
        expected = self.expected(document)
        found = [
            FieldDifference(name, sent, snapshot.content.get(name, ""))
            for name, sent in expected.items()
            if snapshot.content.get(name, "") != sent
        ]
        if "refunds" not in expected and snapshot.content.get("refunds", "0") != "0":
            found.append(FieldDifference("refunds", "0", snapshot.content["refunds"]))
        if document.marker not in snapshot.comment:
            found.append(FieldDifference("comment", document.marker, snapshot.comment))
        return tuple(found)

    def _refs(self, document: ErpDocument) -> dict[str, str]:
        return {
            role: parsed_ref(document.refs[role], role)
            for role in REF_ROLES
            if role in self._names and document.refs.get(role)
        }

    def _sections(self, document: ErpDocument) -> list[tuple[str, Sequence[ErpLine], int]]:
        """Section, lines, and the sign refund lines have there."""
        if self.kind is ErpDocumentKind.RETAIL_REFUND:
            return [("goods", document.lines, 1)]
        if document.refunds != SEPARATE_SECTION:
            return [("goods", document.lines, -1)]
        refunds = [line for line in document.lines if line.refund]
        if refunds and "refunds" not in self._names:
            raise ErpSetupError(f"{self.entity_set}: не указано имя раздела возвратов")
        return [("goods", [line for line in document.lines if not line.refund], 1), ("refunds", refunds, 1)]

    def _row(self, word: str, place: int, line: ErpLine, refund_sign: int) -> Record:
        names, sign = self._line, refund_sign if line.refund else 1
        return {
            "LineNumber": place,
            names["item"]: line_item_ref(line.item_ref, word, place, line.name),
            names["unit"]: self._dictionaries.unit_ref(line.unit),
            names["quantity"]: Decimal(sign * line.quantity).scaleb(-3),
            names["price"]: rubles(line.price),
            names["amount"]: rubles(sign * line.amount),
            names["vat_rate"]: self._dictionaries.vat_value(line.vat_rate),
            names["vat_amount"]: rubles(sign * line.vat_amount),
        }

    def _read_rows(self, content: dict[str, str], word: str, rows: list[Any]) -> None:
        names, dictionaries = self._line, self._dictionaries
        content[word] = str(len(rows))
        for row in sorted((row for row in rows if isinstance(row, dict)), key=_line_number):
            prefix = f"{word}[{_line_number(row)}]."
            content[prefix + "item"] = _ref_text(row.get(names["item"]))
            content[prefix + "unit"] = dictionaries.unit_text(row.get(names["unit"]))
            content[prefix + "quantity"] = number_text(row.get(names["quantity"]), 3)
            content[prefix + "price"] = number_text(row.get(names["price"]), 2)
            content[prefix + "amount"] = number_text(row.get(names["amount"]), 2)
            content[prefix + "vat_rate"] = dictionaries.vat_text(row.get(names["vat_rate"]))
            content[prefix + "vat_amount"] = number_text(row.get(names["vat_amount"]), 2)


def _expect_line(
    content: dict[str, str], at: tuple[str, int], line: ErpLine, refund_sign: int, dictionaries: Dictionaries
) -> None:
    word, place = at
    prefix, sign = f"{word}[{place}].", refund_sign if line.refund else 1
    content[prefix + "item"] = line_item_ref(line.item_ref, word, place, line.name)
    content[prefix + "unit"] = dictionaries.unit_text(dictionaries.unit_ref(line.unit))
    content[prefix + "quantity"] = format_quantity(sign * line.quantity)
    content[prefix + "price"] = format_money(line.price)
    content[prefix + "amount"] = format_money(sign * line.amount)
    content[prefix + "vat_rate"] = line.vat_rate.value
    content[prefix + "vat_amount"] = format_money(sign * line.vat_amount)


def _line_number(row: Record) -> int:
    """``LineNumber`` is an Int64, which OData sends as text."""
    text = str(row.get("LineNumber", ""))
    return int(text) if text.isdigit() else 0


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _ref_text(value: Any) -> str:
    text = _text(value).lower()
    return "" if text == EMPTY_REF else text


def _amount(value: Any) -> Kopecks:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return Kopecks(0)
    return round_half_up(Decimal(value))
