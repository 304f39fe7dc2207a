"""20,000 new items under kill -9 and half-written batches: each ends in the cabinet once."""

import tomllib
from collections import Counter
from collections.abc import Callable
from typing import Any, Self

import httpx
import pytest

from e2e.stack import TOKEN, Stack
from e2e.waiting import wait_for

ROWS = 20_000
ROWS_PER_PUSH = 5_000
SAVE = "warehouse/save"
GROUP = "Масштаб"
HALF_WRITTEN, ANSWER_LOST = 5, 9
"""Which batch is written by half before the connection is lost, and of which only the answer is lost."""
BATCHES_BEFORE_THE_KILL = 15
SECONDS_MAX = 240


class Catalogue:
    """The API of the service, whose process may be away."""

    def __init__(self, stack: Stack) -> None:
        self._client = httpx.Client(
            base_url=f"{stack.addresses().catalog}/catalog/v1",
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=120,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def send(self, method: str, path: str, body: Any) -> Any:
        answer = self._client.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def get(self, path: str) -> Any:
        """What stands there; nothing while the process is away."""
        try:
            answer = self._client.get(path)
        except httpx.TransportError:
            return {"state": "away"}
        assert answer.is_success, answer.text
        return answer.json()


def code(n: int) -> str:
    body = f"483{n:09d}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return f"{body}{-total % 10}"


def push(catalogue: Catalogue, register: dict[str, Any]) -> None:
    """What an ERP of that size would push: items and their retail prices."""
    price_type = register["price_types"]["retail"]
    for first in range(0, ROWS, ROWS_PER_PUSH):
        numbers = range(first, first + ROWS_PER_PUSH)
        items = [
            {
                "ref": f"scale-{n:05d}",
                "name": f"Товар масштаба {n}",
                "unit": "шт",
                "group": GROUP,
                "barcodes": [code(n)],
                "article": f"S-{n:05d}",
                "vat_rate": "20",
            }
            for n in numbers
        ]
        prices = [
            {
                "item_ref": f"scale-{n:05d}",
                "price_type": price_type,
                "price": f"{1 + n % 90}.50",
                "effective_at": "2026-01-01",
            }
            for n in numbers
        ]
        for path, key, rows in (("/items", "items", items), ("/prices", "prices", prices)):
            told = catalogue.send("PUT", path, {key: rows})
            assert told["counts"]["created"] == ROWS_PER_PUSH, told["counts"]


def saves(stack: Stack) -> list[dict[str, Any]]:
    return [entry for entry in stack.requests() if SAVE in entry["path"]]


def sent_articles(entry: dict[str, Any]) -> list[str]:
    return [good["vendorCode"] for good in entry["body"]["goods"]]


def goods_of(stack: Stack) -> list[dict[str, Any]]:
    """The cabinet's own list, asked past the product."""
    state = stack.sandbox_json("/_sandbox/state")
    token = next(value for name, value in state["secrets"].items() if "WEBKASSA" in name.upper() or "TOKEN" in name)
    answer = httpx.post(
        f"{stack.outside().url}/webkassa/api/warehouse/list",
        json={"isOpen": 1},
        headers={"Authorization": f"Bearer {token}"},
        timeout=120,
    )
    answer.raise_for_status()
    goods: list[dict[str, Any]] = answer.json()
    return [good for good in goods if good["groupName"] == GROUP]


@pytest.mark.timeout(600)
def test_an_apply_of_20_000_rows_that_is_killed_makes_each_good_once(make_stack: Callable[..., Stack]) -> None:
    stack = make_stack("embedded", days=1)
    stack.start()
    register = tomllib.loads(stack.outside().configuration())["registers"][0]
    with Catalogue(stack) as catalogue:
        push(catalogue, register)
        asked = {"register": register["id"], "direction": "export", "selection": {"kind": "group", "group": GROUP}}
        diff = catalogue.send("POST", "/diffs", asked)["id"]
        wait_for(lambda: catalogue.get(f"/diffs/{diff}")["state"] == "ready", seconds=SECONDS_MAX, what="the diff")
        assert catalogue.get(f"/diffs/{diff}")["counts"]["missing"] == ROWS
        for do, nth in (("half-then-drop", HALF_WRITTEN), ("commit-then-drop", ANSWER_LOST)):
            stack.fault(target="webkassa", do=do, when={"path": SAVE, "nth": nth})

        run = catalogue.send("POST", f"/diffs/{diff}/apply", {"rows": "all", "when": "now"})["id"]
        wait_for(
            lambda: len(saves(stack)) >= BATCHES_BEFORE_THE_KILL, seconds=SECONDS_MAX, what="the middle of the apply"
        )
        stack.kill("up")
        stack.launch("up")
        wait_for(
            lambda: catalogue.get(f"/runs/{run}")["state"] == "succeeded", seconds=SECONDS_MAX, what="the end of it"
        )

        result = catalogue.get(f"/runs/{run}")["result"]
        assert (result["created"], result["failed"], result["outdated"]) == (ROWS, 0, 0)
        assert stack.faults_hit() == 2
        goods = goods_of(stack)
        assert len(goods) == ROWS
        assert {good["vendorCode"] for good in goods} == {f"S-{n:05d}" for n in range(ROWS)}
        written = saves(stack)
        half = sent_articles(next(entry for entry in written if entry["fault"] == "half-then-drop"))
        sent = Counter(article for entry in written for article in sent_articles(entry))
        assert set(sent.values()) <= {1, 2}
        assert {article for article, times in sent.items() if times > 1} == set(half[len(half) // 2 :])
        again = catalogue.send("POST", "/diffs", asked)["id"]
        wait_for(lambda: catalogue.get(f"/diffs/{again}")["state"] == "ready", seconds=SECONDS_MAX, what="the new diff")
        assert catalogue.get(f"/diffs/{again}")["counts"]["identical"] == ROWS
