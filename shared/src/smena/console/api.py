"""The console's door to the services: their published API, asked as the person who signed in."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import httpx

SEGMENTS = ("catalog", "sales", "ledger")
REQUEST_SECONDS = 30.0
"""A page waits no longer for its figures."""
FILE_SECONDS = 300.0
"""A large file is read row by row before it is answered."""
ANSWER_BYTES_MAX = 16 * 1024 * 1024
UNREACHABLE = "service-unreachable"

Query = Mapping[str, str | int | bool | None]
File = tuple[str, BinaryIO, str]
"""Name, content and media type."""


class ApiProblemError(Exception):
    """The API answered with a problem: its stable name, status, and the sentence that says what to do."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(str(body.get("detail") or body.get("title") or status))
        self.status = status
        self.body = body

    @property
    def name(self) -> str:
        """The problem's stable name: ``diff-outdated``."""
        return str(self.body.get("type", "")).rpartition("/")[2]

    @property
    def words(self) -> str:
        """What the person reads."""
        told = str(self.body.get("detail") or self.body.get("title") or self.status)
        errors = [str(one.get("detail", "")) for one in self.body.get("errors", ())]
        return " ".join([told, *errors]).strip()


@dataclass(frozen=True, slots=True)
class Doors:
    """One client for each service that is known, by the first segment of its paths."""

    clients: Mapping[str, httpx.AsyncClient]

    async def close(self) -> None:
        """Close every client."""
        for client in set(self.clients.values()):
            await client.aclose()


class Api:
    """The API as one person sees it, in her language."""

    def __init__(self, doors: Doors, bearer: str, language: str) -> None:
        self._doors = doors
        self._headers = {"Authorization": f"Bearer {bearer}", "Accept-Language": language}

    async def get(self, path: str, query: Query | None = None) -> Any:
        """What a GET answers.

        Raises:
            ApiProblemError: the API refused, or its service does not answer.
        """
        return (await self._send("GET", path, query=query)).json()

    async def rows(self, path: str, query: Query | None = None) -> list[dict[str, Any]]:
        """The rows of a list's first page."""
        return list((await self.get(path, query))["data"])

    async def every_row(self, path: str, query: Query | None = None, *, at_most: int) -> list[dict[str, Any]]:
        """The rows of a list from page to page, up to so many."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while len(found) < at_most:
            page = await self.get(path, {**(query or {}), "limit": min(500, at_most), "cursor": cursor})
            found += page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        return found[:at_most]

    async def post(self, path: str, body: object = None, *, once: str | None = None, query: Query | None = None) -> Any:
        """What a POST answers; ``once`` is its idempotency key: a form sent twice acts once."""
        response = await self._send("POST", path, query=query, body=body, once=once)
        return response.json() if response.content else None

    async def upload(self, path: str, file: File, query: Query | None = None) -> Any:
        """What a POST of a file answers; the same file sent again changes nothing, so it needs no key."""
        return (await self._send("POST", path, query=query, file=file)).json()

    async def delete(self, path: str, query: Query | None = None) -> Any:
        """What a DELETE answers; None where it answers nothing."""
        response = await self._send("DELETE", path, query=query)
        return response.json() if response.content else None

    async def file(self, path: str, query: Query | None = None) -> httpx.Response:
        """A file as the API answers it."""
        return await self._send("GET", path, query=query)

    @asynccontextmanager
    async def events(self, path: str) -> AsyncIterator[AsyncIterator[bytes]]:
        """The server-sent events of a run, as they come."""
        client = self._client(path)
        async with client.stream("GET", path, headers=self._headers, timeout=None) as response:
            if response.status_code != httpx.codes.OK:
                await response.aread()
                raise _problem(response)
            yield response.aiter_raw()

    def knows(self, segment: str) -> bool:
        """Whether the service of this segment has an address."""
        return segment in self._doors.clients

    def _client(self, path: str) -> httpx.AsyncClient:
        segment = path.split("/")[1]
        client = self._doors.clients.get(segment)
        if client is None:
            raise ApiProblemError(503, {"type": UNREACHABLE, "title": segment})
        return client

    async def _send(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: object = None,
        once: str | None = None,
        file: File | None = None,
    ) -> httpx.Response:
        headers = self._headers | ({"Idempotency-Key": once} if once else {})
        asked = {name: _text(value) for name, value in (query or {}).items() if value not in {None, ""}}
        client = self._client(path)
        content: dict[str, Any] = {"json": body} if file is None else {"files": {"file": file}, "timeout": FILE_SECONDS}
        try:
            response = await client.request(method, path, params=asked, headers=headers, **content)
        except httpx.HTTPError as error:
            raise ApiProblemError(503, {"type": UNREACHABLE, "title": path.split("/")[1]}) from error
        if not response.is_success:
            raise _problem(response)
        return response


def _text(value: str | int | bool | None) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _problem(response: httpx.Response) -> ApiProblemError:
    try:
        body = response.json()
    except ValueError:
        body = {}
    return ApiProblemError(response.status_code, body if isinstance(body, dict) else {})
