"""Pages made to be printed: no script, nothing from any other address, one style whose hash the policy names."""

from base64 import b64encode
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ledger.http_api.print_words import WORDS
from smena.http.language import language_of

_LOADER = PackageLoader("ledger.http_api", "templates")
_PAGES = Environment(loader=_LOADER, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
STYLE = _LOADER.get_source(_PAGES, "page.css")[0]
POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language",
}
HTML_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"text/html": {"schema": {"type": "string"}}}}}
"""``responses=`` of a route that sends a page."""


def printed(
    request: Request, template: str, title: str, *, person: str, at: datetime, timezone: str, **content: Any
) -> HTMLResponse:
    """A page in the caller's language; every value in it is escaped."""
    language = language_of(request.scope)
    text = _PAGES.get_template(template).render(
        title=title,
        language=language,
        words=WORDS[language],
        style=Markup(STYLE),  # noqa: S704 - our own file, which the policy names by its hash
        person=person,
        made_at=f"{at.astimezone(ZoneInfo(timezone)):%d.%m.%Y %H:%M}",
        **content,
    )
    return HTMLResponse(text, headers={**HEADERS, "Content-Language": language})
