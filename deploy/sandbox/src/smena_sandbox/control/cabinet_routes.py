"""``/_sandbox/cabinets/{id}/…``: ring a receipt, open and close a shift, read the tills' own totals."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from smena_sandbox.clock import instant, milliseconds
from smena_sandbox.control.replies import ControlError, body_of, reply
from smena_sandbox.control.ringing import RingRequest, kopecks, ring, till_of
from smena_sandbox.world.model import Document, Kind, Shift, ZReport
from smena_sandbox.world.report import rubles_text
from smena_sandbox.world.till import Till, TillError
from smena_sandbox.world.world import World

PLAIN_FIGURES = frozenset(
    {"first_number", "last_number"} | {name for name in ZReport.__dataclass_fields__ if name.endswith("_count")}
)


class ShiftRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /_sandbox/cabinets/{id}/shifts``.

    ``close`` (default) or ``open`` now or at an instant. ``z`` overwrites figures of the Z-report by their names in
    ``GET …/shifts``, so that it disagrees with the receipts; with ``shift`` that of an already closed one.
    """

    register: str
    action: Literal["close", "open"] = "close"
    at: datetime | None = None
    shift: int | None = None
    z: dict[str, str | int] = msgspec.field(default_factory=dict)


class CabinetRoutes:
    """What happens at the tills while the product watches."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[Route]:
        """The routes, to be mounted under ``/_sandbox``."""
        base = "/_sandbox/cabinets/{cabinet}"
        return [
            Route(f"{base}/receipts", self.ring, methods=["POST"]),
            Route(f"{base}/shifts", self.change_shift, methods=["POST"]),
            Route(f"{base}/shifts", self.list_shifts, methods=["GET"]),
        ]

    async def ring(self, request: Request) -> Response:
        """Ring a document; answers what it became."""
        self._check(request)
        document = ring(self.world.cabinet, self.world.clock, await body_of(request, RingRequest))
        return reply(_document(document), 201)

    async def change_shift(self, request: Request) -> Response:
        """Open or close a shift, or overwrite figures of a Z-report."""
        self._check(request)
        asked = await body_of(request, ShiftRequest)
        till = till_of(self.world.cabinet, asked.register)
        if asked.at is not None and asked.at.tzinfo is None:
            raise ControlError(400, "an instant needs its offset, as 2026-01-31T20:00:00+03:00")
        at = self.world.clock.now_ms() if asked.at is None else milliseconds(asked.at)
        try:
            shift = _changed(till, asked, at)
        except TillError as error:
            raise ControlError(409, str(error)) from error
        return reply(_shift(till, shift), 201)

    async def list_shifts(self, request: Request) -> Response:
        """Every shift with the figures of its Z-report and its net, whatever the clock says."""
        self._check(request)
        return reply({"data": [_shift(till, shift) for till in self._tills(request) for shift in till.shifts]})

    def _tills(self, request: Request) -> list[Till]:
        name = request.query_params.get("register")
        return [till_of(self.world.cabinet, name)] if name else list(self.world.cabinet.tills.values())

    def _check(self, request: Request) -> None:
        if request.path_params["cabinet"] != self.world.cabinet.identity:
            raise ControlError(404, f"no cabinet {request.path_params['cabinet']}")


def _changed(till: Till, asked: ShiftRequest, at: int) -> Shift:
    if asked.action == "open":
        return till.open(at)
    if asked.shift is None:
        shift = till.close(at).shift
    else:
        found = next((shift for shift in till.shifts if shift.number == asked.shift), None)
        if found is None or found.closed is None:
            raise ControlError(404, f"no closed shift {asked.shift} on {till.identity}")
        shift = found
    z = _z_of(shift)
    for name, value in asked.z.items():
        if name not in ZReport.__dataclass_fields__:
            raise ControlError(400, f"no figure {name}; known: {', '.join(ZReport.__dataclass_fields__)}")
        setattr(z, name, int(value) if name in PLAIN_FIGURES else kopecks(value))
    return shift


def _z_of(shift: Shift) -> ZReport | None:
    return next((document.z for document in shift.documents if document.kind is Kind.Z_REPORT), None)


def _document(document: Document) -> dict[str, Any]:
    return {
        "uid": document.uid,
        "doc_id": document.doc_id,
        "kind": document.kind,
        "number": document.number,
        "at": instant(document.at),
        "shift": document.shift.number,
        "shift_closed": document.shift.closed is not None,
        "sum": rubles_text(document.payable),
    }


def _shift(till: Till, shift: Shift) -> dict[str, Any]:
    z = _z_of(shift)
    figures = asdict(z) if z is not None else {}
    signs = {Kind.SALE: 1, Kind.REFUND: -1, Kind.ANNULMENT: -1}
    net = sum(signs.get(document.kind, 0) * document.payable for document in shift.documents)
    return {
        "register": till.identity,
        "register_number": till.number,
        "shift_id": shift.shift_id,
        "number": shift.number,
        "opened": instant(shift.opened),
        "closed": None if shift.closed is None else instant(shift.closed),
        "documents": len(shift.documents),
        "net": rubles_text(net),
        "z": {name: value if name in PLAIN_FIGURES else rubles_text(value) for name, value in figures.items()},
    }
