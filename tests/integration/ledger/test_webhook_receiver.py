"""The example receiver of the docs, fed with what the product sends."""

import importlib.util
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from uuid import uuid4

import pytest

from ledger.domain.webhooks import HookDeliveryState
from ledger.ports.webhooks import HookDelivery, Webhook
from ledger.use_cases.change_webhooks import new_secret
from ledger.use_cases.send_webhooks import signed_headers

EXAMPLE_PATH = Path(__file__).parents[3] / "docs" / "examples" / "receive_webhook.py"
BODY = json.dumps({"type": "shift-posted", "timestamp": "2026-02-01T08:00:00Z", "data": {"shift": "17"}}).encode()


def _example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("receive_webhook", EXAMPLE_PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _sent(secret: str, at: datetime, previous: str | None = None) -> dict[str, str]:
    until = None if previous is None else at + timedelta(hours=1)
    hook = Webhook(uuid4(), "romashka", "", (), secret, at, "", previous_secret=previous, previous_until=until)
    delivery = HookDelivery(
        1, hook.id, uuid4(), uuid4(), "shift-posted", BODY, HookDeliveryState.PENDING, 1, at, at, None
    )
    return signed_headers(hook, delivery, at)


def test_a_genuine_message_is_kept_once_and_no_other_one_is(tmp_path: Path) -> None:
    example, secret, now = _example(), new_secret(), datetime.now(UTC)
    store = example.open_store(str(tmp_path / "store"))
    headers = _sent(secret, now)

    assert example.receive(headers, BODY, secret, store) == 204
    assert example.receive(headers, BODY, secret, store) == 204
    assert example.receive(headers, BODY + b" ", secret, store) == 401
    assert example.receive({**headers, "webhook-id": "msg_other"}, BODY, secret, store) == 401
    assert example.receive(headers, BODY, new_secret(), store) == 401
    assert example.receive({}, BODY, secret, store) == 401
    assert store.execute("select * from message").fetchall() == [("shift-posted", '{"shift": "17"}')]
    store.close()


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_message_of_another_time_is_refused(tmp_path: Path, seconds: int) -> None:
    example, secret = _example(), new_secret()
    store = example.open_store(str(tmp_path / "store"))
    headers = _sent(secret, datetime.now(UTC) + timedelta(seconds=seconds))

    assert example.receive(headers, BODY, secret, store) == 401
    store.close()


def test_while_the_secret_changes_either_one_verifies(tmp_path: Path) -> None:
    example, old, new = _example(), new_secret(), new_secret()
    store = example.open_store(str(tmp_path / "store"))
    for secret in (old, new):
        assert example.receive(_sent(new, datetime.now(UTC), old), BODY, secret, store) == 204
    store.close()
