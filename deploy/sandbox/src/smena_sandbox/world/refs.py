"""Names of things that are the same at every start: 1C refs, fiscal ids, tokens."""

import base64
import hashlib
import json
from datetime import datetime
from uuid import UUID, uuid5

NAMESPACE = UUID("5b1e7a0c-6f0e-5d3b-9c53-5a0d3f6c2a11")
"""Namespace of every ref in the sandbox's 1C: ``uuid5(NAMESPACE, "<kind>:<name>")``."""


def ref(kind: str, name: str) -> str:
    """The 1C ref of a thing; the same name always has the same ref, whatever the seed."""
    return str(uuid5(NAMESPACE, f"{kind}:{name}"))


def fiscal_id(seed: int, register: str, doc_id: int) -> str:
    """The unique id (УИ) of a document: 24 hexadecimal digits."""
    return hashlib.blake2b(f"{seed}|{register}|{doc_id}".encode(), digest_size=12).hexdigest().upper()


def stable_number(text: str) -> int:
    """A number that depends on nothing but the text: for choices that must not change between runs."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def cabinet_token(subject: str, expires: datetime) -> str:
    """A token of the shape the cabinet gives (JWT, HS512, claims ``sub`` and ``exp``); its signature is a fake."""

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    head = part(json.dumps({"alg": "HS512"}, separators=(",", ":")).encode())
    claims = {"sub": ref("webkassa-key", subject), "exp": int(expires.timestamp())}
    body = part(json.dumps(claims, separators=(",", ":")).encode())
    return f"{head}.{body}.{part(hashlib.sha512(f'{head}.{body}'.encode()).digest())}"
