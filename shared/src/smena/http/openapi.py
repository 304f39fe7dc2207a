"""The API's description: FastAPI's, with our problems, tokens and idempotency keys in place of its own errors."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from smena.http.idempotency import KEY_LENGTH_MAX
from smena.http.problems import DECLARED, PROBLEM_MEDIA_TYPE, PROBLEM_TYPE_PREFIX
from smena.http.route_plans import RoutePlan

_PROBLEM = {
    "type": "object",
    "description": "RFC 9457. Compare the last part of `type`; `detail` says what to do, in Russian or English.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["in", "pointer", "code", "detail"],
                "properties": {
                    "in": {"type": "string", "enum": ["body", "query", "header"]},
                    "pointer": {"type": "string", "description": "JSON pointer (RFC 6901)"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_ANY_PROBLEM = {
    "description": "A problem; every kind is named in `x-problems`.",
    "content": {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body answer the same, with `Idempotency-Hit: true`.",
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH_MAX},
}
_FASTAPIS_OWN = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI, plans: tuple[RoutePlan, ...]) -> dict[str, Any]:
    """The OpenAPI description of an application."""
    if app.openapi_schema is not None:
        return app.openapi_schema
    description = get_openapi(title=app.title, version=app.version, routes=app.routes)
    components = description.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _FASTAPIS_OWN:
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    description["x-problems"] = [
        {"type": PROBLEM_TYPE_PREFIX + kind.name, "status": kind.status, "title": kind.title.en}
        for kind in sorted(DECLARED.values(), key=lambda kind: kind.name)
    ]
    scopes = {(method.lower(), plan.path): plan.scope for plan in plans for method in plan.methods}
    for method, path, operation in _operations(description):
        operation["responses"].pop("422", None)
        operation["responses"]["default"] = _ANY_PROBLEM
        if scope := scopes.get((method, path)):
            operation["security"] = [{"token": []}]
            operation["x-scope"] = scope
        if method == "post":
            operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
    app.openapi_schema = description
    return description


def _operations(description: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in description.get("paths", {}).items():
        for method, operation in methods.items():
            yield method, path, operation
