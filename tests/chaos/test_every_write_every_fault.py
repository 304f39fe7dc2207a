"""Every write of the straight path under every fault: 1C ends as if nothing had happened, printed as a matrix."""

import sys
from dataclasses import dataclass
from typing import Any

import pytest

from chaos.delivery_bench import ACCOUNTANT, KINDS, REQUEST_SECONDS, DeliveryBench
from integration.ledger.desk import Desk
from ledger.domain.documents import DocumentState
from ledger.use_cases.decide_document import resend
from servers.postgres import fresh_database
from smena_sandbox.faults.rule import FaultRequest, When

HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"
REFUSAL = {"odata.error": {"code": "-1", "message": {"lang": "ru", "value": "Конфликт блокировок при записи"}}}
FAULTS: dict[str, dict[str, Any]] = {
    "drop-before": {"do": "drop-before"},
    "commit-then-drop": {"do": "commit-then-drop"},
    "502-html": {"do": "status", "code": 502, "body": HTML},
    "commit-then-502-html": {"do": "status", "code": 502, "body": HTML, "phase": "after"},
    "late-commit": {"do": "delay", "seconds": REQUEST_SECONDS * 1.3},
    "commit-then-late": {"do": "delay", "seconds": REQUEST_SECONDS * 1.3, "phase": "after"},
    "500/-1": {"do": "status", "code": 500, "body": REFUSAL},
    "401": {"do": "401"},
    "truncated": {"do": "truncate"},
    "empty-2xx": {"do": "empty"},
    "html-200": {"do": "html"},
    "commit-then-html-200": {"do": "html", "phase": "after"},
    "302-login": {"do": "status", "code": 302, "body": HTML, "headers": {"Location": "/login"}},
    "503-json": {"do": "status", "code": 503, "body": {"error": "busy"}},
    "429": {"do": "429"},
    "429-retry-after": {"do": "429", "retry_after": 60},
}
STEPS = [f"{step} {kind}" for step in ("create", "post") for kind in KINDS]
BASES: dict[str, dict[str, Any]] = {
    "refs-kept": {},
    "refs-ignored": {"client_ref": "ignored", "comment_like_rules": True},
    "sibling": {"vat": "catalogue", "refunds_section": True, "if_match": "honoured", "iis_paths": True},
    "harsh-sibling": {
        "client_ref": "ignored",
        "vat": "catalogue",
        "comment_like_rules": True,
        "iis_paths": True,
        "unknown_filter_field": "empty",
        "charset": "windows-1251",
    },
}
IN_FULL = {"refs-kept", "refs-ignored"}
"""On these every fault is tried at every step; on the others each fault once, at a step that changes with it."""
REQUESTS_PER_DOCUMENT = 4
REPORTS_READ_TOGETHER = 4
"""What postings left in the accounts is read for so many documents at once, at the least."""


@dataclass(frozen=True)
class Cell:
    """One fault at one step; its shift is its number."""

    number: int
    fault: str
    step: str


def cells(base: str) -> list[Cell]:
    pairs = [(fault, step) for fault in FAULTS for step in STEPS]
    if base not in IN_FULL:
        pairs = [(fault, STEPS[place % len(STEPS)]) for place, fault in enumerate(FAULTS)]
    return [Cell(number, fault, step) for number, (fault, step) in enumerate(pairs)]


def requests_struck(step: str) -> When:
    verb, kind = step.split()
    return When(method="POST", path=rf"{KINDS[kind]}\?" if verb == "create" else rf"{KINDS[kind]}\(.*/Post", nth=1)


async def undisturbed(database_url: str, base: str) -> dict[str, list[dict[str, Any]]]:
    """What a base holds after the same shifts without a fault; four requests for each document."""
    async with DeliveryBench.open(database_url, **BASES[base]) as bench:
        await bench.publish(bench.shift(len(cells(base))))
        await bench.deliver()  # what is read once of a base is not counted
        before = bench.requests()[-1].number
        for cell in cells(base):
            await bench.publish(bench.shift(cell.number))
        await bench.deliver()
        documents = len(cells(base)) * len(KINDS)
        asked = bench.requests(before)
        of_accounts = [one for one in asked if "AccountingRegister_" in one.path]
        assert len(asked) - len(of_accounts) <= REQUESTS_PER_DOCUMENT * documents
        assert 0 < len(of_accounts) <= documents / REPORTS_READ_TOGETHER
        return bench.in_onec()


async def outcome(bench: DeliveryBench, cell: Cell) -> str:
    """Deliver the cell's shift under its fault; what a person has to do is done, and said."""
    facts = bench.shift(cell.number)
    engine = bench.sandbox.faults
    fault = engine.add(FaultRequest(target="onec", when=requests_struck(cell.step), **FAULTS[cell.fault]))
    await bench.publish(facts)
    await bench.deliver(facts)
    engine.clear()
    if fault.hits != 1:
        return f"struck {fault.hits} times"
    refused = [one for one in await bench.stored(facts) if one.status.state is DocumentState.REJECTED]
    for one in refused:
        await resend(one.id, ACCOUNTANT, bench.deciding(Desk()))
    await bench.deliver(facts)
    states = {one.status.state.value for one in await bench.stored(facts)}
    if states != {"posted"}:
        return "/".join(sorted(states))
    return "resent" if refused else "same"


def matrix(base: str, found: dict[tuple[str, str], str]) -> str:
    """Fault by step, as a table."""
    head = f"{base:22}" + "".join(f"{step.replace('retail-', '').replace('-order', ''):22}" for step in STEPS)
    rows = [f"{fault:22}" + "".join(f"{found.get((fault, step), '–'):22}" for step in STEPS) for fault in FAULTS]
    return "\n".join(("", head, *rows, ""))


@pytest.mark.parametrize("base", BASES)
@pytest.mark.timeout(240)
async def test_whatever_fails_at_a_write_1c_ends_as_if_nothing_had_happened(
    base: str, database_url: str, postgres_url: str
) -> None:
    with fresh_database(postgres_url) as other_url:
        expected = await undisturbed(other_url, base)
    found: dict[tuple[str, str], str] = {}
    async with DeliveryBench.open(database_url, **BASES[base]) as bench:
        await bench.publish(bench.shift(len(cells(base))))
        await bench.deliver()
        for cell in cells(base):
            found[cell.fault, cell.step] = await outcome(bench, cell)
        held = bench.in_onec()
    sys.stdout.write(matrix(base, found))

    assert held == expected
    wanted = {key: "resent" if key[0] == "500/-1" else "same" for key in found}
    assert wanted == found
