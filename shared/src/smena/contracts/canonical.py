"""The canonical form of a published thing and its sha256."""

from hashlib import sha256

import msgspec

_encode = msgspec.json.Encoder(order="sorted").encode


class CanonicalParts:
    """A value whose top-level fields are each encoded once, for forms that differ in a few of them.

    The fields are those of an event as it is declared: none renamed, none left out for being a default.
    """

    def __init__(self, value: msgspec.Struct) -> None:
        self._parts = {name: msgspec.Raw(_encode(getattr(value, name))) for name in value.__struct_fields__}

    def bytes(self, *, without: tuple[str, ...] = (), **changed: str | int | None) -> bytes:
        """The canonical form without the named fields, and with these in place of its own."""
        kept = {name: part for name, part in self._parts.items() if name not in without}
        return _encode({**kept, **changed})

    def sha256(self, *, without: tuple[str, ...] = (), **changed: str | int | None) -> str:
        """The hex sha256 of such a form."""
        return sha256(self.bytes(without=without, **changed)).hexdigest()


def canonical_bytes(value: msgspec.Struct, *, without: tuple[str, ...] = ()) -> bytes:
    """JSON with sorted keys and no spaces, UTF-8, without the named top-level fields."""
    return CanonicalParts(value).bytes(without=without)


def canonical_sha256(value: msgspec.Struct, *, without: tuple[str, ...] = ()) -> str:
    """The hex sha256 of the canonical form."""
    return sha256(canonical_bytes(value, without=without)).hexdigest()
