"""Bring a webhook's message to its address: only where it may go, and only to the address that was looked at."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
import structlog

from ledger.domain.webhooks import ForbiddenAddressError, Receipt, check_reachable, checked_address

CONNECT_SECONDS_MAX = 5.0
ADDRESSES_MAX = 4
"""Addresses of one name that are tried, one after the other."""

_log = structlog.get_logger(__name__)

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class GuardedCourier:
    """Resolves a name once, refuses it if any of its addresses may not be reached, and connects to just these.

    A second look-up by the HTTP library could be answered differently (DNS rebinding), so it gets the address itself,
    with the name for TLS and ``Host``. Redirects are not followed, no cookie is kept, no proxy of the environment is
    used, and nothing of the answer is read but its head.
    """

    def __init__(
        self,
        private_hosts: tuple[str, ...] = (),
        *,
        timeout_seconds: float,
        resolve: Resolve | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._private_hosts = private_hosts
        self._timeout_seconds = timeout_seconds
        self._resolve = resolve or _resolved
        self._transport = transport
        self._tls = httpx.create_ssl_context(trust_env=False)

    async def check(self, url: str) -> None:
        """Look at an address before anything is sent there; a name that leads nowhere yet is no mistake."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._addresses(url)
        except (OSError, TimeoutError):
            return

    async def send(self, url: str, headers: dict[str, str], body: bytes) -> Receipt:
        """One attempt within its deadline; whatever happens is a receipt."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._send(url, headers, body)
        except ForbiddenAddressError as error:
            return Receipt(None, str(error))
        except TimeoutError:
            return Receipt(None, f"нет ответа за {self._timeout_seconds:g} с")
        except (OSError, httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            return Receipt(None, f"нет связи ({type(error).__name__}: {error})"[:500])
        except Exception as error:  # noqa: BLE001 - a receiver that breaks us is tried later and given up, like any other
            _log.exception("webhook.defect", address=url.partition("?")[0])
            return Receipt(None, f"внутренняя ошибка ({type(error).__name__}): подробности в журнале")

    async def _send(self, url: str, headers: dict[str, str], body: bytes) -> Receipt:
        refused: Exception = OSError("у узла нет адреса")
        for address in (await self._addresses(url))[:ADDRESSES_MAX]:
            try:
                return await self._post(url, address, headers, body)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                refused = error
        raise refused

    async def _post(self, url: str, address: str, headers: dict[str, str], body: bytes) -> Receipt:
        named = httpx.URL(url)
        host = named.netloc.decode("ascii")
        async with httpx.AsyncClient(
            verify=self._tls,
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS_MAX),
            follow_redirects=False,
            trust_env=False,
            transport=self._transport,
        ) as client:
            request = client.build_request(
                "POST",
                named.copy_with(host=address),
                content=body,
                headers={"Host": host, "User-Agent": "Smena", "Content-Type": "application/json", **headers},
                extensions={"sni_hostname": named.host},
            )
            answer = await client.send(request, stream=True)
            await answer.aclose()
        if answer.is_redirect or 300 <= answer.status_code < 400:
            return Receipt(answer.status_code, "перенаправления не выполняются: укажите конечный адрес")
        error = None if answer.is_success else f"узел ответил {answer.status_code}"
        return Receipt(answer.status_code, error, _retry_after(answer.headers.get("retry-after")))

    async def _addresses(self, url: str) -> list[str]:
        """The addresses of the name, all of which may be reached; one that may not makes the name suspect."""
        parts = checked_address(url, self._private_hosts)
        host = parts.hostname or ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            found = list(dict.fromkeys(await self._resolve(host, port)))
        except UnicodeError as error:
            raise ForbiddenAddressError(f"«{host}» — не имя узла") from error
        for address in found:
            check_reachable(host, address, self._private_hosts)
        return found


async def _resolved(host: str, port: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def _retry_after(asked: str | None) -> float | None:
    """Seconds, or an HTTP date; None where it is neither."""
    if not asked:
        return None
    if asked.strip().isascii() and asked.strip().isdigit():
        return float(asked)
    try:
        moment = parsedate_to_datetime(asked)
    except (ValueError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())
