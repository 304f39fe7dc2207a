"""Open the cabinet a configuration names."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import httpx

from smena.cabinets.declarative.cabinet import DeclarativeCabinet
from smena.cabinets.declarative.caller import Caller
from smena.cabinets.declarative.fitting import manifest_of, settings_of, unfit
from smena.cabinets.files.cabinet import FileCabinet
from smena.cabinets.ikassa.api import CALLS_AT_ONCE_MAX, IkassaApi
from smena.cabinets.ikassa.cabinet import IkassaCabinet
from smena.cabinets.ikassa.codes import DocumentCodes
from smena.cabinets.oauth import ClientCredentials
from smena.cabinets.port import Cabinet
from smena.cabinets.webkassa.api import WebkassaApi
from smena.cabinets.webkassa.cabinet import WebkassaCabinet
from smena.cabinets.webkassa.codes import DocumentKinds
from smena.cabinets.webkassa.token import expires_at
from smena.clock import Clock
from smena.config.load import ConfigError
from smena.config.model import CabinetLimits, SmenaConfig
from smena.config.model import DeclarativeCabinet as DeclarativeSettings
from smena.config.model import IkassaCabinet as IkassaSettings
from smena.config.model import WebkassaCabinet as WebkassaSettings
from smena.observability.metrics import CABINET_KEY_EXPIRES_SECONDS
from smena.outside.budget import RequestBudget, shared_budget
from smena.outside.client import OutsideClient

BudgetOf = Callable[[str, float, int], RequestBudget]
"""The budget of a base, for so many requests a second and so many at once."""


class OperatorNotSupportedError(Exception):
    """The manifest of a cabinet is refused, or its table does not give what the manifest asks for."""


def open_cabinet(
    config: SmenaConfig,
    cabinet_id: str,
    environment: Mapping[str, str],
    *,
    clock: Clock,
    transport: httpx.AsyncBaseTransport | None = None,
    budget_of: BudgetOf = shared_budget,
) -> Cabinet:
    """The adapter to one cabinet, ready to use; to be called inside the running event loop and closed in the end.

    ``budget_of`` may give budgets that several processes share; by default a process keeps its own.

    Raises:
        KeyError: no cabinet has this id.
        SecretMissingError: its token is not where the configuration says.
        OperatorNotSupportedError: its manifest is refused, or asks for what is not given.
    """
    settings = config.cabinet(cabinet_id)
    opening = _Opening(config, environment, clock, transport, budget_of)
    if isinstance(settings, WebkassaSettings):
        return opening.webkassa(settings)
    if isinstance(settings, IkassaSettings):
        return opening.ikassa(settings)
    return opening.declarative(settings)


@dataclass(frozen=True, slots=True)
class _Opening:
    """What opening any cabinet needs."""

    config: SmenaConfig
    environment: Mapping[str, str]
    clock: Clock
    transport: httpx.AsyncBaseTransport | None
    budget_of: BudgetOf

    def webkassa(self, settings: WebkassaSettings) -> Cabinet:
        token = settings.token.resolve(self.environment)
        if (end := expires_at(token)) is not None:
            CABINET_KEY_EXPIRES_SECONDS.labels(settings.id).set(end.timestamp())
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        client = self.client(settings, str(settings.base_url), headers)
        return WebkassaCabinet(
            WebkassaApi(client),
            token=token,
            zone=self.zone(settings),
            clock=self.clock,
            kinds=DocumentKinds(settings.codes.kinds),
        )

    def ikassa(self, settings: IkassaSettings) -> Cabinet:
        organization = self.config.organization(settings.organization)
        client_id = settings.client_id
        form = {
            "client_id": client_id if isinstance(client_id, str) else client_id.resolve(self.environment),
            "client_secret": settings.client_secret.resolve(self.environment),
            "grant_type": "client_credentials",
            "audience": organization.unp,
            "scope": "api",
        }
        tokens = ClientCredentials(self.client(settings, str(settings.accounts_url)), "oauth/token", form)
        at_once = min(settings.concurrency, CALLS_AT_ONCE_MAX)
        client = self.client(settings, str(settings.base_url), {"Accept": "application/json"}, at_once=at_once)
        zone = self.zone(settings)
        bearer = settings.authorization == "bearer"
        codes = DocumentCodes.with_more(settings.codes.kinds, settings.codes.payments)
        return IkassaCabinet(IkassaApi(client, tokens, bearer=bearer, zone=zone), zone=zone, codes=codes)

    def declarative(self, settings: DeclarativeSettings) -> Cabinet:
        try:
            manifest = manifest_of(settings)
        except ConfigError as error:
            raise OperatorNotSupportedError(str(error)) from error
        if reasons := [f"{key[0]}: {reason}" for key, reason in unfit(settings, manifest)]:
            raise OperatorNotSupportedError(f"cabinet {settings.id}: {'; '.join(reasons)}")
        if settings.folder is not None and manifest.documents[0].file is not None:
            return FileCabinet(manifest, settings.folder)
        caller = Caller(
            manifest,
            self.client(settings, str(settings.base_url or "")),
            settings_of(settings, self.environment),
            lambda base: self.client(settings, base),
        )
        return DeclarativeCabinet(manifest, caller)

    def client(
        self,
        settings: CabinetLimits,
        base_url: str,
        headers: Mapping[str, str] | None = None,
        *,
        at_once: int | None = None,
    ) -> OutsideClient:
        """One client within the budget of its base."""
        return OutsideClient(
            base_url,
            self.budget_of(base_url, settings.requests_per_second, at_once or settings.concurrency),
            timeout_seconds=self.config.timing.cabinet_request,
            headers=headers,
            transport=self.transport,
            system=f"cabinet {settings.id}",
        )

    def zone(self, settings: CabinetLimits) -> ZoneInfo:
        """The zone of the cabinet's owner."""
        return ZoneInfo(self.config.organization(settings.organization).timezone)
