"""What each route declares, compiled once: its scope, its query parameters, its body's media types and size."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import params
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from smena.http.auth import ScopeRequired

BODY_BYTES_MAX = 1024 * 1024
BULK_BODY_BYTES_MAX = 8 * 1024 * 1024
"""For a bulk PUT: ``@router.put(…, max_body_size=BULK_BODY_BYTES_MAX)``."""
FILE_BODY_BYTES_MAX = 64 * 1024 * 1024
"""For an uploaded file: ``@router.post(…, max_body_size=FILE_BODY_BYTES_MAX)``."""

JSON_MEDIA_TYPE = "application/json"
MULTIPART_MEDIA_TYPE = "multipart/form-data"
FORM_MEDIA_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class RoutePlan:
    """One route. ``media_types`` is empty where the route takes no body; ``scope`` is None on an open page."""

    path: str
    pattern: re.Pattern[str]
    methods: frozenset[str]
    scope: str | None
    query_names: frozenset[str]
    media_types: frozenset[str]
    checks_json: bool
    body_bytes_max: int


def plans_of(routes: Sequence[BaseRoute]) -> tuple[RoutePlan, ...]:
    """The plans of an application's API routes, in the order in which they match."""
    plans = []
    for context in iter_route_contexts(routes):
        if not isinstance(context.original_route, APIRoute):
            continue
        dependant: Dependant = context.dependant
        media_types, checks_json = _media_types(context.body_field, context.openapi_extra)
        plans.append(
            RoutePlan(
                path=context.path_format or "",
                pattern=context.path_regex,
                methods=frozenset(context.methods or ()),
                scope=_scope(dependant),
                query_names=_query_names(dependant),
                media_types=media_types,
                checks_json=checks_json,
                body_bytes_max=context.max_body_size or BODY_BYTES_MAX,
            )
        )
    return tuple(plans)


def plan_for(plans: tuple[RoutePlan, ...], method: str, path: str) -> RoutePlan | None:
    """The plan of the route that will answer; None when the router will say 404 or 405."""
    for plan in plans:
        if method in plan.methods and plan.pattern.match(path):
            return plan
    return None


def allowed_methods(plans: tuple[RoutePlan, ...], path: str) -> tuple[str, ...]:
    """Every method some route answers at this path."""
    return tuple(sorted({method for plan in plans if plan.pattern.match(path) for method in plan.methods}))


def _scope(dependant: Dependant) -> str | None:
    if isinstance(dependant.call, ScopeRequired):
        return dependant.call.scope
    return next((scope for inner in dependant.dependencies if (scope := _scope(inner))), None)


def _query_names(dependant: Dependant) -> frozenset[str]:
    own = get_flat_params(Dependant(query_params=dependant.query_params))
    return frozenset(field.alias for field in own).union(*map(_query_names, dependant.dependencies))


def _media_types(body_field: object, openapi_extra: dict[str, object] | None) -> tuple[frozenset[str], bool]:
    declared = (openapi_extra or {}).get("requestBody")
    if isinstance(declared, dict):
        return frozenset(declared.get("content", ())), False
    if body_field is None:
        return frozenset(), False
    info = getattr(body_field, "field_info", None)
    if isinstance(info, params.File):
        return frozenset({MULTIPART_MEDIA_TYPE}), False
    if isinstance(info, params.Form):
        return frozenset({MULTIPART_MEDIA_TYPE, FORM_MEDIA_TYPE}), False
    return frozenset({JSON_MEDIA_TYPE}), True
