"""One request of the console: who asks, in which language, and how it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from smena.console.api import Api
from smena.console.drawing import Drawing
from smena.console.words import Translate, day, moment
from smena.http.auth import Principal
from smena.http.sessions import Session, Sessions

NEWS_COOKIE = "smena_news"
ROOT = "/console"
ZONE = "Europe/Minsk"
TEXT_LENGTH_MAX = 2000
"""A form's field; longer ones are cut, the API says what is wrong with them."""


@dataclass
class Page:
    """What a window's function is given, and what it answers with."""

    request: Request
    session: Session
    person: Principal
    api: Api
    language: str
    translate: Translate
    drawing: Drawing
    sessions: Sessions
    form: FormData = field(default_factory=FormData)

    def query(self, name: str, default: str = "") -> str:
        """A parameter of the address."""
        return self.request.query_params.get(name, default)[:TEXT_LENGTH_MAX]

    def field(self, name: str, default: str = "") -> str:
        """A field of the form."""
        found = self.form.get(name, default)
        return found[:TEXT_LENGTH_MAX] if isinstance(found, str) else default

    def fields(self, name: str) -> list[str]:
        """Every value of a field that may stand several times (check boxes)."""
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    @property
    def once(self) -> str:
        """The form's idempotency key: a double click, or a page sent again, acts once."""
        return self.field("once") or str(uuid4())

    def render(self, template: str, *, status: int = 200, **data: Any) -> Response:
        """Draw a window."""
        news = self.sessions.news(self.request.cookies.get(NEWS_COOKIE, ""))
        context: dict[str, Any] = {
            "page": self,
            "path": self.request.url.path,
            "here": self.request.url.path + (f"?{self.request.url.query}" if self.request.url.query else ""),
            "language": self.language,
            "_": self.translate,
            "day": partial(day, language=self.language),
            "moment": partial(moment, language=self.language, zone=ZONE),
            "form_token": self.sessions.form_token(self.session),
            "once": str(uuid4()),
            "news": news,
            **data,
        }
        response = HTMLResponse(self.drawing.draw(template, context), status_code=status)
        if news is not None:
            response.delete_cookie(NEWS_COOKIE, path=ROOT)
        return response

    def go(self, path: str, news: str = "", query: Mapping[str, str] | None = None) -> Response:
        """Send the browser to another window, with a sentence to read there."""
        told = {name: value for name, value in (query or {}).items() if value}
        response = RedirectResponse(f"{ROOT}{path}" + (f"?{urlencode(told)}" if told else ""), status_code=303)
        if news:
            response.set_cookie(
                NEWS_COOKIE, self.sessions.sealed_news(news), max_age=60, path=ROOT, httponly=True, samesite="strict"
            )
        return response
