"""Open the cabinet a configuration names."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import httpx

from smena.cabinets.port import Cabinet
from smena.cabinets.webkassa.api import WebkassaApi
from smena.cabinets.webkassa.cabinet import WebkassaCabinet
from smena.clock import Clock
from smena.config.model import SmenaConfig
from smena.config.model import WebkassaCabinet as WebkassaSettings
from smena.outside.budget import shared_budget
from smena.outside.client import OutsideClient


class OperatorNotSupportedError(Exception):
    """The configuration names an operator this release has no adapter for."""


def open_cabinet(
    config: SmenaConfig,
    cabinet_id: str,
    environment: Mapping[str, str],
    *,
    clock: Clock,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Cabinet:
    """The adapter to one cabinet, ready to use; to be called inside the running event loop and closed in the end.

    Raises:
        KeyError: no cabinet has this id.
        SecretMissingError: its token is not where the configuration says.
        OperatorNotSupportedError: no adapter for its operator.
    """
    settings = config.cabinet(cabinet_id)
    if not isinstance(settings, WebkassaSettings):
        raise OperatorNotSupportedError(f"cabinet {cabinet_id}: there is no adapter for {settings.operator!r} yet")
    token = settings.token.resolve(environment)
    base_url = str(settings.base_url)
    client = OutsideClient(
        base_url,
        shared_budget(base_url, settings.requests_per_second, settings.concurrency),
        timeout_seconds=config.timing.cabinet_request,
        headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        transport=transport,
    )
    zone = ZoneInfo(config.organization(settings.organization).timezone)
    return WebkassaCabinet(WebkassaApi(client), token=token, zone=zone, clock=clock)
