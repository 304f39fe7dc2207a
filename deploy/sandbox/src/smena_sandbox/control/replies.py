"""Answers of the control routes: plain JSON, errors as ``{"error": "…"}``."""

from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

Body = TypeVar("Body", bound=msgspec.Struct)


class ControlError(Exception):
    """The control request makes no sense; the text says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def reply(content: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(content), status, media_type="application/json")


async def control_error(_request: Request, error: Exception) -> Response:
    """Exception handler of the control application."""
    return reply({"error": str(error)}, error.status if isinstance(error, ControlError) else 500)


async def body_of(request: Request, kind: type[Body]) -> Body:
    """The body read as ``kind``; unknown fields are refused, so that a misspelt option is noticed."""
    try:
        return msgspec.json.decode(await request.body() or b"{}", type=kind)
    except msgspec.DecodeError as error:
        raise ControlError(400, str(error)) from error
