"""Sign in with a token, sign out, choose the language, fetch the style sheet."""

import secrets
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from smena.console.drawing import STATIC_FILES, static_file
from smena.console.guard import (
    FORM_BYTES_MAX,
    LANGUAGE_COOKIE,
    LANGUAGE_SECONDS,
    SESSION_COOKIE,
    Desk,
    begin_session,
    keep_session,
    language_of,
    same_origin,
    session_of,
)
from smena.console.page import ROOT
from smena.console.words import LANGUAGES, say, translator

HOME = f"{ROOT}/yesterday"
KNOCK_COOKIE = "smena_knock"
KNOCK_SECONDS = 60 * 60
"""How long a sign-in form may stay open."""


class Entrance:
    """The routes that need no session."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Paths under the console's root."""
        return [
            Route("/", self.home),
            Route("/sign-in", self.ask),
            Route("/sign-in", self.enter, methods=["POST"]),
            Route("/sign-out", self.leave, methods=["POST"]),
            Route("/language", self.speak, methods=["POST"]),
            Route("/static/{name}", self.static),
        ]

    async def home(self, _request: Request) -> Response:
        """The console's root leads to yesterday."""
        return RedirectResponse(HOME, status_code=303)

    async def ask(self, request: Request) -> Response:
        """The sign-in form."""
        return self._form(request)

    async def enter(self, request: Request) -> Response:
        """Begin a session, or say that nobody knows the token."""
        form = await request.form(max_files=0, max_fields=10, max_part_size=FORM_BYTES_MAX)
        if not same_origin(request) or not self._knocked(request, str(form.get("form_token", ""))):
            return self._form(request, say("Форма устарела. Введите токен ещё раз."), status=403)
        session = begin_session(self._desk, str(form.get("token", "")))
        if session is None:
            return self._form(request, say("Такого токена нет. Проверьте, что он скопирован целиком."), status=403)
        response = RedirectResponse(_safe(str(form.get("next", ""))), status_code=303)
        keep_session(response, session, secure=request.url.scheme == "https")
        response.delete_cookie(KNOCK_COOKIE, path=ROOT)
        return response

    async def leave(self, request: Request) -> Response:
        """End the session in this browser."""
        response = RedirectResponse(f"{ROOT}/sign-in", status_code=303)
        if await self._own(request):
            response.delete_cookie(SESSION_COOKIE, path=ROOT)
        return response

    async def speak(self, request: Request) -> Response:
        """Remember the language a person chose."""
        form = await request.form(max_files=0, max_fields=10, max_part_size=FORM_BYTES_MAX)
        response = RedirectResponse(_safe(str(form.get("back", ""))), status_code=303)
        chosen = str(form.get("language", ""))
        if chosen in LANGUAGES and same_origin(request):
            response.set_cookie(
                LANGUAGE_COOKIE, chosen, max_age=LANGUAGE_SECONDS, path=ROOT, httponly=True, samesite="strict"
            )
        return response

    async def static(self, request: Request) -> Response:
        """A style sheet or script of ours."""
        name = str(request.path_params["name"])
        content = static_file(name)
        if content is None:
            return Response(status_code=404)
        return Response(content, media_type=STATIC_FILES[name], headers={"Cache-Control": "public, max-age=300"})

    async def _own(self, request: Request) -> bool:
        form = await request.form(max_files=0, max_fields=10, max_part_size=FORM_BYTES_MAX)
        session = session_of(self._desk, request)
        token = str(form.get("form_token", ""))
        return same_origin(request) and session is not None and self._desk.sessions.form_is_ours(session, token)

    def _knocked(self, request: Request, form_token: str) -> bool:
        knock = request.cookies.get(KNOCK_COOKIE, "")
        return bool(knock) and secrets.compare_digest(knock.encode(), form_token.encode())

    def _form(self, request: Request, words: str = "", *, status: int = 200) -> Response:
        language = language_of(request)
        translate = translator(language)
        knock = secrets.token_urlsafe(16)
        html = self._desk.drawing.draw(
            "sign_in.html",
            {
                "_": translate,
                "language": language,
                "path": request.url.path,
                "words": translate(words) if words else "",
                "next": request.query_params.get("next", "")[:1000],
                "form_token": knock,
            },
        )
        response = HTMLResponse(html, status_code=status)
        response.set_cookie(KNOCK_COOKIE, knock, max_age=KNOCK_SECONDS, path=ROOT, httponly=True, samesite="strict")
        return response


def _safe(address: str) -> str:
    """An address inside the console: nobody is sent elsewhere by a link."""
    parts = urlsplit(address)
    inside = not parts.scheme and not parts.netloc and parts.path.startswith(f"{ROOT}/") and "\\" not in address
    return address if inside and not parts.path.startswith("//") else HOME
