"""The document port over 1C's OData: find, create, post, read back; four requests on the straight path."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from time import monotonic

from smena.erp.documents import ErpDocument, ErpDocumentKind, ErpSnapshot, FieldDifference, Found
from smena.erp.errors import ErpError, ErpOutcomeUnknownError, ErpRefusedError, ErpSetupError
from smena.erp.onec.base import OneCBase, Record
from smena.erp.onec.dictionaries import Dictionaries, read_dictionaries
from smena.erp.onec.forms import SEPARATE_SECTION, Form
from smena.erp.onec.literals import amount, day_bounds, guid, parsed_ref, period_bounds, text
from smena.erp.onec.walk import Walk, by_recorder, by_reference, walk

ANY_MARKER = "[smena:"
MOVEMENTS_LOOK_AGAIN_SECONDS = 900.0
"""How soon a base that did not show its movements is asked for its metadata again, which are 14-17 MB (onec.md a.1)."""
NO_REFUNDS_SECTION = (
    'Укажите в настройках кассы refunds = "negative-lines" или "separate-document" и отправьте документ снова'
)
DATED_PAGE_DOCUMENTS = 200
"""Reports come with all their lines: a page stays far below the largest answer that is read."""


@dataclass(slots=True)
class LearnedCapabilities:
    """What the first real answers taught; None = no answer has said yet."""

    client_ref_kept: bool | None = None
    vat_by_catalogue: bool | None = None
    refunds_section: bool | None = None


class OneCDocuments:
    """Documents of one base, of one organisation."""

    def __init__(self, base: OneCBase, *, organization_ref: str) -> None:
        self.learned = LearnedCapabilities()
        self._base = base
        self._organization_ref = organization_ref
        self._forms: dict[ErpDocumentKind, Form] = {}
        self._dictionaries: Dictionaries | None = None
        self._preparing = asyncio.Lock()
        self._movements_looked_for = -MOVEMENTS_LOOK_AGAIN_SECONDS

    async def fingerprint(self) -> str:
        """The base's own name and id where it publishes them, and the organisation's УНП and reference."""
        names = self._base.names
        metadata = await self._base.metadata()
        parts = [
            await self._constant(constant)
            for constant in (names["base"]["id"], names["base"]["name"])
            if constant in metadata.entities
        ]
        organization = names["organization"]
        record = await self._base.record(organization["set"], parsed_ref(self._organization_ref, "organization"))
        if record is None:
            raise ErpSetupError(f"В базе 1С нет организации {self._organization_ref}: проверьте refs в smena.toml")
        parts += [str(record.get(organization[word]) or "").strip() for word in ("name", "unp")]
        return " | ".join((*parts, self._organization_ref))

    async def find(self, document: ErpDocument, *, ref: str | None) -> Found:
        """Look for a document by reference, id and marker, and for lookalikes, in one request."""
        form = await self._form(document.kind)
        refs = {str(document.id)} | ({parsed_ref(ref, "reference")} if ref else set())
        options = {"$filter": _search(form, document, sorted(refs)), "$orderby": "Ref_Key"}
        if form.select is not None:
            options["$select"] = form.select
        snapshots = [form.snapshot(record) for record in await self._base.records(form.entity_set, options)]
        ours = tuple(found for found in snapshots if found.ref in refs or document.marker in found.comment)
        if any(found.ref == str(document.id) for found in ours):
            self.learned.client_ref_kept = True
        lookalikes = tuple(found for found in snapshots if found not in ours and _alike(form, document, found))
        return Found(ours, lookalikes)

    async def create(self, document: ErpDocument, *, permit: Callable[[], None] | None = None) -> ErpSnapshot:
        """Create unposted; the answer's body is the snapshot.

        A field the answer leaves out says nothing about what the base holds: then the document is read back.
        """
        form = await self._form(document.kind, refunds_section=document.refunds == SEPARATE_SECTION)
        body = form.body(document)
        record = await self._base.create(form.entity_set, body, permit)
        if not _holds_every_field(record, body):
            record = await self._read_back(form.entity_set, record["Ref_Key"])
        snapshot = form.snapshot(record)
        self.learned.client_ref_kept = snapshot.ref == str(document.id)
        return snapshot

    async def post(self, kind: ErpDocumentKind, ref: str) -> None:
        """Post the document; safe to repeat."""
        await self._base.post(self._base.names.set_of(kind.value), parsed_ref(ref, "reference"))

    async def unpost(self, kind: ErpDocumentKind, ref: str) -> None:
        """Take its movements away; safe to repeat."""
        await self._base.unpost(self._base.names.set_of(kind.value), parsed_ref(ref, "reference"))

    async def mark(self, held: ErpSnapshot) -> None:
        """Mark it for deletion; 1C refuses that for a posted one (onec.md a.6)."""
        entity_set = self._base.names.set_of(held.kind.value)
        await self._base.patch(entity_set, held.ref, {"DeletionMark": True}, held.version)

    async def rewrite(self, document: ErpDocument, held: ErpSnapshot) -> ErpSnapshot:
        """Replace header and sections in place; the answer is read back where it leaves a field out."""
        form = await self._form(document.kind, refunds_section=document.refunds == SEPARATE_SECTION)
        body = form.changes(document, held)
        record = await self._base.patch(form.entity_set, held.ref, body, held.version)
        if not _holds_every_field(record, body):
            record = await self._read_back(form.entity_set, held.ref)
        return form.snapshot(record)

    async def movements(self, kind: ErpDocumentKind, refs: Sequence[str]) -> dict[str, int]:
        """Count records of the register of accounts by recorder, as many documents in a request as an address holds."""
        names = self._base.names
        register, document_set = names["movements"], names.set_of(kind.value)
        metadata = await self._base.metadata()
        missing = metadata.missing(register["set"], [register["recorder"]])
        look_anew = monotonic() >= self._movements_looked_for + MOVEMENTS_LOOK_AGAIN_SECONDS
        if missing and look_anew:
            self._movements_looked_for = monotonic()
        await self._base.require(missing, look_anew=look_anew)
        known = {parsed_ref(ref, "reference"): ref for ref in refs}
        found = dict.fromkeys(refs, 0)
        for options in by_recorder(list(known), register["recorder"], document_set):
            for record in await self._base.records(register["set"], options):
                ref = known.get(str(record.get(register["recorder"]) or "").lower())
                if ref is not None:
                    found[ref] += 1
        return found

    async def read(self, kind: ErpDocumentKind, ref: str) -> ErpSnapshot | None:
        """Read it back whole."""
        form = await self._form(kind)
        record = await self._base.record(form.entity_set, parsed_ref(ref, "reference"))
        return None if record is None else form.snapshot(record)

    async def read_many(
        self, kind: ErpDocumentKind, refs: Sequence[str], *, first: datetime, last: datetime
    ) -> dict[str, ErpSnapshot]:
        """Read several by reference, as many in a request as an address holds.

        A document an accountant moved beyond ``first``–``last`` is found all the same: the reference decides.
        """
        del first, last
        form = await self._form(kind)
        found: dict[str, ErpSnapshot] = {}
        for options in by_reference([parsed_ref(ref, "reference") for ref in refs], form.select):
            for record in await self._base.records(form.entity_set, options):
                snapshot = form.snapshot(record)
                found[snapshot.ref] = snapshot
        return {ref: found[known] for ref in refs if (known := parsed_ref(ref, "reference")) in found}

    async def dated(self, kind: ErpDocumentKind, *, first: date, last: date) -> list[ErpSnapshot]:
        """Every document of a kind and of the organisation in these days, page by page."""
        form = await self._form(kind)
        condition = period_bounds(first, last)
        field = self._base.names[kind.value].get("organization")
        if field is not None:
            condition += f" and {field} eq {guid(parsed_ref(self._organization_ref, 'organization'))}"
        what = Walk(form.entity_set, DATED_PAGE_DOCUMENTS, condition, form.select)
        return [form.snapshot(record) async for rows in walk(self._base, what) for record in rows]

    def differences(self, document: ErpDocument, snapshot: ErpSnapshot) -> tuple[FieldDifference, ...]:
        """Every field sent that the snapshot, made by this adapter, does not hold as sent."""
        return self._forms[document.kind].differences(document, snapshot)

    async def close(self) -> None:
        """Let connections go."""
        await self._base.close()

    async def _form(self, kind: ErpDocumentKind, *, refunds_section: bool = False) -> Form:
        """The form of a kind, checked against the base's metadata at first contact."""
        async with self._preparing:
            if kind in self._forms and not refunds_section:
                return self._forms[kind]
            metadata = await self._base.metadata()
            names = self._base.names
            report = names["retail-report"]
            if self._dictionaries is None:
                self._dictionaries = await read_dictionaries(
                    self._base,
                    metadata,
                    vat_field_of=report["set"],
                    vat_field=names["goods-line"]["vat_rate"],
                )
                self.learned.vat_by_catalogue = bool(self._dictionaries.vat_suffix)
                self.learned.refunds_section = not metadata.missing_rows(report["set"], report["refunds"], ())
            form = Form(kind, names, self._dictionaries)
            await self._base.require(form.missing(metadata, refunds_section=False))
            if refunds_section:
                await self._require_refunds(form.missing(metadata, refunds_section=True))
            self._forms[kind] = form
            return form

    async def _require_refunds(self, missing: list[str]) -> None:
        """A base without the section never takes such a report: asking again in vain is no way out of it.

        Raises:
            ErpRefusedError: what is missing, and what to do; the metadata are read anew next time.
        """
        try:
            await self._base.require(missing)
        except ErpSetupError as error:
            raise ErpRefusedError(f"{error}. {NO_REFUNDS_SECTION}") from error

    async def _read_back(self, entity_set: str, ref: str) -> Record:
        """Read what was created just now; without it nobody knows what the base holds.

        Raises:
            ErpOutcomeUnknownError: the create was accepted, and the document cannot be read.
        """
        try:
            record = await self._base.record(entity_set, ref)
        except ErpError as error:
            raise ErpOutcomeUnknownError(f"{entity_set}: {error}") from error
        if record is None:
            raise ErpOutcomeUnknownError(f"{entity_set}: записанный документ {ref} не читается")
        return record

    async def _constant(self, entity_set: str) -> str:
        records = await self._base.records(entity_set, {})
        return str(records[0].get("Value") or "").strip() if records else ""


def _search(form: Form, document: ErpDocument, refs: list[str]) -> str:
    """Ours by reference whatever its date; by marker, and what looks like it, on its day.

    The marker's brackets are left out: where a search meets LIKE rules they would be a class of characters.
    """
    role, field = form.place
    same = [f"substringof({text(document.marker.strip('[]'))},{form.comment_field})"]
    if document.refs.get(role):
        place = guid(parsed_ref(document.refs[role], role))
        same.append(f"({field} eq {place} and {form.amount_field} eq {amount(document.amount)})")
    by_ref = " or ".join(f"Ref_Key eq {guid(ref)}" for ref in refs)
    return f"{by_ref} or ({day_bounds(document.date.date())} and ({' or '.join(same)}))"


def _holds_every_field(record: Record, body: Record) -> bool:
    """Whether an answer says something of each field sent, and of each field of each row."""
    for name, sent in body.items():
        if "@" in name:
            continue
        if name not in record:
            return False
        rows = record[name]
        if isinstance(sent, list) and isinstance(rows, list):
            wanted = {field for row in sent for field in row}
            if any(isinstance(row, dict) and not wanted <= row.keys() for row in rows):
                return False
    return True


def _alike(form: Form, document: ErpDocument, found: ErpSnapshot) -> bool:
    """Someone else's document of the same day, place and amount; one with a marker of ours is another shift's."""
    role, _ = form.place
    return (
        not found.marked
        and ANY_MARKER not in found.comment
        and found.amount == document.amount
        and found.content.get(role, "") == document.refs.get(role, "").lower()
        and found.content["date"][:10] == f"{document.date:%Y-%m-%d}"
    )
