"""The ledger's API in this process, beside the bench whose database it shares; callers are named by their token."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import httpx

from integration.ledger.conftest import CONFIG, Bench
from ledger import bootstrap
from ledger.main import SERVICE
from smena.config.model import SmenaConfig
from smena.http.services_app import services_app
from smena.runtime.service import BackgroundLoop, Runtime, ServiceParts
from smena.settings import ProcessSettings

PEOPLE = {"accountant": ["romashka"], "stranger": ["lilia"], "chief": ["*"]}


@dataclass
class Api:
    """Asks as one of the people above."""

    bench: Bench
    client: httpx.AsyncClient
    parts: ServiceParts
    app: Any

    async def get(self, path: str, status: int = 200, /, *, who: str = "accountant", **query: Any) -> Any:
        answer = await self.client.get(f"/ledger/v1{path}", params=query, headers=bearer(who))
        assert status == answer.status_code, answer.text
        return answer.json()

    async def post(
        self, path: str, body: dict[str, Any], status: int = 200, /, *, who: str = "accountant", **headers: str
    ) -> Any:
        answer = await self.client.post(f"/ledger/v1{path}", json=body, headers={**bearer(who), **headers})
        assert status == answer.status_code, answer.text
        return answer.json()

    async def delete(self, path: str, status: int = 200, /, *, who: str = "accountant") -> Any:
        answer = await self.client.delete(f"/ledger/v1{path}", headers=bearer(who))
        assert status == answer.status_code, answer.text
        return answer.json() if answer.content else None

    def loop(self, beginning: str) -> BackgroundLoop:
        """The first of the service's loops whose name begins so."""
        return next(loop for loop in self.parts.loops if loop.name.startswith(beginning))


def bearer(who: str) -> dict[str, str]:
    return {"Authorization": f"Bearer token-of-{who}", "Accept-Language": "ru"}


def tokens() -> list[dict[str, Any]]:
    return [
        {
            "name": who,
            "sha256": sha256(f"token-of-{who}".encode()).hexdigest(),
            "person": who,
            "organizations": organizations,
            "scopes": ["ledger:write"],
        }
        for who, organizations in PEOPLE.items()
    ]


def with_people(register: dict[str, Any] | None = None, **tables: Any) -> SmenaConfig:
    """The configuration of these tests with two organisations and everybody's tokens."""
    lilia = {"id": "lilia", "name": "ООО Лилия", "unp": "190000005"}
    given = {"organizations": [*CONFIG["organizations"], lilia], "api_tokens": tokens(), **tables}
    (own,) = CONFIG["registers"]
    documents = {**own["documents"], **(register or {}).get("documents", {})}
    return SmenaConfig.model_validate(
        {**CONFIG, "registers": [{**own, **(register or {}), "documents": documents}], **given}
    )


@asynccontextmanager
async def api_of(bench: Bench, config: SmenaConfig | None = None) -> AsyncIterator[Api]:
    """The API over the bench, by another configuration where one is given."""
    bench.use(config or with_people())
    runtime = Runtime(ProcessSettings(), bench.config, bench.database, bench.notifications, bench.clock, {})
    written = {one.organization for one in bench.config.erp if one.kind == "onec-odata"}
    parts = bootstrap.assemble(runtime, {"romashka": bench.erp} if "romashka" in written else {})
    app = services_app([(SERVICE, bench.database, parts)], bench.config)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://ledger") as client:
        yield Api(bench, client, parts, app)
    await parts.close()
