"""Whether a document that is read again has changed."""

from hashlib import blake2b

from smena.cabinets.documents import CabinetDocument

HASH_BYTES = 16


def fingerprint(document: CabinetDocument) -> bytes:
    """What a document says: first the hash of its facts, then of what a cabinet may have looked up elsewhere.

    A catalogue edited later changes the second half of old receipts without anything having been rung.
    """
    lines = document.lines
    facts = (
        document.fiscal_id, document.kind.value, document.number, document.at.timestamp(), document.shift_number,
        document.shift_external_id, document.payable, document.gross, document.discount, document.markup,
        document.payments, document.target_fiscal_id, _z_report(document),
        [(one.position, one.name, one.quantity, one.amount, one.discount, one.markup, one.cabinet_item_id, one.mark)
         for one in lines],
    )  # fmt: skip
    looked_up = [(one.price, one.kind, one.article, one.barcode, one.unit, one.vat_rate) for one in lines]
    return _hash(repr(facts).encode()) + _hash(repr(looked_up).encode())


def raw_fingerprint(raw: bytes) -> bytes:
    """The hash of a document's own text."""
    return _hash(raw)


def has_changed(known: bytes, known_raw: bytes, now: bytes, now_raw: bytes) -> bool:
    """The facts differ; or what was looked up does and the document's own text does too."""
    if known[:HASH_BYTES] != now[:HASH_BYTES]:
        return True
    return known != now and known_raw != now_raw


def _hash(content: bytes) -> bytes:
    return blake2b(content, digest_size=HASH_BYTES).digest()


def _z_report(document: CabinetDocument) -> object:
    z_report = document.z_report
    if z_report is None:
        return None
    return [
        sorted(value.items()) if isinstance(value, dict) else value
        for value in (getattr(z_report, name) for name in type(z_report).__dataclass_fields__)
    ]
