"""The main job through the other operators' cabinets, and through one that only a manifest describes."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest

from e2e.stack import TOKEN, Stack
from e2e.stack_fixtures import open_stack
from servers.invented_cabinet import KEY, InventedCabinet
from smena.cli.demo.api import Api
from smena.cli.demo.job import Outcome
from smena.cli.demo.shop_files import put_shop_files
from smena_sandbox.server import running
from smena_sandbox.world.seeded import seeded_world

FIRST_DAY = datetime(2026, 1, 5)
DAYS = 1


def proven(stack: Stack, outcome: Outcome) -> None:
    assert outcome.reconciliations, "\n".join(str(one["state"]) + str(one["reasons"])[:900] for one in outcome.shifts)
    assert all(row["balanced"] is True for row in outcome.reconciliations)
    assert {shift["state"] for shift in outcome.shifts} == {"published"}
    assert set(outcome.document_states) == {"posted"}
    assert outcome.documents_verified == sum(outcome.document_states.values()) > 0


REGISTERS = ("kassa-1", "kassa-2", "kassa-3", "kassa-4")
"""Behind Webkassa, iKassa, Titan Retail and К5 МАГ, each with an organisation of its own."""
FILES_OF = {"landysh": "titan-retail-local", "klever": "k5-mag"}
TYPED_DAY = date(2026, 1, 6)
TYPED: tuple[dict[str, Any], ...] = (
    {"kind": "deposit", "amount": "100.00"},
    {"lines": [{"item": 0, "quantity": "2", "sum": "10.00"},
               {"item": 1, "quantity": "0.350", "sum": "3.33", "discount": "0.33"}],
     "payments": {"cash": "8.00", "no_cash": "5.00"}},
    {"lines": [{"item": 0, "quantity": "1", "sum": "5.00"}], "payments": {"no_cash": "5.00"}},
    {"lines": [{"item": 1, "quantity": "1", "sum": "9.99"}], "payments": {"cash": "9.99"}},
    {"kind": "annulment"},
    {"kind": "refund", "lines": [{"item": 0, "quantity": "1", "sum": "5.00"}], "payments": {"cash": "5.00"}},
    {"lines": [{"item": 2, "quantity": "3", "sum": "2.60", "allowance": "0.10"}], "discount": "0.20",
     "payments": {"other": "2.50"}},
    {"kind": "withdrawal", "amount": "50.00"},
)  # fmt: skip
"""One shift, rung by hand on every register; ``item`` counts the shop's items. An annulment is of the sale before."""
AMOUNTS = {"retail-report": ["15.50"], "cash-receipt-order": ["3.00"], "card-payment": ["10.00", "2.50"]}
"""Worked out by hand: 13.00 + 5.00 + 9.99 + 2.50 sold, 9.99 annulled, 5.00 given back."""
SOLD = [
    ("sale", "3.000", "15.00", "1.36"),
    ("sale", "0.350", "3.00", "0.27"),
    ("sale", "3.000", "2.50", "0.23"),
    ("refund", "1.000", "5.00", "0.45"),
]
"""The report's lines: direction, quantity, payable, VAT of 10 % inside it."""
OWN = frozenset({"id", "key", "shift", "organization", "register", "number", "erp", "sha256", "position", "created_at"})
"""What names a document or its register; everything else has to be the same whoever the operator is."""


def ring_everywhere(stack: Stack) -> None:
    """Ring the typed shift on each register and close it."""
    url = f"{stack.outside().url}/_sandbox"
    world = seeded_world(seed=1, start=FIRST_DAY, days=DAYS, registers=len(REGISTERS))
    items = [item for item in world.items if item.barcode and item.article]

    def tell(path: str, body: dict[str, Any]) -> Any:
        return httpx.post(f"{url}/{path}", json=body, timeout=60).raise_for_status().json()

    tell("clock", {"set": f"{TYPED_DAY + timedelta(days=1)}T09:00:00+03:00"})
    for register in REGISTERS:
        tell("cabinets/wk-main/shifts", {"register": register, "action": "open", "at": f"{TYPED_DAY}T08:00:00+03:00"})
        before = ""
        for hour, receipt in enumerate(TYPED, start=9):
            at = f"{TYPED_DAY}T{hour:02d}:00:00+03:00"
            lines = [
                {"good_id": items[line["item"]].good_id, "name": items[line["item"]].name}
                | {name: value for name, value in line.items() if name != "item"}
                for line in receipt.get("lines", [])
            ]
            target = {"target": before} if receipt.get("kind") == "annulment" else {}
            before = tell(
                "cabinets/wk-main/receipts", {**receipt, **target, "lines": lines, "register": register, "at": at}
            )["uid"]
        tell("cabinets/wk-main/shifts", {"register": register, "at": f"{TYPED_DAY}T20:00:00+03:00"})


def documents_of(stack: Stack, register: str) -> list[dict[str, Any]]:
    """The ledger's documents of the typed shift without what names them, in an order of their own content.

    iKassa states the price of a unit, the others leave it to be worked out; the price has to be the same.
    """
    api = Api(stack.addresses(), TOKEN)
    try:
        rows = [
            {name: value for name, value in row.items() if name not in OWN}
            for row in api.rows("/ledger/v1/documents", register=register)
            if row["business_date"] == str(TYPED_DAY)
        ]
    finally:
        api.close()
    derived = {line.pop("price_derived") for row in rows for line in row["lines"]}
    assert derived == {register != "kassa-2"}
    return sorted(rows, key=lambda row: (row["kind"], row["amount"]))


@dataclass(frozen=True)
class FourOperators:
    """A running product after its job, and what came of it."""

    stack: Stack
    outcome: Outcome

    def reconciled(self, cabinet: str) -> list[dict[str, Any]]:
        """The reconciliations of one cabinet's register."""
        (register,) = (each for each, behind in self.outcome.cabinets.items() if behind == cabinet)
        return [row for row in self.outcome.reconciliations if row["register"] == register]


@pytest.fixture(scope="module")
def four(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FourOperators]:
    """Four organisations at once: a seeded day and the typed one pass the main job through every operator's cabinet."""
    options = {"amqp_url": "", "days": DAYS, "operator": "every", "registers": len(REGISTERS)}
    with ExitStack() as cleanup:
        stack = open_stack(cleanup, "embedded", tmp_path_factory.mktemp("four"), postgres_url, options)
        stack.start_sandbox()
        ring_everywhere(stack)
        stack.write_configuration()
        put_shop_files(stack.outside(), stack.folder / "smena.toml")
        for organization in FILES_OF:
            for path in (stack.folder / f"shop-{organization}" / "in").iterdir():
                os.utime(path, (0, 0))
        stack.launch("up")
        stack.wait_ready("up")
        outcome = stack.job(replace(stack.task(), last=TYPED_DAY))
        proven(stack, outcome)
        assert tuple(outcome.cabinets) == REGISTERS
        yield FourOperators(stack, outcome)


@pytest.mark.timeout(600)
def test_the_main_job_passes_through_ikassa(four: FourOperators) -> None:
    assert [row["balanced"] for row in four.reconciled("ikassa")] == [True, True]
    assert {entry["target"] for entry in four.stack.requests()} == {"webkassa", "ikassa", "onec"}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("organization", FILES_OF)
def test_the_main_job_passes_through_files(four: FourOperators, organization: str) -> None:
    shop = four.stack.folder / f"shop-{organization}"

    assert [row["balanced"] for row in four.reconciled(FILES_OF[organization])] == [True, True]
    assert not list((shop / "in").iterdir())
    assert not list((shop / "refused").iterdir())
    assert list((shop / "out").iterdir())


@pytest.mark.timeout(600)
def test_one_shift_through_four_operators_is_the_same_documents_but_for_identity(four: FourOperators) -> None:
    """What was typed above, worked out by hand; every document equal field by field through each operator."""
    first, *others = (documents_of(four.stack, register) for register in REGISTERS)

    assert {kind: sorted(row["amount"] for row in first if row["kind"] == kind) for kind in AMOUNTS} == AMOUNTS
    assert len(first) == sum(len(amounts) for amounts in AMOUNTS.values())
    (report,) = (row for row in first if row["kind"] == "retail-report")
    lines = [(line["direction"], line["quantity"], line["amount"], line["vat_amount"]) for line in report["lines"]]
    assert lines == SOLD
    assert report["vat"] == [{"rate": "10", "amount": "1.41"}]
    for register, rows in zip(REGISTERS[1:], others, strict=True):
        for ours, theirs in zip(rows, first, strict=True):
            assert ours == theirs, register


@contextmanager
def invented() -> Iterator[tuple[str, InventedCabinet]]:
    """The invented cabinet over the same seeded shop, on a port of its own in a thread of its own."""
    cabinet = InventedCabinet(seeded_world(seed=1, start=FIRST_DAY, days=DAYS, registers=3, receipts=60))
    addresses: list[str] = []
    started, ended = Event(), Event()

    async def serve() -> None:
        async with running(cabinet) as address:
            addresses.append(address)
            started.set()
            await asyncio.to_thread(ended.wait)

    thread = Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert started.wait(30)
    try:
        yield addresses[0], cabinet
    finally:
        ended.set()
        thread.join(30)


@pytest.mark.timeout(600)
def test_a_fifth_operator_is_connected_by_a_manifest_alone(make_stack: Callable[..., Stack]) -> None:
    with invented() as (address, cabinet):
        stack: Stack = make_stack("embedded", days=DAYS)
        stack.start_sandbox()
        stack.write_configuration()
        (stack.folder / "fifth.toml").write_text(
            'name = "fifth"\ntitle = "Пятый оператор"\nbased_on = "rest-template"\n', encoding="utf-8"
        )
        _connect(stack.folder / "smena.toml", address)
        stack.launch("up")
        stack.wait_ready("up")

        proven(stack, stack.job())

        assert {entry["target"] for entry in stack.requests()} == {"onec"}
        assert {"/v1/products", "/v1/products/batch"} <= set(cabinet.asked)


def _connect(configuration: Path, address: str) -> None:
    """Put the manifest's cabinet in the place of Webkassa's."""
    text = configuration.read_text(encoding="utf-8")
    before, rest = text.split('operator = "webkassa"\n')
    after = rest.split('_TOKEN" }\n', 1)[1]
    key = configuration.parent / "key"
    key.write_text(KEY, encoding="utf-8")
    table = (
        f'operator = "declarative"\nmanifest = "./fifth.toml"\nbase_url = "{address}"\napi_key = {{ file = "key" }}\n'
    )
    configuration.write_text(f"{before}{table}{after}", encoding="utf-8")
