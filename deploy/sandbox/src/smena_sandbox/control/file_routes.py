"""``/_sandbox/files``: what a shop's program would have exported by now, to fetch or to be put into a folder."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from smena_sandbox.control.replies import ControlError, body_of, reply
from smena_sandbox.files.k5 import k5_files
from smena_sandbox.files.rows import Registers, finished_days
from smena_sandbox.files.titan import titan_files
from smena_sandbox.world.world import World

FORMATS: dict[str, Callable[[World, date, Registers], dict[str, bytes]]] = {
    "titan-retail-local": titan_files,
    "k5-mag": k5_files,
}


class FilesRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /_sandbox/files``: put every finished day's files into ``folder``/in, each at once whole.

    ``registers`` (ids) are those whose documents the files hold; all of them when left out.
    """

    operator: str
    folder: str
    registers: list[str] | None = None


class FileRoutes:
    """Exports of the shop's program."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[Route]:
        """The routes, to be mounted under ``/_sandbox``."""
        return [
            Route("/_sandbox/files", self.put, methods=["POST"]),
            Route("/_sandbox/files/{operator}", self.names, methods=["GET"]),
            Route("/_sandbox/files/{operator}/{name}", self.fetch, methods=["GET"]),
        ]

    async def names(self, request: Request) -> Response:
        """The names of the files."""
        return reply({"data": list(self._files(request.path_params["operator"]))})

    async def fetch(self, request: Request) -> Response:
        """One file."""
        files = self._files(request.path_params["operator"])
        body = files.get(request.path_params["name"])
        if body is None:
            raise ControlError(404, f"no file {request.path_params['name']}")
        return Response(body, media_type="application/octet-stream")

    async def put(self, request: Request) -> Response:
        """Write the files into a folder of this machine."""
        asked = await body_of(request, FilesRequest)
        return reply({"data": written(self._files(asked.operator, _chosen(asked.registers)), Path(asked.folder))}, 201)

    def _files(self, operator: str, registers: Registers = None) -> dict[str, bytes]:
        make = FORMATS.get(operator)
        if make is None:
            raise ControlError(404, f"no files of {operator}; there are: {', '.join(FORMATS)}")
        days = finished_days(self.world, registers)
        return {name: body for day in days for name, body in make(self.world, day, registers).items()}


def _chosen(registers: list[str] | None) -> Registers:
    return None if registers is None else frozenset(registers)


def written(files: dict[str, bytes], folder: Path) -> list[str]:
    """Put files into ``folder``/in."""
    target = folder / "in"
    target.mkdir(parents=True, exist_ok=True)
    for name, body in files.items():
        beside = target / f"{name}.part"
        beside.write_bytes(body)
        beside.replace(target / name)
    return list(files)
