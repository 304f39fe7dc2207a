"""Problem answers on the wire, and the middleware that makes one of whatever goes wrong inside it."""

import psycopg
import structlog
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import InterfaceError as DriverInterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smena.http.language import language_of
from smena.http.problems import PROBLEM_MEDIA_TYPE, Problem
from smena.http.standard_problems import internal_error, unavailable

_log = structlog.get_logger(__name__)

_DATABASE_AWAY = (
    OperationalError,
    DriverInterfaceError,
    PoolTimeoutError,
    psycopg.OperationalError,
    psycopg.InterfaceError,
)


def problem_response(problem: Problem, scope: Scope) -> Response:
    """The answer for a problem, in the caller's language."""
    language = language_of(scope)
    return Response(
        problem.encoded(language, instance=scope.get("path")),
        status_code=problem.status,
        media_type=PROBLEM_MEDIA_TYPE,
        headers={"Content-Language": language, **problem.headers},
    )


def problem_of(error: Exception) -> Problem:
    """What the caller is told of an error: a problem as it is, a database that is away, or nothing but 500."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, _DATABASE_AWAY) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        _log.warning("http.database_away", error=str(error).splitlines()[0])
        return unavailable()
    _log.error("http.failed", exc_info=error)
    return internal_error()


class AnswerProblems:
    """Turn every exception from inside into a problem answer, unless the answer has begun."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            problem = problem_of(error)
            if begun:
                raise
            await problem_response(problem, scope)(scope, receive, send)
