"""Open the ERP a configuration names for an organisation."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import httpx

from smena.config.model import OneCErp, SmenaConfig
from smena.erp.catalogue import ErpCatalogue
from smena.erp.documents import ErpDocuments
from smena.erp.onec.base import OneCBase, authorization
from smena.erp.onec.catalogue import OneCCatalogue
from smena.erp.onec.documents import OneCDocuments
from smena.erp.onec.names import load_names
from smena.erp.onec.probe import ProbeReport, probe
from smena.outside.budget import shared_budget
from smena.outside.client import OutsideClient

ONEC_CONCURRENCY = 2
"""Each call may hold a session and a licence (onec.md a.7)."""
ONEC_REQUESTS_PER_SECOND = 200.0


def open_catalogue(
    config: SmenaConfig,
    organization: str,
    environment: Mapping[str, str],
    *,
    transport: httpx.AsyncBaseTransport | None = None,
) -> ErpCatalogue | None:
    """The catalogue of an organisation's ERP; None where the ERP pushes it to us or there is none."""
    settings = config.erp_of(organization)
    if not isinstance(settings, OneCErp):
        return None
    base = _open_base(config, settings, environment, transport)
    return OneCCatalogue(base, zone=ZoneInfo(settings.timezone))


def open_documents(
    config: SmenaConfig,
    organization: str,
    environment: Mapping[str, str],
    *,
    transport: httpx.AsyncBaseTransport | None = None,
) -> ErpDocuments | None:
    """The documents of an organisation's ERP; None where it fetches the feed or there is none.

    Raises:
        SecretMissingError: the password is not where the configuration says.
        ErpSetupError: the file of names cannot be used.
    """
    settings = config.erp_of(organization)
    if not isinstance(settings, OneCErp):
        return None
    base = _open_base(config, settings, environment, transport)
    return OneCDocuments(base, organization_ref=settings.refs.organization)


async def probe_base(
    config: SmenaConfig,
    organization: str,
    environment: Mapping[str, str],
    *,
    transport: httpx.AsyncBaseTransport | None = None,
) -> ProbeReport | None:
    """Probe the 1C of an organisation, writing nothing; None where the ERP is no 1C reached by OData.

    Raises:
        SecretMissingError: the password is not where the configuration says.
        ErpError: the base can't be asked.
    """
    settings = config.erp_of(organization)
    if not isinstance(settings, OneCErp):
        return None
    base = _open_base(config, settings, environment, transport)
    documents = OneCDocuments(base, organization_ref=settings.refs.organization)
    try:
        return await probe(base, await documents.fingerprint())
    finally:
        await documents.close()


def _open_base(
    config: SmenaConfig,
    settings: OneCErp,
    environment: Mapping[str, str],
    transport: httpx.AsyncBaseTransport | None,
) -> OneCBase:
    names = load_names(settings.names)
    secret = settings.password.resolve(environment)
    base_url = str(settings.base_url)
    client = OutsideClient(
        base_url,
        shared_budget(base_url, ONEC_REQUESTS_PER_SECOND, ONEC_CONCURRENCY),
        timeout_seconds=config.timing.onec_request,
        headers={
            "Authorization": authorization(settings.user, secret),
            "Accept": "application/json",
        },
        transport=transport,
        system=f"erp {settings.organization}",
        traced=True,
    )
    return OneCBase(client, names)
