"""Which records a filter can match at all, from the tables' indexes: a superset, tested afterwards."""

from smena_sandbox.onec.expressions import Binary, Literal, Node, Path
from smena_sandbox.onec.schema import EntityType, Record
from smena_sandbox.onec.table import Table

ORDERED = ("Date", "Period", "Ref_Key", "Штрихкод")
_EXACT_TYPES = frozenset({"Guid", "String"})


def conjuncts(tree: Node) -> list[Node]:
    """Return the parts that must all hold."""
    if isinstance(tree, Binary) and tree.op == "and":
        return [*conjuncts(tree.left), *conjuncts(tree.right)]
    return [tree]


def _field_and_literal(node: Node) -> tuple[str, Literal] | None:
    if not isinstance(node, Binary) or not isinstance(node.left, Path) or not isinstance(node.right, Literal):
        return None
    return (node.left.names[0], node.right) if len(node.left.names) == 1 else None


def exact_values(node: Node, entity: EntityType) -> tuple[str, list[str]] | None:
    """Return the property and its wanted values for ``X eq a`` or ``X eq a or X eq b or …``."""
    if isinstance(node, Binary) and node.op == "or":
        left, right = exact_values(node.left, entity), exact_values(node.right, entity)
        if left is None or right is None or left[0] != right[0]:
            return None
        return left[0], [*left[1], *right[1]]
    pair = _field_and_literal(node)
    if pair is None or not isinstance(node, Binary) or node.op != "eq" or not isinstance(pair[1].value, str):
        return None
    prop = entity.by_name.get(pair[0])
    if prop is None or prop.composite or prop.type != pair[1].type or prop.type not in _EXACT_TYPES:
        return None
    return pair[0], [pair[1].value]


def bounds(
    tree: Node, entity: EntityType, names: tuple[str, ...] = ORDERED
) -> tuple[str, str | None, str | None] | None:
    """Return a property that is kept sorted with its lowest and highest wanted value, both included."""
    low: dict[str, str] = {}
    high: dict[str, str] = {}
    for part in conjuncts(tree):
        pair = _field_and_literal(part)
        if pair is None or not isinstance(part, Binary):
            continue
        name, value = pair[0], pair[1].value
        prop = entity.by_name.get(name)
        if name not in names or prop is None or prop.type != pair[1].type or not isinstance(value, str):
            continue
        if part.op in {"ge", "gt", "eq"}:
            low[name] = max(low.get(name, ""), value)
        if part.op in {"le", "lt", "eq"}:
            high[name] = min(high.get(name, value), value)
    for name in names:
        if name in low or name in high:
            return name, low.get(name), high.get(name)
    return None


def candidates(table: Table, tree: Node) -> list[Record] | None:
    """Return the records worth testing, or ``None`` when only looking at all of them helps."""
    parts, entity = conjuncts(tree), table.entity
    best: list[Record] | None = None
    for part in parts:
        exact = exact_values(part, entity)
        if exact is None:
            continue
        name, values = exact
        found: list[Record] = []
        for value in dict.fromkeys(values):
            if entity.key == (name,):
                record = table.get(value)
                found.extend(() if record is None else (record,))
            else:
                found.extend(table.having(name, value))
        if best is None or len(found) < len(best):
            best = found
    limits = bounds(tree, entity)
    if limits is None:
        return best
    if best is not None and len(best) < 64:
        return best
    ranged = table.between(*limits)
    return ranged if best is None or len(ranged) < len(best) else best
