"""From a configuration to adapters that work, over the sandbox in this process."""

import asyncio
import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from prometheus_client import REGISTRY

from smena.cabinets.open_cabinet import OperatorNotSupportedError, open_cabinet
from smena.clock import SystemClock
from smena.config.load import load_config
from smena.config.model import SmenaConfig
from smena.config.secrets import SecretMissingError
from smena.erp.errors import ErpSetupError
from smena.erp.open_erp import open_catalogue, open_documents
from smena_sandbox.application import create_application
from smena_sandbox.control.config_toml import PASSWORD_VARIABLE, TOKEN_VARIABLE, config_toml
from smena_sandbox.world.seeded import seeded_world

Opened = tuple[SmenaConfig, Mapping[str, str], httpx.ASGITransport]
IKASSA = """
[[cabinets]]
id = "ik"
organization = "romashka"
operator = "ikassa"
base_url = "http://sandbox.test/ikassa"
accounts_url = "http://sandbox.test/ikassa/accounts"
client_id = "smena-sandbox"
client_secret = { env = "X" }
requests_per_second = 1000
concurrency = 8

[[cabinets]]
id = "other"
organization = "romashka"
operator = "declarative"
manifest = "rest-template"
base_url = "http://sandbox.test/rest"
"""


@pytest.fixture
def world(tmp_path: Path) -> Opened:
    made = seeded_world(seed=5, start=datetime(2026, 1, 5), days=1, registers=1, receipts=5)
    application = create_application(made)
    file = tmp_path / "smena.toml"
    file.write_text(config_toml(made, "http://sandbox.test", "smena") + IKASSA, encoding="utf-8")
    environment = {TOKEN_VARIABLE: application.tokens[0], PASSWORD_VARIABLE: "smena", "X": application.accounts.secret}
    return load_config(file, environment), environment, httpx.ASGITransport(application)


async def test_a_cabinet_reads_with_the_token_of_the_environment(world: Opened) -> None:
    config, environment, transport = world
    cabinet = open_cabinet(config, "wk-main", environment, clock=SystemClock(), transport=transport)

    start, end = datetime(2026, 1, 4, tzinfo=UTC), datetime(2026, 1, 7, tzinfo=UTC)
    pages = [page async for page in cabinet.read_documents(config.registers[0].number, start, end)]
    items = [item async for page in cabinet.list_items() for item in page]
    await cabinet.close()

    assert sum(len(page.documents) for page in pages) > 5
    assert items


async def test_1c_opens_for_documents_and_catalogue(world: Opened) -> None:
    config, environment, transport = world
    documents = open_documents(config, "romashka", environment, transport=transport)
    catalogue = open_catalogue(config, "romashka", environment, transport=transport)
    assert documents is not None
    assert catalogue is not None

    assert "190000005" in await documents.fingerprint()
    assert [item async for page in catalogue.items() for item in page]
    await documents.close()
    await catalogue.close()


def test_an_organisation_without_1c_has_neither(world: Opened) -> None:
    config, environment, _ = world
    without = config.model_copy(update={"erp": ()})

    assert open_documents(without, "romashka", environment) is None
    assert open_catalogue(without, "romashka", environment) is None


def test_a_missing_secret_is_named(world: Opened) -> None:
    config, _, _ = world

    with pytest.raises(SecretMissingError, match=TOKEN_VARIABLE):
        open_cabinet(config, "wk-main", {}, clock=SystemClock())
    with pytest.raises(SecretMissingError, match=PASSWORD_VARIABLE):
        open_documents(config, "romashka", {})


async def test_the_end_of_a_cabinets_key_is_a_metric(world: Opened) -> None:
    config, environment, transport = world
    claims = base64.urlsafe_b64encode(b'{"exp":1790000000}').decode().rstrip("=")
    secrets = {**environment, TOKEN_VARIABLE: f"e30.{claims}.c2ln"}

    await open_cabinet(config, "wk-main", secrets, clock=SystemClock(), transport=transport).close()

    found = REGISTRY.get_sample_value("smena_cabinet_key_expires_timestamp_seconds", {"cabinet": "wk-main"})
    assert found == 1_790_000_000


async def test_ikassa_gets_its_token_for_the_organisation_and_asks_three_at_once_at_most(world: Opened) -> None:
    config, environment, transport = world
    cabinet = open_cabinet(config, "ik", environment, clock=SystemClock(), transport=transport)

    async def read() -> int:
        start, end = datetime(2026, 1, 4, tzinfo=UTC), datetime(2026, 1, 7, tzinfo=UTC)
        pages = cabinet.read_documents(config.registers[0].number, start, end)
        return sum([len(page.documents) async for page in pages])

    counts = await asyncio.gather(*(read() for _ in range(8)))
    await cabinet.close()

    assert min(counts) > 5
    assert transport.app.ikassa_gate.refused == 0  # type: ignore[attr-defined] # httpx calls it an ASGI application


async def test_a_manifest_that_asks_for_more_is_said_so(world: Opened) -> None:
    config, environment, _ = world

    with pytest.raises(OperatorNotSupportedError, match="api_key: manifest 'rest-template' asks for this key"):
        open_cabinet(config, "other", environment, clock=SystemClock())
    tables = config.model_dump(exclude_unset=True)
    (given,) = [cabinet for cabinet in tables["cabinets"] if cabinet["id"] == "other"]
    given["api_key"] = {"env": "X"}
    cabinet = open_cabinet(SmenaConfig.model_validate(tables), "other", environment, clock=SystemClock())
    assert cabinet.capabilities().operator == "rest-template"
    await cabinet.close()


async def test_a_file_of_names_that_cannot_be_read_is_said_so(world: Opened) -> None:
    config, environment, _ = world
    erp = config.erp[0].model_copy(update={"names": "/nowhere/names.toml"})

    with pytest.raises(ErpSetupError, match=r"/nowhere/names\.toml"):
        open_documents(config.model_copy(update={"erp": (erp,)}), "romashka", environment)
