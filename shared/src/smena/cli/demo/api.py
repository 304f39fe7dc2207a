"""A small client of the three services' HTTP API, as an ERP would write one."""

import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

REQUEST_SECONDS_MAX = 120.0
PAGE_ROWS = 500
LOOK_AGAIN_SECONDS = 0.15
RUN_SECONDS_MAX = 3600.0
UNFINISHED = frozenset({"queued", "running", "computing"})
Progress = Callable[[int, int | None], None]


class JobError(Exception):
    """The job can't go on; the message says what a service answered, ``status`` its HTTP status if it did."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where each service answers; one address for all when they share a process."""

    catalog: str
    sales: str
    ledger: str

    @classmethod
    def one(cls, url: str) -> "Addresses":
        """All services behind one address."""
        return cls(url, url, url)


class Api:
    """Calls the services with one token, as one trace. Every refusal becomes a ``JobError`` with its sentence."""

    def __init__(self, addresses: Addresses, token: str) -> None:
        self._addresses = addresses
        self.trace_id = secrets.token_hex(16)
        """By it the logs of all services, and what was sent to 1C, tell what these calls led to."""
        self._client = httpx.Client(
            timeout=REQUEST_SECONDS_MAX,
            headers={
                "Authorization": f"Bearer {token}",
                "Accept-Language": "en",
                "traceparent": f"00-{self.trace_id}-{secrets.token_hex(8)}-01",
            },
            follow_redirects=False,
        )

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def get(self, path: str, **query: Any) -> Any:
        """GET a JSON answer."""
        return self._json(self._client.get(self._url(path), params=query))

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """POST a JSON body and give the JSON answer."""
        return self._json(self._client.post(self._url(path), json=body))

    def rows(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every row of a list, page after page."""
        cursor: str | None = None
        while True:
            page = self.get(path, limit=PAGE_ROWS, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def finish(self, path: str, progress: Progress) -> dict[str, Any]:
        """Wait until a run or a diff has ended and give its last state.

        Raises:
            JobError: it failed, or did not end in time.
        """
        deadline = time.monotonic() + RUN_SECONDS_MAX
        while time.monotonic() < deadline:
            run: dict[str, Any] = self.get(path)
            seen = run.get("progress") or {}
            progress(int(seen.get("done") or 0), seen.get("total"))
            if run["state"] not in UNFINISHED:
                if run["state"] in {"failed", "cancelled"}:
                    raise JobError(f"{path} ended as {run['state']}: {run.get('error')}")
                return run
            time.sleep(LOOK_AGAIN_SECONDS)
        raise JobError(f"{path} did not end within {RUN_SECONDS_MAX:.0f} s")

    def _url(self, path: str) -> str:
        segment = path.split("/", 2)[1]
        return f"{getattr(self._addresses, segment).rstrip('/')}{path}"

    @staticmethod
    def _json(answer: httpx.Response) -> Any:
        if answer.is_success:
            return answer.json()
        try:
            problem = answer.json()
            words = f"{problem.get('title')}: {problem.get('detail')}"
        except ValueError:
            words = answer.text[:300]
        raise JobError(
            f"{answer.request.method} {answer.request.url.path} answered {answer.status_code}: {words}",
            answer.status_code,
        )
