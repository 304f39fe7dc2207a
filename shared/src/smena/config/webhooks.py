"""Where webhooks may go."""

from typing import Annotated

from pydantic import Field

from smena.config.base import ConfigTable

HostName = Annotated[str, Field(pattern=r"^[a-z0-9._:-]{1,253}$")]


class Webhooks(ConfigTable):
    """Hosts that webhooks may reach without TLS and in private networks, by the name in the webhook's address."""

    private_hosts: tuple[HostName, ...] = ()
