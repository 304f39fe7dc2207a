"""How Webkassa answers: JSON with a charset, errors in an ``exception``."""

from typing import Any

import msgspec
from starlette.responses import Response

MEDIA_TYPE = "application/json;charset=UTF-8"


class RefusalError(Exception):
    """An error the caller sees; ``status`` is HTTP's, ``code`` the cabinet's own (its list is not known)."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def answer(content: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(msgspec.json.encode(content), status, media_type=MEDIA_TYPE)


def refused(refusal: RefusalError, path: str) -> Response:
    """The error body of the cabinet."""
    return answer(
        {
            "exception": {
                "errCodeForClient": refusal.code,
                "errMessForClient": refusal.message,
                "errCodeOriginal": refusal.code,
                "errMessOriginal": refusal.message,
                "url": path,
            }
        },
        refusal.status,
    )


def rubles(kopecks: int) -> float:
    """Kopecks as the JSON number of rubles the cabinet shows."""
    return kopecks / 100


def rubles_or_null(kopecks: int | None) -> float | None:
    """As ``rubles``; every field of the cabinet may be null."""
    return None if kopecks is None else kopecks / 100
