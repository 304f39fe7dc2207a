"""The canonical form of a published thing and its sha256."""

from hashlib import sha256

import msgspec


def canonical_bytes(value: msgspec.Struct, *, without: tuple[str, ...] = ()) -> bytes:
    """JSON with sorted keys and no spaces, UTF-8, without the named top-level fields."""
    fields = {
        name: content for name, content in msgspec.to_builtins(value, str_keys=True).items() if name not in without
    }
    return msgspec.json.encode(fields, order="sorted")


def canonical_sha256(value: msgspec.Struct, *, without: tuple[str, ...] = ()) -> str:
    """The hex sha256 of the canonical form."""
    return sha256(canonical_bytes(value, without=without)).hexdigest()
