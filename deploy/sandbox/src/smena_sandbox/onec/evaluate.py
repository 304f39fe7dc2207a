"""Turn the tree of a filter into one function over records."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from smena_sandbox.onec.errors import OnecError, UnknownFieldError, bad_request, bad_value, refused, unknown_function
from smena_sandbox.onec.expressions import Binary, Call, Lambda, Literal, Node, Path, Unary
from smena_sandbox.onec.functions import (
    DATE_PARTS,
    TEXT_SEARCHES,
    UNSUPPORTED,
    arithmetic,
    rounded,
    substring,
    text_search,
)
from smena_sandbox.onec.parser import not_allowed_in_where
from smena_sandbox.onec.schema import EntityType, Prop, Record, Section
from smena_sandbox.onec.store import Store
from smena_sandbox.onec.switches import OnecSwitches

Getter = Callable[[Record], Any]
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_NUMBERS = frozenset({"Double", "Int64"})


@dataclass(frozen=True, slots=True)
class Term:
    """A compiled part: its function, its Edm type, and whether it is constant or may be nothing."""

    get: Getter
    type: str
    constant: bool = False
    nullable: bool = False


def compile_filter(tree: Node, entity: EntityType, store: Store, switches: OnecSwitches) -> Getter:
    """Return the test of a record; names are checked here, before any record is looked at."""
    term = _Compiler(entity, store, switches).term(tree)
    if term.type != "Boolean":
        raise not_allowed_in_where()
    return term.get


def path_getter(names: tuple[str, ...], entity: EntityType, store: Store, switches: OnecSwitches) -> Getter:
    """Return the getter of a path for ``$orderby``, which may navigate (DOC)."""
    return _Compiler(entity, store, switches).term(Path(names)).get


def _property_term(name: str, props: dict[str, Prop]) -> Term | None:
    prop = props.get(name)
    if prop is None:
        return None
    if prop.composite:
        kind = f"{name}_Type"
        return Term(lambda record: (record[name], record[kind]), "Composite")
    if prop.type == "Int64":
        return Term(lambda record: int(record[name]), "Int64")
    if prop.type == "String" and not prop.length and name != "DataVersion":
        return Term(operator.itemgetter(name), "Unlimited")
    return Term(operator.itemgetter(name), prop.type)


class _Compiler:
    """Compiles against one entity; a lambda's variable is a cell that its loop fills."""

    def __init__(self, entity: EntityType, store: Store, switches: OnecSwitches) -> None:
        self._entity = entity
        self._store = store
        self._switches = switches
        self._variables: dict[str, tuple[Section, list[Record]]] = {}

    def term(self, node: Node) -> Term:
        """Compile one node."""
        if isinstance(node, Literal):
            value = node.value
            return Term(lambda _: value, node.type, constant=True)
        if isinstance(node, Path):
            return self._path(node.names)
        if isinstance(node, Unary):
            return self._unary(node)
        if isinstance(node, Lambda):
            return self._lambda(node)
        if isinstance(node, Call):
            return self._call(node)
        return self._binary(node)

    def _path(self, names: tuple[str, ...]) -> Term:
        if names[0] in self._variables and len(names) > 1:
            section, cell = self._variables[names[0]]
            inner = _property_term(names[1], section.by_name)
            if inner is None or len(names) > 2:
                raise UnknownFieldError("/".join(names))
            return Term(lambda _: inner.get(cell[0]), inner.type)
        return self._navigate(self._entity, names)

    def _navigate(self, entity: EntityType, names: tuple[str, ...]) -> Term:
        name, rest = names[0], names[1:]
        if not rest:
            found = _property_term(name, entity.by_name)
            if found is None:
                raise UnknownFieldError(name)
            return found
        link = entity.by_navigation.get(name)
        if link is None:
            raise UnknownFieldError("/".join(names))
        inner = self._navigate(self._store.schema[link.target], rest)
        table, key = self._store.table(link.target), link.name

        def follow(record: Record) -> Any:
            other = table.get(record[key])
            return None if other is None else inner.get(other)

        return Term(follow, inner.type, nullable=True)

    def _unary(self, node: Unary) -> Term:
        term = self.term(node.operand)
        get = term.get
        if node.op == "not":
            if term.type != "Boolean":
                raise not_allowed_in_where()
            return Term(lambda record: not get(record), "Boolean")
        if term.type not in _NUMBERS:
            raise bad_value("Унарный минус применим только к числу")
        return Term(lambda record: -get(record), term.type, constant=term.constant)

    def _binary(self, node: Binary) -> Term:
        left, right = self.term(node.left), self.term(node.right)
        if node.op in {"and", "or"}:
            if left.type != "Boolean" or right.type != "Boolean":
                raise not_allowed_in_where()
            a, b = left.get, right.get
            if node.op == "and":
                return Term(lambda record: a(record) and b(record), "Boolean")
            return Term(lambda record: a(record) or b(record), "Boolean")
        if node.op in _COMPARE:
            return Term(_comparison(node.op, left, right), "Boolean")
        if left.type not in _NUMBERS or right.type not in _NUMBERS:
            raise not_allowed_in_where()
        op, a, b = node.op, left.get, right.get
        return Term(lambda record: arithmetic(op, a(record), b(record)), "Double")

    def _lambda(self, node: Lambda) -> Term:
        section = self._entity.by_section.get(node.section)
        if section is None:
            raise UnknownFieldError(node.section)
        name = section.name
        if node.body is None:
            return Term(lambda record: bool(record[name]), "Boolean")
        cell: list[Record] = [{}]
        self._variables[node.variable] = (section, cell)
        body = self.term(node.body)
        del self._variables[node.variable]
        if body.type != "Boolean":
            raise not_allowed_in_where()
        quantifier = any if node.quantifier == "any" else all

        def holds(record: Record, row: Record) -> bool:
            cell[0] = row
            return bool(body.get(record))

        return Term(lambda record: quantifier(holds(record, row) for row in record[name]), "Boolean")

    def _call(self, node: Call) -> Term:
        if node.name in TEXT_SEARCHES:
            return self._text_search(node)
        if node.name in {"cast", "isof"}:
            return self._type_function(node)
        if node.name in UNSUPPORTED or node.name not in {*DATE_PARTS, "concat", "substring", "round"}:
            raise unknown_function(node.name)
        terms = [self.term(arg) for arg in node.args]
        gets = [term.get for term in terms]
        counts = {"concat": (2,), "substring": (2, 3)}.get(node.name, (1,))
        if len(gets) not in counts:
            raise bad_request(f"Неверное количество параметров функции '{node.name}'")
        if node.name == "concat":
            a, b = gets
            return Term(lambda record: f"{a(record) or ''}{b(record) or ''}", "String")
        if node.name == "substring":
            return Term(lambda record: substring(*(get(record) for get in gets)), "String")
        get = gets[0]
        if node.name == "round":
            return Term(lambda record: rounded(get(record)), "Double")
        if terms[0].type != "DateTime":
            raise bad_value(f"Параметр функции '{node.name}' должен быть датой")
        part = DATE_PARTS[node.name]
        return Term(lambda record: part(get(record)), "Double")

    def _text_search(self, node: Call) -> Term:
        if len(node.args) != 2:
            raise bad_request(f"Неверное количество параметров функции '{node.name}'")
        # substringof('text', field); the others take the field first (DOC).
        first, second = (self.term(arg) for arg in node.args)
        field, needle = (second, first) if node.name == "substringof" else (first, second)
        if field.type not in {"String", "Unlimited"} or needle.type not in {"String", "Unlimited"}:
            raise bad_value(f"Параметры функции '{node.name}' должны быть строками")
        rules, get = self._switches.comment_like_rules, field.get
        if needle.constant:
            test = text_search(node.name, needle.get({}), like_rules=rules)
            return Term(lambda record: test(get(record) or ""), "Boolean")
        return Term(
            lambda record: text_search(node.name, needle.get(record), like_rules=rules)(get(record) or ""),
            "Boolean",
        )

    def _type_function(self, node: Call) -> Term:
        if len(node.args) != 2 or not isinstance(node.args[1], Literal):
            raise bad_request(f"Неверные параметры функции '{node.name}'")
        name = str(node.args[1].value).removeprefix("StandardODATA.")
        if name not in self._store.schema and not name.startswith("Edm."):
            raise bad_value(f"Неизвестный тип '{name}'")
        term, kind = self.term(node.args[0]), f"StandardODATA.{name}"
        get = term.get
        if node.name == "isof":
            if term.type != "Composite":
                raise bad_value("isof применима только к полю составного типа")
            return Term(lambda record: get(record)[1] == kind, "Boolean")
        if term.type == "Guid" and not name.startswith("Edm."):
            return Term(lambda record: (get(record), kind), "Reference", constant=term.constant)
        return term


def _comparison(op: str, left: Term, right: Term) -> Getter:
    kinds = {left.type, right.type}
    if "Unlimited" in kinds and "Null" not in kinds:
        # A string without a length cannot be compared, only searched (GUESS, as in 1C's queries).
        raise refused("Нельзя сравнивать поля неограниченной длины и поля несовместимых типов")
    if "Composite" in kinds and kinds <= {"Composite", "Guid", "String"} and kinds != {"Composite"}:
        # DOC: a plain guid on a composite field answers nothing, whatever it is.
        return lambda _: False
    if kinds == {"Reference", "Guid"}:
        plain, typed = (left, right) if left.type == "Guid" else (right, left)
        return _pair(op, plain.get, lambda record: typed.get(record)[0])
    known = kinds - {"Null"}
    if known - _NUMBERS and len(known) > 1 and known != {"Composite", "Reference"}:
        raise _mismatch(left, right)
    if right.constant and not left.nullable and right.type != "Null":
        value, compare, get = right.get({}), _COMPARE[op], left.get
        return lambda record: compare(get(record), value)
    return _pair(op, left.get, right.get)


def _mismatch(left: Term, right: Term) -> OnecError:
    return bad_value(f"Несовместимые типы операндов сравнения: Edm.{left.type} и Edm.{right.type}")


def _pair(op: str, left: Getter, right: Getter) -> Getter:
    compare = _COMPARE[op]

    def test(record: Record) -> bool:
        a, b = left(record), right(record)
        if a is None or b is None:
            return (op == "eq" and a is b) or (op == "ne" and a is not b)
        return compare(a, b)

    return test
