"""All tables of a base, its counters and its backups."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from smena_sandbox.onec.bp_by import build_schema
from smena_sandbox.onec.errors import unknown_entity
from smena_sandbox.onec.schema import EntityType, Record, Schema
from smena_sandbox.onec.start import NO_REF
from smena_sandbox.onec.switches import OnecSwitches
from smena_sandbox.onec.table import Table

_SERVER_REFS = UUID("7c1d2c5e-4b0a-5c5d-9c1e-00000000c0de")


@dataclass(slots=True)
class Backup:
    """A base at a moment: what comes back when it is restored."""

    tables: dict[str, dict[str, Record]]
    counters: dict[str, int]
    hidden: frozenset[str] = field(default_factory=frozenset)


class Store:
    """Tables by entity set. Rows of sections are no table: they live inside their documents."""

    def __init__(self, switches: OnecSwitches) -> None:
        self.schema: Schema = build_schema(switches)
        self.tables = {name: Table(entity) for name, entity in self.schema.items() if entity.kind != "rows"}
        self.counters: dict[str, int] = {}
        self.hidden: set[str] = set()
        self.backups: dict[str, Backup] = {}

    def entity(self, name: str, switches: OnecSwitches) -> EntityType:
        """Return a published entity set; an unpublished one is as unknown as a misspelt one (DOC, LIVE-A)."""
        found = self.schema.get(name)
        if found is None or name in switches.unpublished:
            raise unknown_entity(name)
        return found

    def table(self, name: str) -> Table:
        """Return the table of an entity set."""
        return self.tables[name]

    def documents(self) -> list[Table]:
        """Return the tables of all kinds of documents."""
        return [table for table in self.tables.values() if table.entity.kind == "document"]

    def next_number(self, counter: str) -> int:
        """Count on; counters instead of chance keep the sandbox's promise of the same traffic."""
        self.counters[counter] = self.counters.get(counter, 0) + 1
        return self.counters[counter]

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Take counted keys and numbers back when a write is refused, so that only writes move the counters."""
        counted = dict(self.counters)
        try:
            yield
        except Exception:
            self.counters = counted
            raise

    def new_ref(self) -> str:
        """Return a server-made ``Ref_Key``, never one that is taken."""
        return str(uuid5(_SERVER_REFS, str(self.next_number("ref"))))

    def description(self, target: str, ref: str) -> str:
        """Return an object's presentation, empty for an empty or broken reference."""
        table = self.tables.get(target)
        found = table.get(ref) if table is not None and ref != NO_REF else None
        if found is None:
            return ""
        return str(found.get("Description") or found.get("Number") or "")

    def back_up(self, name: str) -> None:
        """Remember everything under a name."""
        tables = {key: table.copy() for key, table in self.tables.items()}
        self.backups[name] = Backup(tables, dict(self.counters), frozenset(self.hidden))

    def restore(self, name: str) -> bool:
        """Go back: later objects disappear, ``DataVersion`` falls back, numbers are given again."""
        backup = self.backups.get(name)
        if backup is None:
            return False
        for key, records in backup.tables.items():
            if key in self.tables:
                self.tables[key].replace(records.values())
        self.counters = dict(backup.counters)
        self.hidden = set(backup.hidden)
        return True

    def reshape(self, switches: OnecSwitches) -> None:
        """Take another schema at run time, as a base updated between two calls does; unknown columns go."""
        old, self.schema = self.tables, build_schema(switches)
        # A backup has the columns of its time; it cannot be restored into others.
        self.backups.clear()
        self.tables = {}
        for name, entity in self.schema.items():
            if entity.kind == "rows":
                continue
            table = self.tables[name] = Table(entity)
            kept = old.get(name)
            if kept is None:
                continue
            table.replace(kept if kept.entity == entity else (_reshaped(entity, record) for record in kept))


def _reshaped(entity: EntityType, record: Record) -> Record:
    fresh = entity.empty_record()
    fresh.update({name: value for name, value in record.items() if name in fresh})
    for section in entity.sections:
        empty = {prop.name: prop.empty for prop in section.props}
        rows = record.get(section.name, [])
        fresh[section.name] = [{**empty, **{k: v for k, v in row.items() if k in empty}} for row in rows]
    return fresh
