"""Records of one entity set with the indexes that its questions need, built when first asked for."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator

from smena_sandbox.onec.schema import EntityType, Record

_KEPT_VIEWS = 16


class Table:
    """Records by key; a record is never changed in place, so that a backup is a shallow copy."""

    def __init__(self, entity: EntityType) -> None:
        self.entity = entity
        self.version = 0
        self._records: dict[str, Record] = {}
        self._indexes: dict[str, dict[str, dict[str, None]]] = {}
        self._ordered: dict[str, list[tuple[str, str]]] = {}
        self._views: dict[str, tuple[int, list[Record]]] = {}

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())

    def key_of(self, record: Record) -> str:
        """Return the one string a record is kept under."""
        return "|".join([record[name] for name in self.entity.key])

    def get(self, key: str) -> Record | None:
        """Return the record of a key."""
        return self._records.get(key)

    def put(self, record: Record) -> Record | None:
        """Keep a record; return the one it replaces."""
        key = self.key_of(record)
        before = self._records.get(key)
        self._forget(key, before)
        self._records[key] = record
        for name, index in self._indexes.items():
            index.setdefault(record[name], {})[key] = None
        for name, pairs in self._ordered.items():
            insort(pairs, (record[name], key))
        self.version += 1
        return before

    def remove(self, key: str) -> Record | None:
        """Drop a record; return it."""
        before = self._records.pop(key, None)
        self._forget(key, before)
        self.version += 1
        return before

    def _forget(self, key: str, before: Record | None) -> None:
        if before is None:
            return
        for name, index in self._indexes.items():
            index.get(before[name], {}).pop(key, None)
        for name, pairs in self._ordered.items():
            at = bisect_left(pairs, (before[name], key))
            if at < len(pairs) and pairs[at] == (before[name], key):
                del pairs[at]

    def having(self, name: str, value: str) -> list[Record]:
        """Records whose property has exactly this value, in the order they came."""
        index = self._indexes.get(name)
        if index is None:
            index = {}
            for key, record in self._records.items():
                index.setdefault(record[name], {})[key] = None
            self._indexes[name] = index
        return [self._records[key] for key in index.get(value, ())]

    def between(self, name: str, low: str | None, high: str | None) -> list[Record]:
        """Records by ascending property, bounds included."""
        return list(self.walk(name, low, high))

    def walk(self, name: str, low: str | None, high: str | None) -> Iterator[Record]:
        """Give the same one by one, for who stops early; the pair list is kept sorted across writes."""
        pairs = self._ordered.get(name)
        if pairs is None:
            pairs = sorted((record[name], key) for key, record in self._records.items())
            self._ordered[name] = pairs
        first = 0 if low is None else bisect_left(pairs, (low, ""))
        last = len(pairs) if high is None else bisect_right(pairs, (high, "\U0010ffff"))
        for at in range(first, last):
            yield self._records[pairs[at][1]]

    def view(self, name: str) -> list[Record] | None:
        """Return a kept answer of a question, unless a record was written since."""
        kept = self._views.get(name)
        return kept[1] if kept is not None and kept[0] == self.version else None

    def keep_view(self, name: str, records: list[Record]) -> None:
        """Keep an answer, so that paging through it does not filter and sort for every page."""
        if len(self._views) >= _KEPT_VIEWS:
            self._views.clear()
        self._views[name] = (self.version, records)

    def copy(self) -> dict[str, Record]:
        """Return the records as they are, for a backup."""
        return dict(self._records)

    def replace(self, records: Iterable[Record]) -> None:
        """Hold these records and no others."""
        self._records = {self.key_of(record): record for record in records}
        self._indexes.clear()
        self._ordered.clear()
        self._views.clear()
        self.version += 1
