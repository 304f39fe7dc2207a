"""What a token may: every link of every window answers, and nothing is offered that would be refused."""

import re
from collections import deque
from html import unescape
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from console.conftest import Open
from console.looks import problems_of
from e2e.stack import READING_TOKEN, TOKEN, Stack
from smena.cli.demo.api import Api

BEGINNING = (
    "/console/yesterday?day=2026-01-05",
    "/console/goods?register=kassa-1&take=group",
    "/console/sales?from=2026-01-05&to=2026-01-06",
    "/console/documents?from=2026-01-05&to=2026-01-06",
    "/console/reconciliation?from=2026-01-05&to=2026-01-06",
    "/console/state",
)
NUMBER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+|(?<=lines/)[^/]+")
LINK = re.compile(r'<a\b[^>]*\bhref="([^"]+)"')
WRITES = re.compile(r'<form\b[^>]*method="post"[^>]*>|\bformaction="[^"]+"')
FRAME = ("/console/language", "/console/sign-out")
"""Forms that stand in every window and change nothing of the shop's."""


def sign_in(client: httpx.Client, token: str) -> None:
    client.get("/console/sign-in")
    form = {"token": token, "form_token": client.cookies["smena_knock"]}
    assert client.post("/console/sign-in", data=form).status_code == 303


def kind(address: str) -> str:
    """An address without what differs between two windows of one kind."""
    parts = urlsplit(address)
    names = sorted(pair.partition("=")[0] for pair in parts.query.split("&"))
    return f"{NUMBER.sub('*', parts.path)}?{names}"


def quiet(_done: int, _total: int | None = None) -> None:
    """Show no progress."""


@pytest.fixture(scope="module")
def comparison(served: Stack) -> str:
    """A comparison of goods, to which no link leads: it is what a button makes."""
    api = Api(served.addresses(), TOKEN)
    try:
        body = {"register": "kassa-1", "direction": "export", "selection": {"kind": "all"}}
        diff = api.post("/catalog/v1/diffs", body)
        api.finish(f"/catalog/v1/diffs/{diff['id']}", quiet)
        return f"/console/goods/diffs/{diff['id']}"
    finally:
        api.close()


def walked(client: httpx.Client, *beginning: str) -> dict[str, httpx.Response]:
    """Every kind of window that links lead to, one of each: the tenth receipt is drawn as the first."""
    seen: set[str] = set()
    waiting, answers = deque(beginning), {}
    while waiting:
        address = waiting.popleft()
        answers[address] = answer = client.get(address)
        if "text/html" not in answer.headers.get("content-type", ""):
            continue
        for found in LINK.findall(answer.text):
            link = urljoin(address, unescape(found)).partition("#")[0]
            if link.startswith("/console/") and kind(link) not in seen:
                seen.add(kind(link))
                waiting.append(link)
    return answers


@pytest.mark.parametrize("token", [TOKEN, READING_TOKEN])
def test_every_link_answers_and_a_token_that_only_reads_is_offered_nothing_that_writes(
    served: Stack, comparison: str, token: str
) -> None:
    with httpx.Client(base_url=served.addresses().sales, timeout=60) as client:
        sign_in(client, token)
        answers = walked(client, *BEGINNING, comparison)
    assert len({kind(address) for address in answers}) > 40
    assert {address: answer.status_code for address, answer in answers.items() if answer.status_code != 200} == {}
    writing = {
        address: forms
        for address, answer in answers.items()
        if (forms := [one for one in WRITES.findall(answer.text) if not any(frame in one for frame in FRAME)])
    }
    if token == READING_TOKEN:
        assert writing == {}
    else:
        assert len(writing) > 10


def test_whoever_only_reads_is_told_so_where_the_buttons_would_be(window: Open) -> None:
    page = window("/console/goods?register=kassa-1", token=READING_TOKEN)
    expect(page.locator("main")).to_contain_text("у кого есть право catalog:write")
    assert problems_of(page) == []
    page.goto("/console/sales?from=2026-01-05&to=2026-01-06")
    expect(page.locator("main")).to_contain_text("у кого есть право sales:write")
    page.goto("/console/documents/period")
    expect(page.locator("main")).to_contain_text("нет права изменять документы")
