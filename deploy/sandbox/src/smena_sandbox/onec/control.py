"""``/_sandbox/onec/…``: what a test or a person asks the sandbox itself, never a part of 1C."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from smena_sandbox.onec import names
from smena_sandbox.onec.books import postings
from smena_sandbox.onec.context import Context
from smena_sandbox.onec.edits import EDITS, Edit
from smena_sandbox.onec.errors import OnecError
from smena_sandbox.onec.switching import Switchboard

_PREFIX = "/_sandbox/onec"
Handler = Callable[[Request], Awaitable[Response]]


def _json(payload: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(payload), status, media_type="application/json")


def control_routes(context: Context, switchboard: Switchboard) -> list[Route]:
    """Return the routes; their bodies are described in the package's README."""
    control = _Control(context, switchboard)
    return [
        Route(f"{_PREFIX}/documents", control.documents, methods=["GET"]),
        Route(f"{_PREFIX}/postings", control.postings, methods=["GET"]),
        Route(f"{_PREFIX}/items", control.items, methods=["GET"]),
        Route(f"{_PREFIX}/edits", control.edit, methods=["POST"]),
        Route(f"{_PREFIX}/switches", control.switches, methods=["GET", "POST"]),
        Route(f"{_PREFIX}/backup", control.back_up, methods=["POST"]),
        Route(f"{_PREFIX}/restore", control.restore, methods=["POST"]),
    ]


class _Control:
    """Handlers over one base."""

    def __init__(self, context: Context, switchboard: Switchboard) -> None:
        self._context = context
        self._switchboard = switchboard

    async def documents(self, request: Request) -> Response:
        """All documents of all kinds with their sections; ``?kind=`` names one, with or without prefix."""
        kind = request.query_params.get("kind", "")
        found = [
            {"kind": table.entity.name, **record}
            for table in self._context.store.documents()
            if kind in {"", table.entity.name, table.entity.name.removeprefix("Document_")}
            for record in table.between("Date", None, None)
        ]
        return _json({"documents": found})

    async def postings(self, _: Request) -> Response:
        """Movements per posted document and turnovers per account."""
        return _json(postings(self._context.store))

    async def items(self, _: Request) -> Response:
        """The catalogue with its barcodes."""
        barcodes: dict[str, list[str]] = {}
        for record in self._context.store.table(names.BARCODES):
            barcodes.setdefault(record["Номенклатура_Key"], []).append(record["Штрихкод"])
        found = [
            {**record, "barcodes": barcodes.get(record["Ref_Key"], [])}
            for record in self._context.store.table(names.ITEMS).between("Ref_Key", None, None)
        ]
        return _json({"items": found})

    async def edit(self, request: Request) -> Response:
        """One manual change of an accountant."""
        try:
            edit = msgspec.json.decode(await request.body(), type=Edit)
        except msgspec.DecodeError as error:
            return _json({"error": str(error)}, 400)
        if edit.do not in EDITS:
            return _json({"error": f"do is one of: {', '.join(EDITS)}"}, 400)
        try:
            with self._context.store.all_or_nothing():
                record = EDITS[edit.do](edit, self._context)
        except LookupError as error:
            return _json({"error": str(error)}, 404)
        except (OnecError, ValueError) as error:
            return _json({"error": str(error)}, 409)
        return _json({"do": edit.do, "kind": edit.kind, "ref": record.get("Ref_Key", edit.ref), "record": record})

    async def switches(self, request: Request) -> Response:
        """Show the switches, or change those that the body names."""
        if request.method == "POST":
            try:
                changes = msgspec.json.decode(await request.body(), type=dict[str, Any])
                self._switchboard.change(changes)
            except (msgspec.DecodeError, ValueError) as error:
                return _json({"error": str(error)}, 400)
        return _json(self._switchboard.shown())

    async def back_up(self, request: Request) -> Response:
        """Remember the base as it is."""
        name = request.query_params.get("name", "last")
        self._context.store.back_up(name)
        return _json({"backup": name})

    async def restore(self, request: Request) -> Response:
        """Go back to a remembered base: what came later is gone."""
        name = request.query_params.get("name", "last")
        if not self._context.store.restore(name):
            return _json({"error": f"no backup named {name}"}, 404)
        return _json({"restored": name})
