"""A fault as it is asked for, and whether it strikes a request."""

import re
from random import Random
from typing import Any, Literal

import msgspec

Kind = Literal[
    "drop-before", "commit-then-drop", "delay", "status", "truncate", "html", "empty", "duplicate", "reorder",
    "late", "429", "401", "half-then-drop",
]  # fmt: skip

BEFORE_BY_DEFAULT = frozenset({"delay", "status", "html", "429", "401"})
"""Kinds that answer in place of the system behind; ``phase: "after"`` lets it do its work first."""


class When(msgspec.Struct, forbid_unknown_fields=True):
    """Which requests: all named conditions must hold.

    ``path`` is a substring or a regular expression, matched on the decoded path and query. ``nth`` counts the
    matching requests from 1; ``every`` strikes every so many; ``probability`` is drawn from the seed.
    """

    method: str | None = None
    path: str | None = None
    nth: int | None = None
    every: int | None = None
    probability: float | None = None
    times: int | None = None


class FaultRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /_sandbox/faults``; fields that a kind does not use are ignored by it.

    * ``seconds``: wait so long (any kind); ``phase``: ``before`` or ``after`` the system behind does its work.
    * ``code``, ``body``, ``headers``: of ``status``; ``body`` is JSON or a text. ``retry_after``: of ``429``.
    * ``records``: how many last records of each list are duplicated or come late; ``lists`` names the lists.
    * ``ids``: the records that come late, by ``uid``, ``docId``, ``Ref_Key``, ``saleId`` or ``goodId``.
    * ``requests``: in how many matching answers they are hidden; none: until released or cleared.
    """

    target: str
    do: Kind
    when: When = msgspec.field(default_factory=When)
    seconds: float = 0.0
    phase: Literal["before", "after"] | None = None
    code: int = 500
    body: Any = None
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    retry_after: int | str | None = None
    records: int | None = None
    lists: list[str] | None = None
    ids: list[str] | None = None
    requests: int | None = None


class Fault:
    """A fault in force, with its counters."""

    def __init__(self, number: int, asked: FaultRequest, seed: int) -> None:
        self.number = number
        self.asked = asked
        self.seen = 0
        self.hits = 0
        self.released = False
        self.hidden: set[str] = set()
        self.random = Random(f"{seed}|fault|{number}")
        self._pattern = _compiled(asked.when.path)

    @property
    def after(self) -> bool:
        """Whether the system behind does its work first."""
        if self.asked.phase is not None:
            return self.asked.phase == "after"
        return self.asked.do not in BEFORE_BY_DEFAULT

    def matches(self, target: str, method: str, path: str) -> bool:
        """Whether method and path fit, whatever the counters say."""
        when = self.asked.when
        if target != self.asked.target or (when.method and when.method.upper() != method):
            return False
        if when.path is None or when.path in path:
            return True
        return self._pattern is not None and self._pattern.search(path) is not None

    def strikes(self, target: str, method: str, path: str) -> bool:
        """Count a request that matches, and say whether this one is struck."""
        when = self.asked.when
        if not self.matches(target, method, path):
            return False
        if when.times is not None and self.hits >= when.times:
            return False
        self.seen += 1
        if when.nth is not None and self.seen != when.nth:
            return False
        if when.every is not None and self.seen % max(1, when.every):
            return False
        if when.probability is not None and self.random.random() >= when.probability:
            return False
        self.hits += 1
        return True


def _compiled(pattern: str | None) -> re.Pattern[str] | None:
    """A path that is no regular expression, as ``X(guid'…``, is a substring only."""
    try:
        return re.compile(pattern) if pattern else None
    except re.error:
        return None
