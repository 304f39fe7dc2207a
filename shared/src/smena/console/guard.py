"""What every request of the console passes: its session, its form's token, and words for whatever goes wrong."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smena.console.api import UNREACHABLE, Api, ApiProblemError, Doors
from smena.console.drawing import Drawing
from smena.console.page import ROOT, Page
from smena.console.words import DEFAULT_LANGUAGE, LANGUAGES, translator
from smena.http.auth import TokenBook
from smena.http.language import preferred
from smena.http.route_plans import FILE_BODY_BYTES_MAX
from smena.http.sessions import SESSION_SECONDS_MAX, Session, Sessions

SESSION_COOKIE = "smena_session"
LANGUAGE_COOKIE = "smena_language"
LANGUAGE_SECONDS = 365 * 24 * 60 * 60
FORM_BYTES_MAX = 1024 * 1024
FORM_TOTAL_BYTES_MAX = FILE_BODY_BYTES_MAX + FORM_BYTES_MAX
"""A form with the largest file the API takes; every browser says beforehand how much it sends."""
FORM_FIELDS_MAX = 6000
"""A page of 500 rows with every box ticked stays far below."""
CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}

Window = Callable[[Page], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the console is built with."""

    doors: Doors
    tokens: TokenBook
    sessions: Sessions
    drawing: Drawing


def language_of(request: Request) -> str:
    """The language a person chose, else the browser's, else Russian."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    header = request.headers.get("accept-language")
    return preferred(header) if header else DEFAULT_LANGUAGE


def guarded(desk: Desk, window: Window) -> Callable[[Request], Awaitable[Response]]:
    """A window behind its session; a POST is taken only from a form of the same session."""

    async def answer(request: Request) -> Response:
        page = _page(desk, request)
        if page is None:
            return _to_sign_in(request)
        if request.method == "POST":
            if not _fits(request):
                return _too_large(page)
            page.form = await request.form(max_files=1, max_fields=FORM_FIELDS_MAX, max_part_size=FORM_BYTES_MAX)
            if not _own_form(desk, page):
                return _refused_form(page)
        try:
            return await window(page)
        except ApiProblemError as problem:
            return _explained(page, problem)

    return answer


def begin_session(desk: Desk, token: str) -> str | None:
    """The session's text for a token; None when nobody knows the token."""
    digest = sha256(token.strip().encode("utf-8", "surrogateescape")).hexdigest()
    return desk.sessions.begin(digest) if desk.tokens.by_digest(digest) is not None else None


def keep_session(response: Response, text: str, *, secure: bool) -> None:
    """Set the session's cookie: for this site alone, out of reach of scripts."""
    response.set_cookie(
        SESSION_COOKIE, text, max_age=SESSION_SECONDS_MAX, path=ROOT, httponly=True, samesite="strict", secure=secure
    )


def session_of(desk: Desk, request: Request) -> Session | None:
    """The session a browser shows."""
    return desk.sessions.read(request.cookies.get(SESSION_COOKIE, ""))


def same_origin(request: Request) -> bool:
    """Whether a form comes from a page of this address, as far as the browser says."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _page(desk: Desk, request: Request) -> Page | None:
    session = session_of(desk, request)
    person = desk.tokens.by_digest(session.token_sha256) if session is not None else None
    if session is None or person is None:
        return None
    language = language_of(request)
    api = Api(desk.doors, request.cookies.get(SESSION_COOKIE, ""), language)
    return Page(request, session, person, api, language, translator(language), desk.drawing, desk.sessions)


def _to_sign_in(request: Request) -> Response:
    wanted = request.url.path if request.method == "GET" else request.headers.get("referer", "")
    path = urlsplit(wanted).path
    address = f"{path}?{request.url.query}" if request.method == "GET" and request.url.query else path
    back = f"?next={quote(address)}" if path.startswith(f"{ROOT}/") else ""
    return RedirectResponse(f"{ROOT}/sign-in{back}", status_code=303)


def _fits(request: Request) -> bool:
    announced = request.headers.get("content-length", "")
    return announced.isdecimal() and int(announced) <= FORM_TOTAL_BYTES_MAX


def _too_large(page: Page) -> Response:
    words = page.translate("Файл больше 64 МБ. Разделите его на части.")
    return page.render("problem.html", status=413, title=page.translate("Не принято"), words=words)


def _own_form(desk: Desk, page: Page) -> bool:
    return same_origin(page.request) and desk.sessions.form_is_ours(page.session, page.field("form_token"))


def _refused_form(page: Page) -> Response:
    words = page.translate("Форма устарела или пришла не с этой страницы. Обновите страницу и повторите.")
    return page.render("problem.html", status=403, title=page.translate("Не принято"), words=words)


def _explained(page: Page, problem: ApiProblemError) -> Response:
    if problem.status == 401:
        return _to_sign_in(page.request)
    if problem.body.get("type") == UNREACHABLE:
        words = page.translate("Служба не отвечает. Ничего не потеряно: повторите через минуту.")
        return page.render("problem.html", status=503, title=page.translate("Служба недоступна"), words=words)
    title = str(problem.body.get("title") or page.translate("Не получилось"))
    return page.render("problem.html", status=problem.status, title=title, words=problem.words)


class SecurityHeaders:
    """Middleware: what a browser may load and keep, on every answer of the console."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers that are not there yet."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)
