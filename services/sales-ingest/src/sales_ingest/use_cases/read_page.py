"""What a page of a cabinet says, before the store is asked: each document once, with its fingerprint."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sales_ingest.domain.fingerprints import fingerprint, raw_fingerprint
from sales_ingest.domain.plausibility import absurdity, storable
from sales_ingest.domain.registers import RegisterSetup
from smena.cabinets.documents import CabinetDocument, DocumentPage, UnreadableDocument
from smena.kinds.identity import SMENA_NAMESPACE

TWO_TEXTS = "кабинет дал в одном ответе два разных документа с одним фискальным номером"


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """A document with its fingerprints."""

    document: CabinetDocument
    content_hash: bytes
    raw_hash: bytes


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page without repetitions."""

    documents: tuple[ReadDocument, ...]
    unreadable: tuple[UnreadableDocument, ...]
    count: int


def read_page(page: DocumentPage, now: datetime) -> ReadPage:
    """Take each document of a page once; a second text under the same id, or what no till rings, is not understood."""
    seen: dict[str, ReadDocument] = {}
    unreadable: list[UnreadableDocument] = []
    for document in page.documents:
        if isinstance(document, UnreadableDocument):
            unreadable.append(storable(document))
            continue
        if (reason := absurdity(document, now)) is not None:
            unreadable.append(as_unreadable(document, reason))
            continue
        read = ReadDocument(document, fingerprint(document), raw_fingerprint(document.raw))
        first = seen.setdefault(document.fiscal_id, read)
        if first is not read and first.content_hash != read.content_hash:
            unreadable.append(as_unreadable(document, TWO_TEXTS))
    return ReadPage(tuple(seen.values()), tuple(unreadable), len(page.documents))


def as_unreadable(document: CabinetDocument, reason: str) -> UnreadableDocument:
    """A document that was read and not understood."""
    return storable(
        UnreadableDocument(
            reason=reason,
            raw=document.raw,
            register_number=document.register_number,
            fiscal_id=document.fiscal_id,
            number=document.number,
            at=document.at,
            shift_number=document.shift_number,
            shift_external_id=document.shift_external_id,
            shift_opened_at=document.shift_opened_at,
        )
    )


def quarantine_id(register: RegisterSetup, document: UnreadableDocument) -> UUID:
    """The same id for the same text of the same document, however often it is read."""
    text = raw_fingerprint(document.raw + document.reason.encode()).hex()
    name = f"quarantine|{register.cabinet}|{register.number}|{document.fiscal_id or ''}|{document.number}|{text}"
    return uuid5(SMENA_NAMESPACE, name)
