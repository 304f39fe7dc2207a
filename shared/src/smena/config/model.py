"""The whole configuration, and the questions the services ask of it."""

from typing import TypeVar

from smena.config.base import ConfigTable
from smena.config.cabinets import Cabinet, CabinetLimits, DeclarativeCabinet, IkassaCabinet, WebkassaCabinet
from smena.config.erps import Erp, NoErp, OneCErp, PullErp
from smena.config.organizations import ApiToken, Organization
from smena.config.registers import Register
from smena.config.timing import Timing
from smena.config.webhooks import Webhooks

__all__ = [
    "ApiToken",
    "Cabinet",
    "CabinetLimits",
    "DeclarativeCabinet",
    "Erp",
    "IkassaCabinet",
    "NoErp",
    "OneCErp",
    "Organization",
    "PullErp",
    "Register",
    "SmenaConfig",
    "Timing",
    "Webhooks",
    "WebkassaCabinet",
]

Named = TypeVar("Named", Organization, Cabinet, Register)


class SmenaConfig(ConfigTable):
    """``smena.toml``, read and checked."""

    organizations: tuple[Organization, ...] = ()
    cabinets: tuple[Cabinet, ...] = ()
    registers: tuple[Register, ...] = ()
    erp: tuple[Erp, ...] = ()
    api_tokens: tuple[ApiToken, ...] = ()
    timing: Timing = Timing()
    webhooks: Webhooks = Webhooks()

    def organization(self, organization_id: str) -> Organization:
        """The organisation of this id.

        Raises:
            KeyError: there is none.
        """
        return _named(self.organizations, organization_id)

    def cabinet(self, cabinet_id: str) -> Cabinet:
        """The cabinet of this id.

        Raises:
            KeyError: there is none.
        """
        return _named(self.cabinets, cabinet_id)

    def register(self, register_id: str) -> Register:
        """The register of this id.

        Raises:
            KeyError: there is none.
        """
        return _named(self.registers, register_id)

    def registers_of(self, cabinet_id: str) -> tuple[Register, ...]:
        """The registers of a cabinet."""
        return tuple(register for register in self.registers if register.cabinet == cabinet_id)

    def organization_of(self, register_id: str) -> Organization:
        """Whose register this is.

        Raises:
            KeyError: no such register.
        """
        return self.organization(self.cabinet(self.register(register_id).cabinet).organization)

    def erp_of(self, organization_id: str) -> Erp:
        """The ERP of an organisation; kind ``none`` where the configuration names none."""
        return next(
            (erp for erp in self.erp if erp.organization == organization_id), NoErp(organization=organization_id)
        )


def _named(tables: tuple[Named, ...], wanted: str) -> Named:
    for table in tables:
        if table.id == wanted:
            return table
    raise KeyError(wanted)
