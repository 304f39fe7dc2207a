"""A base of documents in memory: what is written can be read back, edited by an accountant, or lost on the way."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

from smena.erp.documents import ErpDocument, ErpDocumentKind, ErpSnapshot, FieldDifference, Found
from smena.erp.errors import ErpError, ErpMovedError, ErpOutcomeUnknownError, ErpRefusedError
from smena.kinds.money import format_money, parse_money
from smena.kinds.quantity import format_quantity

MARKER_START = "[smena:"
PLACES = ("outlet", "cash_desk", "payment_type")


class MemoryDocuments:
    """Documents by reference. ``keeps_client_ref`` says whether a wished reference is kept, as in 1C."""

    def __init__(self, *, name: str = "memory", keeps_client_ref: bool = True) -> None:
        self.name = name
        self.keeps_client_ref = keeps_client_ref
        self.stored: dict[str, ErpSnapshot] = {}
        self.calls: list[str] = []
        self._failures: deque[tuple[str, ErpError, bool]] = deque()
        self._writes = 0
        self.movements_of: Callable[[ErpSnapshot], int] = _movements_as_in_1c

    def fail_next(self, call: str, error: ErpError, *, after_effect: bool = False) -> None:
        """Let the next ``create``, ``post``, ``find``… fail; ``after_effect`` lets a write happen before."""
        self._failures.append((call, error, after_effect))

    def edit(self, ref: str, **content: str) -> None:
        """What an accountant changes by hand, in the words of ``ErpSnapshot.content`` (and ``comment``)."""
        held = self.stored[ref]
        comment = content.pop("comment", held.comment)
        amount = parse_money(content["amount"]) if "amount" in content else held.amount
        self._store(replace(held, comment=comment, amount=amount, content={**held.content, **content}))

    def enter_alike(self, ref: str, other_ref: str) -> None:
        """The same document once more, entered by hand: without our marker."""
        self._store(replace(self.stored[ref], ref=other_ref, comment=""))

    async def fingerprint(self) -> str:
        """The name it was given."""
        self._fail_before("fingerprint")
        return self.name

    async def find(self, document: ErpDocument, *, ref: str | None) -> Found:
        """By reference, id and marker; lookalikes beside."""
        self._fail_before("find")
        refs = {str(document.id), ref}
        same_kind = [held for held in self.stored.values() if held.kind is document.kind]
        ours = tuple(held for held in same_kind if held.ref in refs or document.marker in held.comment)
        alike = tuple(held for held in same_kind if held not in ours and _alike(document, held))
        return Found(ours, alike)

    async def create(self, document: ErpDocument, *, permit: Callable[[], None] | None = None) -> ErpSnapshot:
        """Create unposted."""
        if permit is not None:
            permit()
        failure = self._fail_before("create")
        ref = str(document.id) if self.keeps_client_ref else str(uuid4())
        if ref in self.stored:
            raise ErpOutcomeUnknownError(f"the key {ref} exists already: look for it")
        made = self._store(
            ErpSnapshot(
                ref=ref,
                kind=document.kind,
                number=f"{len(self.stored) + 1:09d}",
                posted=False,
                marked=False,
                version="",
                comment=document.marker,
                amount=document.amount,
                content=content_of(document),
            )
        )
        if failure is not None:
            raise failure
        return made

    async def post(self, kind: ErpDocumentKind, ref: str) -> None:
        """Post; again is no error."""
        failure = self._fail_before("post")
        held = self._known(kind, ref)
        if held.marked:
            raise ErpRefusedError("a document marked for deletion cannot be posted", code="-1", status=500)
        self._store(replace(held, posted=True))
        if failure is not None:
            raise failure

    async def unpost(self, kind: ErpDocumentKind, ref: str) -> None:
        """Unpost; again is no error."""
        failure = self._fail_before("unpost")
        held = self._known(kind, ref)
        self._store(replace(held, posted=False))
        if failure is not None:
            raise failure

    async def mark(self, held: ErpSnapshot) -> None:
        """Mark; a posted one is refused, as in 1C."""
        failure = self._fail_before("mark")
        found = self._known(held.kind, held.ref)
        if found.posted:
            raise ErpRefusedError("a posted document cannot be marked", code="-1", status=500)
        self._store(replace(found, marked=True))
        if failure is not None:
            raise failure

    async def rewrite(self, document: ErpDocument, held: ErpSnapshot) -> ErpSnapshot:
        """Write over; the version is compared, as the manual promises of 1C."""
        failure = self._fail_before("rewrite")
        found = self._known(held.kind, held.ref)
        if found.version != held.version:
            raise ErpMovedError(f"{held.ref} was written since it was read", status=412)
        added = held.comment if document.marker in held.comment else f"{document.marker} {held.comment}".strip()
        made = replace(
            found, marked=False, comment=added, amount=document.amount, content=content_of(document), posted=False
        )
        self._store(made)
        if failure is not None:
            raise failure
        return self.stored[held.ref]

    async def movements(self, kind: ErpDocumentKind, refs: Sequence[str]) -> dict[str, int]:
        """What a posted document left, by ``movements_of``."""
        del kind
        self._fail_before("movements")
        return {ref: self.movements_of(self.stored[ref]) if ref in self.stored else 0 for ref in refs}

    async def read(self, kind: ErpDocumentKind, ref: str) -> ErpSnapshot | None:
        """Read one back."""
        self._fail_before("read")
        held = self.stored.get(ref)
        return held if held is not None and held.kind is kind else None

    async def read_many(
        self, kind: ErpDocumentKind, refs: Sequence[str], *, first: datetime, last: datetime
    ) -> dict[str, ErpSnapshot]:
        """Read several back."""
        del first, last
        self._fail_before("read_many")
        return {ref: self.stored[ref] for ref in refs if ref in self.stored and self.stored[ref].kind is kind}

    async def dated(self, kind: ErpDocumentKind, *, first: date, last: date) -> list[ErpSnapshot]:
        """By the day of their date."""
        self._fail_before("dated")
        of_kind = [held for held in self.stored.values() if held.kind is kind]
        return [held for held in of_kind if first.isoformat() <= held.content["date"][:10] <= last.isoformat()]

    def differences(self, document: ErpDocument, snapshot: ErpSnapshot) -> tuple[FieldDifference, ...]:
        """Field by field."""
        expected = content_of(document)
        found = [
            FieldDifference(name, sent, snapshot.content.get(name, ""))
            for name, sent in expected.items()
            if snapshot.content.get(name, "") != sent
        ]
        if document.marker not in snapshot.comment:
            found.append(FieldDifference("comment", document.marker, snapshot.comment))
        return tuple(found)

    async def close(self) -> None:
        """Nothing to let go."""

    def _known(self, kind: ErpDocumentKind, ref: str) -> ErpSnapshot:
        held = self.stored.get(ref)
        if held is None or held.kind is not kind:
            raise ErpRefusedError(f"no document {ref}", code="9", status=404)
        return held

    def _store(self, snapshot: ErpSnapshot) -> ErpSnapshot:
        self._writes += 1
        self.stored[snapshot.ref] = replace(snapshot, version=f"{self._writes:08d}")
        return self.stored[snapshot.ref]

    def _fail_before(self, call: str) -> ErpError | None:
        """Raise the failure set for this call; give it back instead when it comes after the effect."""
        self.calls.append(call)
        if not self._failures or self._failures[0][0] != call:
            return None
        _, error, after_effect = self._failures.popleft()
        if after_effect:
            return error
        raise error


def content_of(document: ErpDocument) -> dict[str, str]:
    """A document in the words in which snapshots compare."""
    content = {
        "date": document.date.isoformat(),
        "operation": document.operation,
        "amount": format_money(document.amount),
        **{role: ref.lower() for role, ref in document.refs.items() if ref},
    }
    if document.basis:
        content["basis"] = document.basis
    if not document.lines:
        return content
    separate = document.refunds == "separate-section"
    for word, lines in (
        ("goods", [line for line in document.lines if not (separate and line.refund)]),
        ("refunds", [line for line in document.lines if separate and line.refund]),
    ):
        content[word] = str(len(lines))
        for place, line in enumerate(lines, start=1):
            minus = line.refund and not separate and document.kind is ErpDocumentKind.RETAIL_REPORT
            sign, prefix = -1 if minus else 1, f"{word}[{place}]."
            content[prefix + "item"] = line.item_ref.lower()
            content[prefix + "unit"] = line.unit
            content[prefix + "quantity"] = format_quantity(sign * line.quantity)
            content[prefix + "price"] = format_money(line.price)
            content[prefix + "amount"] = format_money(sign * line.amount)
            content[prefix + "vat_rate"] = line.vat_rate.value
            content[prefix + "vat_amount"] = format_money(sign * line.vat_amount)
    return content


def _movements_as_in_1c(held: ErpSnapshot) -> int:
    """A report of an outlet leaves none; money documents leave one (the sandbox's 1C does the same)."""
    with_lines = held.kind in {ErpDocumentKind.RETAIL_REPORT, ErpDocumentKind.RETAIL_REFUND}
    return int(held.posted and not with_lines)


def _alike(document: ErpDocument, held: ErpSnapshot) -> bool:
    role = next((role for role in PLACES if role in document.refs), "")
    return (
        not held.marked
        and MARKER_START not in held.comment
        and held.amount == document.amount
        and held.content.get("date", "")[:10] == f"{document.date:%Y-%m-%d}"
        and held.content.get(role, "") == document.refs.get(role, "").lower()
    )
