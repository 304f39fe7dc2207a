"""Groups of items as paths."""

from smena.erp.onec.base import OneCBase
from smena.erp.onec.literals import EMPTY_REF
from smena.erp.onec.walk import Walk, walk

GROUPS_PER_REQUEST = 1_000
DEPTH_MAX = 32


async def group_paths(base: OneCBase) -> dict[str, str]:
    """The path of every group, names joined with ``/``; a ring of groups ends where it closes."""
    names = base.names["item"]
    parents: dict[str, tuple[str, str]] = {}
    select = f"Ref_Key,{names['name']},{names['parent']}"
    condition = f"{names['is_group']} eq true"
    async for rows in walk(base, Walk(names["set"], GROUPS_PER_REQUEST, condition, select)):
        for row in rows:
            name = str(row.get(names["name"]) or "").strip()
            parents[str(row["Ref_Key"])] = (name, str(row.get(names["parent"]) or EMPTY_REF))
    return {ref: _path(ref, parents) for ref in parents}


def _path(ref: str, parents: dict[str, tuple[str, str]]) -> str:
    parts: list[str] = []
    while ref in parents and len(parts) < DEPTH_MAX:
        name, ref = parents[ref]
        parts.append(name)
    return "/".join(reversed(parts))
