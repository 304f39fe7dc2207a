"""What a caller may see: registers, cabinets and organisations of his own."""

from catalog_sync.http_api.problems import ORGANIZATION_NEEDED
from smena.config.model import SmenaConfig
from smena.config.organizations import Organization
from smena.config.registers import Register
from smena.http.auth import Principal
from smena.http.problems import Words
from smena.http.standard_problems import OTHER_ORGANIZATION, not_found


def visible_register(config: SmenaConfig, caller: Principal, register_id: str) -> tuple[Register, Organization]:
    """A register and its organisation.

    Raises:
        Problem: 404 when there is none, or it is another organisation's.
    """
    try:
        register, organization = config.register(register_id), config.organization_of(register_id)
    except KeyError:
        raise not_found("Касса", "The register") from None
    if not caller.sees(organization.id):
        raise not_found("Касса", "The register")
    return register, organization


def visible_cabinet(config: SmenaConfig, caller: Principal, cabinet_id: str) -> str:
    """The id of a cabinet the caller may see.

    Raises:
        Problem: 404.
    """
    try:
        cabinet = config.cabinet(cabinet_id)
    except KeyError:
        raise not_found("Кабинет", "The cabinet") from None
    if not caller.sees(cabinet.organization):
        raise not_found("Кабинет", "The cabinet")
    return cabinet.id


def organization_for(config: SmenaConfig, caller: Principal, asked: str | None) -> str:
    """The organisation a request is about: the named one, else the only one the caller sees.

    Raises:
        Problem: 403 for another's, 422 when several would do.
    """
    seen = caller.visible(organization.id for organization in config.organizations)
    if asked is not None:
        if asked not in seen:
            raise OTHER_ORGANIZATION(
                Words(
                    "Токен не даёт доступа к этой организации: проверьте organization.",
                    "The token gives no access to this organisation: check organization.",
                ),
                organization=asked,
            )
        return asked
    if len(seen) != 1:
        raise ORGANIZATION_NEEDED(
            Words(
                "Токен видит не одну организацию: добавьте параметр organization.",
                "The token does not see exactly one organisation: add the parameter organization.",
            ),
            organizations=list(seen),
        )
    return seen[0]
