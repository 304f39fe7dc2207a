"""Webhooks: where they may go, when a delivery is tried again, and when it is given up."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

PAUSES_SECONDS = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Pauses after the first and every further failed attempt (Standard Webhooks 1.0, «Retry schedule»): three days."""
ATTEMPTS_MAX = len(PAUSES_SECONDS) + 1
RETRY_AFTER_SECONDS_MAX = 86_400.0
"""The longest pause a receiver may ask for."""
URL_LENGTH_MAX = 2_000
GONE = 410
NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
"""Addresses that carry an IPv4 address in their last 32 bits (RFC 6052, RFC 8215)."""


class HookDeliveryState(StrEnum):
    """Where a delivery stands; ``dropped``: its webhook was deleted before it went out."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"
    DROPPED = "dropped"


class ForbiddenAddressError(Exception):
    """A webhook may not go there; the message says why and what would do."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of one attempt; ``status`` None: there was no answer."""

    status: int | None
    error: str | None = None
    retry_after_seconds: float | None = None

    @property
    def taken(self) -> bool:
        """Only a 2xx is: a redirect is not followed, and so means nothing."""
        return self.error is None and self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class HookTiming:
    """``first_pause`` in seconds scales all pauses; ``request`` is the deadline of one attempt in seconds."""

    request: float = 15.0
    first_pause: float = 5.0

    def pause(self, attempts: int, asked_seconds: float | None) -> timedelta | None:
        """The pause after so many failed attempts, the asked one where that is longer; None: given up."""
        if attempts >= ATTEMPTS_MAX:
            return None
        own = PAUSES_SECONDS[attempts - 1] * self.first_pause / PAUSES_SECONDS[0]
        asked = min(asked_seconds or 0.0, RETRY_AFTER_SECONDS_MAX)
        return timedelta(seconds=max(own, asked))


def checked_address(url: str, private_hosts: tuple[str, ...]) -> SplitResult:
    """The parts of an address that a webhook may have, before any name is resolved.

    Raises:
        ForbiddenAddressError: it is none.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ForbiddenAddressError(f"это не адрес: {error}") from error
    if len(url) > URL_LENGTH_MAX or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise ForbiddenAddressError(f"адрес длиннее {URL_LENGTH_MAX} знаков или содержит не только знаки ASCII")
    if not host or parts.scheme not in {"http", "https"}:
        raise ForbiddenAddressError("нужен адрес вида https://узел/путь")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ForbiddenAddressError("в адресе не бывает имени, пароля и части после #: подлинность доказывает подпись")
    if parts.scheme != "https" and host not in private_hosts:
        raise ForbiddenAddressError(
            f'нужен https; узел своей сети без него назовите в smena.toml: [webhooks] private_hosts = ["{host}"]'
        )
    return parts


def check_reachable(host: str, address: str, private_hosts: tuple[str, ...]) -> None:
    """Refuse an address that a name leads to and no webhook may reach.

    A named private host may lie in a private network or be this machine, but never link-local: there clouds keep
    their metadata.

    Raises:
        ForbiddenAddressError: it may not be reached.
    """
    found = _inner(ip_address(address.partition("%")[0]))
    if found.is_link_local or found.is_multicast or found.is_unspecified:
        raise ForbiddenAddressError(f"узел {host} ведёт на служебный адрес {found}: туда сообщения не отправляются")
    if host in private_hosts:
        return
    site_local = isinstance(found, IPv6Address) and found.is_site_local
    if not found.is_global or found.is_reserved or site_local:
        raise ForbiddenAddressError(
            f"узел {host} ведёт в закрытую сеть ({found}); если это ваш узел, назовите его в smena.toml:"
            f' [webhooks] private_hosts = ["{host}"]'
        )


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address only carries: it is the one that would be reached."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in NAT64):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address
