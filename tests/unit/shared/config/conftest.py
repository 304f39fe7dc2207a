"""A whole configuration, as contracts.md shows it, for tests to spoil one thing of."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from smena.config.load import ConfigError, load_config
from smena.config.model import SmenaConfig

WHOLE = """\
[[organizations]]
id = "romashka"
name = "ООО Ромашка"
unp = "190000005"
timezone = "Europe/Minsk"
vat_payer = true
accounting = "quantity-sum"

[[cabinets]]
id = "wk-main"
organization = "romashka"
operator = "webkassa"
base_url = "https://cabinet.webkassa.by"
token = { env = "WK_TOKEN" }
requests_per_second = 5
concurrency = 2

[[cabinets]]
id = "ik-main"
organization = "romashka"
operator = "ikassa"
base_url = "https://api.ikassa.by"
accounts_url = "https://accounts.ikassa.by"
client_id = "42"
client_secret = { env = "IK_SECRET" }
authorization = "bearer"

[[cabinets]]
id = "titan"
organization = "romashka"
operator = "declarative"
manifest = "titan-retail-local"
folder = "exports"
mailbox = "shop-7"
password = { env = "TITAN_PASSWORD" }

[[registers]]
id = "kassa-1"
cabinet = "wk-main"
number = "131010705"
warehouse = { ref = "wh-1", name = "Основной склад", kind = "wholesale" }
price_types = { purchase = "Закупочная", retail = "Розничная" }
default_items = { "20" = "goods-20", "10" = "goods-10" }
default_mode = "offer"
auto_pull = "*/10 * * * *"
auto_publish = false
lookback_days = 2
active_from = 2026-01-01
silence_after = "6h"
business_date = { rule = "closed-at", cutoff = "06:00" }

[registers.documents]
delivery = "post"
documents_from = 2026-01-01
closed_until = 2025-12-31
outlet = { ref = "outlet-1", name = "Магазин № 1" }
operation = "ОтчетНТТОПродажах"
expected_postings = "none"
refunds = "negative-lines"
time = "closed-at"
on_change = "adjust"

[registers.documents.payments]
cash = { document = "cash-order", cash_desk = "desk-1", cash_flow_item = "flow-1" }
card = { document = "card-payment", type = "card", acquirer = "bank-1", contract = "contract-1" }
certificate = { document = "none", component = "certificates-redeemed" }

[[registers]]
id = "kassa-2"
cabinet = "wk-main"
number = "131010706"

[[erp]]
organization = "romashka"
kind = "onec-odata"
base_url = "https://1c.example.by/base/odata/standard.odata/"
user = "smena"
password = { file = "onec-password" }
timezone = "Europe/Minsk"
refs = { organization = "org-1" }
names = "bp-by"

[[api_tokens]]
name = "1c"
sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
person = "Главный бухгалтер"
organizations = ["romashka"]
scopes = ["catalog:write", "sales:read", "sales:write", "ledger:read", "ledger:write"]

[timing]
onec_request = 2
lease = 0.5
"""

ENVIRONMENT = {"WK_TOKEN": "wk-token-1", "IK_SECRET": "ik-secret-1", "TITAN_PASSWORD": "titan-password-1"}

Load = Callable[..., SmenaConfig]
Mistakes = Callable[..., list[tuple[str, int | None, str]]]


@pytest.fixture
def whole() -> str:
    return WHOLE


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load a text as ``smena.toml``, with the secrets at hand."""
    (tmp_path / "onec-password").write_text("1c-password\n")

    def load_text(text: str, environment: Mapping[str, str] = ENVIRONMENT) -> SmenaConfig:
        path = tmp_path / "smena.toml"
        path.write_text(text)
        return load_config(path, environment)

    return load_text


@pytest.fixture
def mistakes(load: Load) -> Mistakes:
    """The mistakes of the whole configuration after replacing one piece of it: key, line, reason."""

    def spoil(old: str, new: str, environment: Mapping[str, str] = ENVIRONMENT) -> list[tuple[str, int | None, str]]:
        assert old in WHOLE
        with pytest.raises(ConfigError) as refused:
            load(WHOLE.replace(old, new, 1), environment)
        return [(mistake.key, mistake.line, mistake.reason) for mistake in refused.value.mistakes]

    return spoil
