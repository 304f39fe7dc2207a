"""A product with a finished main job behind it, and windows of a real browser on it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from e2e.stack import TOKEN, Stack
from servers.chromium import FLAGS, chromium
from servers.postgres import fresh_database

WAIT_MILLISECONDS = 30_000
WIDTH, HEIGHT = 1280, 900
SECONDS_MAX = 400


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first test waits for a product to start and for its main job: on a busy machine minutes."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(SECONDS_MAX))


@pytest.fixture(scope="session")
def served(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The product in one process over the sandbox, the main job done."""
    folder = tmp_path_factory.mktemp("console")
    with ExitStack() as cleanup:
        database_url = cleanup.enter_context(fresh_database(postgres_url))
        stack = Stack(mode="embedded", folder=folder, database_url=database_url, amqp_url="")
        cleanup.callback(stack.stop)
        stack.start()
        stack.job()
        yield stack


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a module; longer, and its loop would stand in the way of asynchronous tests after it."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield running
        running.close()


Open = Callable[..., Page]


@pytest.fixture
def window(served: Stack, browser: Browser) -> Iterator[Open]:
    """Open a signed-in window; at the end nothing was asked of another host, and nothing broke or was blocked."""
    told: list[str] = []
    base = served.addresses().sales
    with ExitStack() as cleanup:

        def make(
            path: str = "/console/", *, width: int = WIDTH, signed_in: bool = True, token: str = TOKEN, **options: Any
        ) -> Page:
            context = browser.new_context(
                base_url=base, viewport={"width": width, "height": HEIGHT}, locale="ru-RU", **options
            )
            cleanup.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(WAIT_MILLISECONDS)
            page.on("console", lambda message: told.extend(_bad(message)))
            page.on("pageerror", lambda error: told.append(f"script: {error}"))
            page.on("request", lambda request: told.extend(_elsewhere(request, base)))
            if signed_in:
                page.goto("/console/sign-in")
                page.fill("#token", token)
                page.click("button.primary")
                page.wait_for_url("**/console/yesterday*")
            page.goto(path)
            return page

        yield make
    assert told == []


@pytest.fixture
def shots(tmp_path: Path) -> Callable[[Page, str], Path]:
    """Keep a picture of a window."""

    def shoot(page: Page, name: str) -> Path:
        path = tmp_path / f"{name}.png"
        page.screenshot(path=path, full_page=True)
        return path

    return shoot


def _bad(message: ConsoleMessage) -> list[str]:
    """What the browser complains of: scripts that fail, and everything the content policy stops."""
    ordinary = "Failed to load resource" in message.text
    return [f"{message.type}: {message.text}"] if message.type in {"error", "warning"} and not ordinary else []


def _elsewhere(request: Request, base: str) -> list[str]:
    return [] if request.url.startswith(base) else [f"asked another host: {request.url}"]
