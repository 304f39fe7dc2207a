"""A caller who knows only the contract."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

DEADLINE_SECONDS = 20.0


@dataclass
class SalesClient:
    http: httpx.AsyncClient
    database_url: str

    async def get(
        self, path: str, query: Mapping[str, Any] | None = None, *, token: str = "writer", status: int = 200
    ) -> Any:
        return self._checked(
            await self.http.get(f"/sales/v1{path}", params=dict(query or {}), headers=_headers(token)), status
        )

    async def post(
        self, path: str, body: Any = None, *, token: str = "writer", status: int = 200, key: str | None = None
    ) -> Any:
        headers = {**_headers(token), **({"Idempotency-Key": key} if key else {})}
        return self._checked(await self.http.post(f"/sales/v1{path}", json=body, headers=headers), status)

    async def run(self, path: str, body: Any = None, *, token: str = "writer") -> Any:
        """Start a run and wait for its end."""
        started = await self.post(path, body, status=202, token=token)
        collection = "/pulls" if started["kind"] == "pull" else path
        deadline = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < deadline:
            run = await self.get(f"{collection}/{started['id']}", token=token)
            if run["state"] in {"succeeded", "failed", "cancelled"}:
                return run
            await asyncio.sleep(0.02)
        raise AssertionError(f"run {started['id']} did not end: {run}")

    @staticmethod
    def _checked(answer: httpx.Response, status: int) -> Any:
        assert answer.status_code == status, (answer.status_code, answer.text)
        return answer.json()


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
