"""An ERP in memory that keeps documents as 1C does, with faults at every step; a fake of the port for these tests."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import uuid4

from smena.erp.documents import ErpDocument, ErpDocumentKind, ErpSnapshot, FieldDifference, Found
from smena.erp.errors import (
    ErpAccessError,
    ErpOutcomeUnknownError,
    ErpRefusedError,
    ErpUnavailableError,
)
from smena.kinds.money import Kopecks, format_money
from smena.kinds.quantity import format_quantity

WRITES = ("create", "post")
FAULTS = ("drop-before", "lost", "commit-then-drop", "late", "access", "broken")


class BrokenAdapterError(Exception):
    """No error of the port: what a defect in an adapter would raise."""


@dataclass
class Fault:
    """What happens to the nth call of a step."""

    step: str
    do: str
    nth: int = 1
    hits: int = 0


@dataclass
class MemoryErp:
    """Keeps documents by reference; ``keeps_ref`` False gives references of its own, as some bases do."""

    name: str = "base-1"
    keeps_ref: bool = True
    documents: dict[str, ErpSnapshot] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    late: list[ErpDocument] = field(default_factory=list)
    creates: Counter[str] = field(default_factory=Counter)
    down: bool = False
    refuse_post: str | None = None
    refuse_unpost: str | None = None
    leaves: dict[ErpDocumentKind, int] = field(default_factory=dict)

    async def fingerprint(self) -> str:
        self._reached("fingerprint")
        return self.name

    async def find(self, document: ErpDocument, *, ref: str | None) -> Found:
        fault = self._reached("find")
        if fault:
            raise self._failing_read(fault)
        found = self.documents.values()
        wanted = {str(document.id), ref}
        ours = tuple(one for one in found if one.ref in wanted or document.marker in one.comment)
        place = {role: document.refs.get(role) for role in ("outlet", "cash_desk", "payment_type")}
        alike = tuple(
            one
            for one in found
            if "[smena:" not in one.comment
            and (one.kind, one.amount) == (document.kind, document.amount)
            and one.content["date"][:10] == str(document.date.date())
            and all(one.content.get(role) == wanted for role, wanted in place.items() if wanted)
            and not one.marked
        )
        self._commit_late()
        return Found(ours, alike)

    async def create(self, document: ErpDocument, *, permit: Callable[[], None] | None = None) -> ErpSnapshot:
        if permit is not None:
            permit()
        fault = self._reached("create")
        if fault and fault.do == "late":
            self.late.append(document)
        self._fail_before(fault)
        snapshot = self._keep(document)
        self._fail_after(fault)
        return snapshot

    async def post(self, kind: ErpDocumentKind, ref: str) -> None:
        fault = self._reached("post")
        self._fail_before(fault)
        if self.refuse_post:
            raise ErpRefusedError(self.refuse_post, code="-1", status=500)
        self.change(ref, posted=True)
        self._fail_after(fault)

    async def unpost(self, kind: ErpDocumentKind, ref: str) -> None:
        fault = self._reached("unpost")
        self._fail_before(fault)
        if self.refuse_unpost:
            raise ErpRefusedError(self.refuse_unpost, code="-1", status=500)
        self.change(ref, posted=False)
        self._fail_after(fault)

    async def mark(self, held: ErpSnapshot) -> None:
        fault = self._reached("mark")
        self._fail_before(fault)
        if self.documents[held.ref].posted:
            raise ErpRefusedError("проведённый документ не помечается", code="-1", status=500)
        self.change(held.ref, marked=True)
        self._fail_after(fault)

    async def rewrite(self, document: ErpDocument, held: ErpSnapshot) -> ErpSnapshot:
        fault = self._reached("rewrite")
        self._fail_before(fault)
        fresh = content(document)
        self.documents[held.ref] = replace(self.documents[held.ref], content={})
        self.change(held.ref, marked=False, comment=document.marker, amount=document.amount, edited=fresh)
        self._fail_after(fault)
        return self.documents[held.ref]

    async def movements(self, kind: ErpDocumentKind, refs: Sequence[str]) -> dict[str, int]:
        fault = self._reached("movements")
        if fault:
            raise self._failing_read(fault)
        return {ref: self.leaves.get(kind, 0) for ref in refs}

    async def read(self, kind: ErpDocumentKind, ref: str) -> ErpSnapshot | None:
        fault = self._reached("read")
        if fault:
            raise self._failing_read(fault)
        return self.documents.get(ref)

    async def read_many(
        self, kind: ErpDocumentKind, refs: Sequence[str], *, first: datetime, last: datetime
    ) -> dict[str, ErpSnapshot]:
        self._reached("read_many")
        return {ref: self.documents[ref] for ref in refs if ref in self.documents}

    async def dated(self, kind: ErpDocumentKind, *, first: date, last: date) -> list[ErpSnapshot]:
        self._reached("dated")
        days = (first.isoformat(), last.isoformat())
        of_kind = [held for held in self.documents.values() if held.kind is kind]
        return [held for held in of_kind if days[0] <= held.content["date"][:10] <= days[1]]

    def differences(self, document: ErpDocument, snapshot: ErpSnapshot) -> tuple[FieldDifference, ...]:
        sent = content(document)
        names = sorted(sent.keys() | snapshot.content.keys())
        return tuple(
            FieldDifference(name, sent.get(name, ""), snapshot.content.get(name, ""))
            for name in names
            if sent.get(name, "") != snapshot.content.get(name, "")
        )

    async def close(self) -> None:
        return None

    def change(self, ref: str, *, edited: dict[str, str] | None = None, **fields: object) -> None:
        """What an accountant does to a document by hand."""
        old = self.documents[ref]
        new = replace(old, version=f"v{int(old.version[1:]) + 1}", **fields)  # type: ignore[arg-type]
        self.documents[ref] = replace(new, content={**new.content, **(edited or {})})

    def enter_by_hand(self, document: ErpDocument) -> str:
        """A document an accountant typed herself: the same day, place and amount, no marker."""
        ref = str(uuid4())
        body = {**content(document), "comment": ""}
        self.documents[ref] = self._snapshot(document, ref, comment="", content_=body)
        return ref

    def of_marker(self, marker: str) -> list[ErpSnapshot]:
        return [one for one in self.documents.values() if marker in one.comment]

    def _keep(self, document: ErpDocument) -> ErpSnapshot:
        ref = str(document.id) if self.keeps_ref else str(uuid4())
        if ref in self.documents:
            raise ErpRefusedError("сущность с таким ключом уже существует", code="15", status=400)
        self.creates[document.marker] += 1
        snapshot = self._snapshot(document, ref, comment=document.marker, content_=content(document))
        self.documents[ref] = snapshot
        return snapshot

    def _snapshot(self, document: ErpDocument, ref: str, *, comment: str, content_: dict[str, str]) -> ErpSnapshot:
        number = f"НФ-{len(self.documents) + 1:06d}"
        amount = Kopecks(document.amount)
        return ErpSnapshot(ref, document.kind, number, False, False, "v0", comment, amount, content_)

    def _reached(self, step: str) -> Fault | None:
        self.calls.append(step)
        if self.down:
            raise ErpUnavailableError("нет связи с 1С")
        nth = self.calls.count(step)
        for fault in self.faults:
            if (fault.step, fault.nth) == (step, nth):
                fault.hits += 1
                return fault
        return None

    def _fail_before(self, fault: Fault | None) -> None:
        if fault is None:
            return
        if fault.do == "drop-before":
            raise ErpUnavailableError("соединение не открылось")
        if fault.do == "access":
            raise ErpAccessError("401", status=401)
        if fault.do in {"lost", "late"}:
            raise ErpOutcomeUnknownError("ответа нет")

    def _fail_after(self, fault: Fault | None) -> None:
        if fault is None:
            return
        if fault.do == "broken":
            raise BrokenAdapterError
        raise ErpOutcomeUnknownError("ответ оборвался")

    def _failing_read(self, fault: Fault) -> Exception:
        return ErpAccessError("401", status=401) if fault.do == "access" else ErpUnavailableError("чтение не удалось")

    def _commit_late(self) -> None:
        """A create whose answer was lost commits long after: one look has already been in vain."""
        waiting, self.late = self.late, []
        for document in waiting:
            self._keep(document)


def content(document: ErpDocument) -> dict[str, str]:
    """Everything that was sent, field by field."""
    fields = {
        "date": document.date.isoformat(),
        "comment": document.marker,
        "operation": document.operation,
        "amount": format_money(document.amount),
        **document.refs,
    }
    for n, line in enumerate(document.lines, start=1):
        sign = -1 if line.refund else 1
        row = {
            "item": line.item_ref,
            "unit": line.unit,
            "quantity": format_quantity(sign * line.quantity),
            "price": format_money(line.price),
            "amount": format_money(sign * line.amount),
            "vat_rate": line.vat_rate.value,
            "vat_amount": format_money(sign * line.vat_amount),
        }
        fields["goods"] = str(n)
        fields |= {f"goods[{n}].{name}": text for name, text in row.items()}
    return fields
