"""Write an answer: Atom unless JSON is asked for (DOC, LIVE-A)."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from starlette.responses import Response

from smena_sandbox.onec import atom
from smena_sandbox.onec.errors import OnecError, bad_option
from smena_sandbox.onec.replies import Entity, Feed, Plain, Reply, Sets
from smena_sandbox.onec.schema import Record, Schema
from smena_sandbox.onec.start import NO_REF

Flavour = Literal["atom", "minimalmetadata", "nometadata", "fullmetadata"]
_ENCODER = msgspec.json.Encoder()
_FLAVOURS: dict[str, Flavour] = {
    "nometadata": "nometadata",
    "minimalmetadata": "minimalmetadata",
    "fullmetadata": "fullmetadata",
}


def choose_flavour(options: Mapping[str, str], accept: str) -> Flavour:
    """Read ``$format``, else ``Accept``; neither means Atom."""
    wanted = options.get("$format", "").lower()
    if not wanted:
        return _json_flavour(accept.lower()) if "application/json" in accept.lower() else "atom"
    if wanted.startswith(("json", "application/json")):
        return _json_flavour(wanted)
    if "atom" in wanted or "xml" in wanted:
        return "atom"
    raise bad_option(f"Неверное значение опции запроса $format: {wanted}")


def _json_flavour(text: str) -> Flavour:
    return next((flavour for name, flavour in _FLAVOURS.items() if name in text), "minimalmetadata")


class Writer:
    """Writes answers of one request."""

    def __init__(self, flavour: Flavour, root: str, schema: Schema, charset: str) -> None:
        self._flavour = flavour
        self._root = root
        self._schema = schema
        self._charset = charset

    def reply(self, reply: Reply) -> Response:
        """Write an answer."""
        if isinstance(reply, Plain):
            return Response(reply.body, reply.status, dict(reply.headers), reply.media_type)
        status = reply.status if isinstance(reply, Entity) else 200
        if self._flavour == "atom":
            response = Response(atom.write(reply, self._root, self._schema), status)
            response.headers["content-type"] = f"application/atom+xml;charset={self._charset}"
        else:
            response = self._json(self._payload(reply), status)
        if isinstance(reply, Entity) and reply.location:
            # Raw UTF-8, not percent-encoded (LIVE-A): a client that reads headers as Latin-1 sees garbage.
            response.raw_headers.append((b"location", reply.location.encode()))
        return response

    def error(self, error: OnecError) -> Response:
        """Write a refusal."""
        if self._flavour == "atom":
            response = Response(atom.write_error(error), error.status)
            response.headers["content-type"] = f"application/xml;charset={self._charset}"
            return response
        message = {"lang": "ru", "value": error.text}
        return self._json({"odata.error": {"code": error.code, "message": message}}, error.status)

    def _json(self, payload: Any, status: int) -> Response:
        flavour = "minimalmetadata" if self._flavour == "atom" else self._flavour
        response = Response(_ENCODER.encode(payload), status)
        response.headers["content-type"] = f"application/json;odata={flavour};charset={self._charset}"
        return response

    def _payload(self, reply: Feed | Entity | Sets) -> Record:
        payload: Record = {}
        if isinstance(reply, Sets):
            payload["odata.metadata"] = f"{self._root}/$metadata"
            payload["value"] = [{"name": name, "url": name} for name in reply.names]
            return payload
        if self._flavour != "nometadata":
            mark = "/@Element" if isinstance(reply, Entity) else ""
            payload["odata.metadata"] = f"{self._root}/$metadata#{reply.set_name}{mark}"
        if isinstance(reply, Entity):
            return {**payload, **self._decorated(reply.set_name, reply.record)}
        if reply.total is not None:
            payload["odata.count"] = str(reply.total)
        payload["value"] = (
            reply.records
            if self._flavour == "nometadata"
            else [self._decorated(reply.set_name, record) for record in reply.records]
        )
        return payload

    def _decorated(self, set_name: str, record: Record) -> Record:
        """Add links of filled references, as live answers carry them (LIVE); full metadata adds names."""
        entity = self._schema.get(set_name)
        if entity is None or self._flavour == "nometadata":
            return record
        url = _own_url(set_name, record, entity.key)
        extra: Record = {}
        if self._flavour == "fullmetadata":
            extra = {"odata.type": f"StandardODATA.{set_name}", "odata.id": f"{self._root}/{url}"}
        for name, prop in entity.by_navigation.items():
            if record.get(prop.name, NO_REF) != NO_REF and name not in record:
                extra[f"{name}@navigationLinkUrl"] = f"{url}/{name}"
        return {**record, **extra} if extra else record


def _own_url(set_name: str, record: Record, key: tuple[str, ...]) -> str:
    if key == ("Ref_Key",):
        return f"{set_name}(guid'{record.get('Ref_Key', NO_REF)}')"
    parts = ",".join(f"{name}='{record.get(name, '')}'" for name in key)
    return f"{set_name}({parts})"
