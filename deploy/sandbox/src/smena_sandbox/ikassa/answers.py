"""How iKassa answers: JSON, errors as ``{code, message}``."""

from typing import Any

import msgspec
from starlette.responses import Response

MEDIA_TYPE = "application/json;charset=UTF-8"


class RefusalError(Exception):
    """An error the caller sees; the list of codes is not known."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def answer(content: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(content), status, media_type=MEDIA_TYPE)


def refused(refusal: RefusalError) -> Response:
    """The error body."""
    return answer({"code": refusal.code, "message": refusal.message}, refusal.status)
