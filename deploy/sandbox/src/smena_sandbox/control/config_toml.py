"""A complete ``smena.toml`` for the product that matches this world (contracts.md, "Configuration")."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from smena_sandbox.ikassa.tokens import CLIENT_ID
from smena_sandbox.world import settings
from smena_sandbox.world.refs import ref
from smena_sandbox.world.settings import OrganizationSettings, RegisterSettings
from smena_sandbox.world.world import World

TOKEN_VARIABLE = "SMENA_SANDBOX_WEBKASSA_TOKEN"  # noqa: S105 - the name of a variable
EVERY_OPERATOR = "every"
"""``operator=every``: the registers are dealt out to four organisations, each behind another operator's cabinet."""

IKASSA_VARIABLE = "SMENA_SANDBOX_IKASSA_SECRET"
PASSWORD_VARIABLE = "SMENA_SANDBOX_ONEC_PASSWORD"  # noqa: S105 - the name of a variable


def config_toml(world: World, address: str, user: str, operator: str = "webkassa") -> str:
    """The text of the file; secrets are named by their environment variables.

    ``operator`` is the cabinet through which the same registers are seen.
    """
    lines = list(_head(address))
    for share in _shares(world, operator):
        lines += [*_organization(share, address), *_registers(world, share), *_erp(share.organization, address, user)]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Share:
    """What one organisation has of the shop."""

    organization: OrganizationSettings
    cabinet: str
    operator: str
    folder: str
    registers: list[RegisterSettings]


def _shares(world: World, operator: str) -> list[_Share]:
    if operator != EVERY_OPERATOR:
        return [_Share(settings.ORGANIZATION, world.cabinet.identity, operator, "shop", world.registers)]
    among = settings.ORGANIZATIONS
    return [
        _Share(each, each.operator, each.operator, f"shop-{each.identity}", dealt)
        for place, each in enumerate(among)
        if (dealt := world.registers[place :: len(among)])
    ]


def _head(address: str) -> Iterator[str]:
    yield f"# Made by the sandbox at {address} for its own world; every sum and code in it is invented."
    yield f"# {TOKEN_VARIABLE} and {PASSWORD_VARIABLE} are shown by GET {address}/_sandbox/state."
    yield ""


def _organization(share: _Share, address: str) -> Iterator[str]:
    yield "[[organizations]]"
    yield f"id = {_text(share.organization.identity)}"
    yield f"name = {_text(share.organization.name)}"
    yield f"unp = {_text(share.organization.unp)}"
    yield 'timezone = "Europe/Minsk"'
    yield "vat_payer = true"
    yield 'accounting = "quantity-sum"'
    yield ""
    yield "[[cabinets]]"
    yield f"id = {_text(share.cabinet)}"
    yield f"organization = {_text(share.organization.identity)}"
    yield from OPERATORS[share.operator](address, share.folder)
    yield "requests_per_second = 500"
    yield ""


def _webkassa(address: str, _folder: str) -> Iterator[str]:
    yield 'operator = "webkassa"'
    yield f"base_url = {_text(f'{address}/webkassa')}"
    yield f"token = {{ env = {_text(TOKEN_VARIABLE)} }}"
    yield "concurrency = 4"


def _ikassa(address: str, _folder: str) -> Iterator[str]:
    yield 'operator = "ikassa"'
    yield f"base_url = {_text(f'{address}/ikassa')}"
    yield f"accounts_url = {_text(f'{address}/ikassa/accounts')}"
    yield f"client_id = {_text(CLIENT_ID)}"
    yield f"client_secret = {{ env = {_text(IKASSA_VARIABLE)} }}"
    yield "concurrency = 3"


def _files(manifest: str) -> Callable[[str, str], Iterator[str]]:
    def table(_address: str, folder: str) -> Iterator[str]:
        yield 'operator = "declarative"'
        yield f"manifest = {_text(manifest)}"
        yield f"folder = {_text(f'./{folder}')}"

    return table


OPERATORS = {
    "webkassa": _webkassa,
    "ikassa": _ikassa,
    "titan-retail-local": _files("titan-retail-local"),
    "k5-mag": _files("k5-mag"),
}
"""What ``operator=`` may name; files lie in ``folder`` beside the configuration (``POST /_sandbox/files``)."""


def _registers(world: World, share: _Share) -> Iterator[str]:
    since = f"{world.first_day - timedelta(days=1):%Y-%m-%d}"
    warehouse = ref("warehouse", settings.WAREHOUSE)
    defaults = ", ".join(
        f"{_text(rate)} = {_text(ref('item', name))}" for rate, name in settings.DEFAULT_ITEM_NAMES.items()
    )
    for register in share.registers:
        yield "[[registers]]"
        yield f"id = {_text(register.identity)}"
        yield f"cabinet = {_text(share.cabinet)}"
        yield f"number = {_text(register.number)}"
        yield f'warehouse = {{ ref = "{warehouse}", name = {_text(settings.WAREHOUSE)}, kind = "wholesale" }}'
        yield (
            f"price_types = {{ purchase = {_text(settings.PURCHASE_PRICE_TYPE)}, "
            f"retail = {_text(settings.RETAIL_PRICE_TYPE)} }}"
        )
        yield f"default_items = {{ {defaults} }}"
        yield 'default_mode = "offer"'
        yield "auto_publish = false"
        yield "lookback_days = 2"
        yield f"active_from = {since}"
        yield 'business_date = { rule = "closed-at", cutoff = "06:00" }'
        yield ""
        yield from _documents(register, since)


def _documents(register: RegisterSettings, since: str) -> Iterator[str]:
    flow = ref("cash-flow-item", settings.CASH_FLOW_ITEM)
    acquirer, contract = ref("counterparty", settings.ACQUIRER), ref("contract", settings.CONTRACT)
    yield "[registers.documents]"
    yield 'delivery = "post"'
    yield f"documents_from = {since}"
    yield f'outlet = {{ ref = "{register.outlet_ref}", name = {_text(register.outlet)} }}'
    yield 'operation = "ОтчетНТТОПродажах"'
    yield 'expected_postings = "none"'
    yield 'refunds = "negative-lines"'
    yield 'time = "closed-at"'
    yield 'on_change = "adjust"'
    yield ""
    yield "[registers.documents.payments]"
    yield (f'cash = {{ document = "cash-order", cash_desk = "{register.cash_desk_ref}", cash_flow_item = "{flow}" }}')
    yield (
        f'cashless = {{ document = "card-payment", type = "{ref("payment-type", "cashless")}", '
        f'acquirer = "{acquirer}", contract = "{contract}" }}'
    )
    yield f'other = {{ document = "card-payment", type = "{ref("payment-type", "other")}" }}'
    yield 'certificate = { document = "none", component = "certificates-redeemed" }'
    yield ""


def _erp(organization: OrganizationSettings, address: str, user: str) -> Iterator[str]:
    yield "[[erp]]"
    yield f"organization = {_text(organization.identity)}"
    yield 'kind = "onec-odata"'
    yield f"base_url = {_text(f'{address}/onec/odata/standard.odata')}"
    yield f"user = {_text(user)}"
    yield f"password = {{ env = {_text(PASSWORD_VARIABLE)} }}"
    yield 'timezone = "Europe/Minsk"'
    yield f'refs = {{ organization = "{ref("organization", organization.identity)}" }}'
    yield 'names = "bp-by"'
    yield ""


def _text(value: str) -> str:
    """A basic TOML string; JSON's escapes are TOML's."""
    return json.dumps(value, ensure_ascii=False)
