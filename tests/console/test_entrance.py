"""Sign-in, languages, forms of strangers: what stands before every window."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from console.conftest import Open
from console.looks import problems_of
from e2e.stack import TOKEN, Stack
from smena.console.application import WINDOWS

ANY_ID = "00000000-0000-5000-8000-000000000000"


def test_a_token_opens_the_console_and_an_unknown_one_does_not(window: Open) -> None:
    page = window(signed_in=False)
    assert problems_of(page) == []
    page.fill("#token", "nobody-knows-this")
    page.click("button.primary")
    expect(page.get_by_role("alert")).to_contain_text("Такого токена нет")
    page.fill("#token", TOKEN)
    page.click("button.primary")
    expect(page).to_have_url(re.compile(r"/console/yesterday"))


def test_a_window_asked_for_before_signing_in_opens_after_it(window: Open) -> None:
    page = window("/console/yesterday?day=2026-01-05", signed_in=False)
    page.fill("#token", TOKEN)
    page.click("button.primary")
    expect(page).to_have_url(re.compile(r"/console/yesterday\?day=2026-01-05$"))


def test_the_language_is_chosen_in_one_click_and_remembered(window: Open) -> None:
    page = window("/console/yesterday?day=2026-01-05")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("navigation")).to_contain_text("Reconciliation")
    expect(page).to_have_url(re.compile(r"/console/yesterday\?day=2026-01-05$"))
    page.goto("/console/yesterday?day=2026-01-05")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_signing_out_ends_the_session_in_this_browser(window: Open) -> None:
    page = window()
    page.get_by_role("button", name="Выйти").click()
    page.goto("/console/yesterday")
    expect(page).to_have_url(re.compile(r"/console/sign-in"))


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_yesterday_says_what_is_closed_and_is_readable_for_everybody(window: Open, width: int, scheme: str) -> None:
    page = window("/console/yesterday?day=2026-01-05", width=width, color_scheme=scheme)
    expect(page.get_by_role("heading", level=1)).to_have_text("5 января 2026")
    expect(page.get_by_text("Сходится", exact=True)).to_have_count(3)
    expect(page.get_by_text("Ничего. Всё закрыто и сходится.")).to_be_visible()
    assert problems_of(page) == []


def test_every_form_without_the_sessions_token_is_refused_and_so_is_one_of_another_site(
    served: Stack, window: Open
) -> None:
    page = window()
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    base = served.addresses().sales
    for method, path, _ in WINDOWS:
        if method == "POST":
            numbered = re.sub(r"{[^}]*:int}", "1", path)
            address = f"{base}/console{re.sub(r'{[^}]*}', ANY_ID, numbered)}"
            bare = httpx.post(address, data={"once": ANY_ID}, cookies=cookies)
            assert bare.status_code == 403, (path, bare.status_code)
    httpx.post(f"{base}/console/sign-out", data={}, cookies=cookies)
    page.goto("/console/yesterday")
    expect(page).to_have_url(re.compile(r"/console/yesterday"))
    foreign = httpx.post(f"{base}/console/sign-in", data={"token": TOKEN}, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert "smena_session=" not in foreign.headers.get("set-cookie", "")


def test_every_answer_says_what_a_browser_may_load_and_keep(served: Stack) -> None:
    for path in ("/console/sign-in", "/console/static/console.css", "/console/nothing"):
        headers = httpx.get(f"{served.addresses().sales}{path}").headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_a_session_of_the_console_is_no_cookie_for_scripts_or_other_sites(served: Stack, window: Open) -> None:
    page = window()
    session = next(one for one in page.context.cookies() if one["name"] == "smena_session")
    assert session["httpOnly"]
    assert session["sameSite"] == "Strict"
    assert TOKEN not in session["value"]


def test_a_person_without_a_mouse_signs_in_skips_the_menu_and_sees_where_she_is(window: Open) -> None:
    page = window("/console/yesterday?day=2026-01-05", signed_in=False)
    page.locator("#token").focus()
    page.keyboard.type(TOKEN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("5 января 2026")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="К содержанию")).to_be_focused()
    expect(page.get_by_role("link", name="К содержанию")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="День раньше")).to_be_focused()
    outlined = "() => getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outlined) == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("4 января 2026")
