"""The HTTP application of a process: the services' routes behind one set of rules."""

from collections.abc import Mapping, Sequence
from functools import partial

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from smena.http.answers import AnswerProblems, problem_response
from smena.http.auth import TokenBook
from smena.http.idempotency import IdempotencyStore
from smena.http.intake import Intake
from smena.http.openapi import describe
from smena.http.payload_errors import validation_problem
from smena.http.problems import Problem, Words
from smena.http.request_context import RequestContext
from smena.http.route_plans import RoutePlan, allowed_methods, plans_of
from smena.http.standard_problems import BAD_REQUEST, METHOD_NOT_ALLOWED, not_found
from smena.version import VERSION


class OpenRouteError(Exception):
    """A route asks for no scope: every API route must, so that none is open by oversight."""


def create_app(
    title: str,
    routers: Sequence[APIRouter],
    *,
    tokens: TokenBook,
    idempotency: Mapping[str, IdempotencyStore] | None = None,
    pages: Sequence[APIRouter] = (),
) -> FastAPI:
    """Put the services' routers behind tokens, limits, problem answers and idempotency keys.

    ``idempotency`` gives the store for the first segment of a path (``sales``). ``pages`` are routers that
    guard themselves (the console's sessions); every route of ``routers`` must ``require`` a scope.

    Raises:
        OpenRouteError: naming a route without one.
    """
    app = FastAPI(title=title, version=VERSION, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.tokens = tokens
    for router in routers:
        app.include_router(router)
    _refuse_open_routes(plans_of(app.routes))
    for router in pages:
        app.include_router(router)
    app.state.plans = plans_of(app.routes)
    app.state.stopping = False
    app.openapi = partial(describe, app, app.state.plans)  # type: ignore[method-assign] # FastAPI's documented way
    app.add_exception_handler(Problem, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_validation)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    # the last one added is the outermost
    app.add_middleware(AnswerProblems)
    app.add_middleware(Intake, plans=app.state.plans, tokens=tokens, idempotency=idempotency or {})
    app.add_middleware(AnswerProblems)
    app.add_middleware(RequestContext)
    return app


def _refuse_open_routes(plans: tuple[RoutePlan, ...]) -> None:
    for plan in plans:
        if plan.scope is None:
            raise OpenRouteError(f"{sorted(plan.methods)} {plan.path} must require a scope")


async def _answer_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(error, request.scope)


async def _answer_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem_response(validation_problem(error.errors()), request.scope)


async def _answer_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem_response(_problem_of_http_exception(error, request), request.scope)


def _problem_of_http_exception(error: HTTPException, request: Request) -> Problem:
    if error.status_code == 404:
        return not_found("Адрес", "The address")
    if error.status_code == 405:
        allowed = ", ".join(allowed_methods(request.app.state.plans, request.url.path))
        words = Words(f"Здесь допустимо: {allowed}.", f"Allowed here: {allowed}.")
        return METHOD_NOT_ALLOWED(words, headers={"Allow": allowed})
    words = Words("Проверьте запрос по описанию API.", "Check the request against the API's description.")
    return Problem(BAD_REQUEST.name, error.status_code, title=BAD_REQUEST.title, detail=words, headers=error.headers)
