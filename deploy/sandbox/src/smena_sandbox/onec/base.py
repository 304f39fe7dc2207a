"""One 1C base: what the sandbox's application mounts."""

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from smena_sandbox.onec.auth import is_known_user
from smena_sandbox.onec.context import Context
from smena_sandbox.onec.control import control_routes
from smena_sandbox.onec.dispatch import dispatch
from smena_sandbox.onec.errors import OnecError
from smena_sandbox.onec.formats import Flavour, Writer, choose_flavour
from smena_sandbox.onec.loading import load
from smena_sandbox.onec.options import raw_options
from smena_sandbox.onec.paths import split_root
from smena_sandbox.onec.start import OnecStart
from smena_sandbox.onec.store import Store
from smena_sandbox.onec.switches import OnecSwitches
from smena_sandbox.onec.switching import Switchboard

_NOT_IN_IIS_PATHS = "?+\\"


class OnecBase:
    """A base with its documents, catalogues and rules, in memory.

    ``handle`` answers everything below ``…/odata/standard.odata`` wherever it is mounted; ``control_routes``
    are the sandbox's own and no part of 1C. ``now`` gives an aware instant (a naive one is taken as the
    server's local time). A write leaves ``scope["smena.journal"] = {"before": …, "after": …}``.
    """

    def __init__(self, start: OnecStart, now: Callable[[], datetime], switches: OnecSwitches | None = None) -> None:
        chosen = switches or OnecSwitches()
        prefixes = {row.ref.lower(): row.prefix for row in start.organizations}
        self.context = Context(Store(chosen), chosen, now, prefixes)
        self._switchboard = Switchboard(self.context, start)
        load(self.context.store, start, chosen)

    @property
    def switches(self) -> OnecSwitches:
        """How the base behaves now."""
        return self.context.switches

    async def handle(self, request: Request) -> Response:
        """Answer one request of the OData interface."""
        switches = self.context.switches
        split = split_root(str(request.scope["path"]))
        if split is None:
            return HTMLResponse("<html><body>404 - Файл или каталог не найден.</body></html>", 404)
        if not is_known_user(request.headers.get("authorization", ""), switches):
            # Plain words without odata.error: the user is unknown to the platform itself.
            headers = {"WWW-Authenticate": 'Basic realm="1C:Enterprise 8.3"'}
            return PlainTextResponse("Идентификация пользователя не выполнена", 401, headers)
        root, below = split
        if switches.iis_paths and any(char in below for char in _NOT_IN_IIS_PATHS):
            return HTMLResponse("<html><body>404.11 - URL double escaping denied</body></html>", 404)
        options = raw_options(request.scope["query_string"])
        flavour: Flavour = "atom"
        url = f"{request.url.scheme}://{request.headers.get('host', 'localhost')}{root}"
        try:
            flavour = choose_flavour(options, request.headers.get("accept", ""))
            body = await request.body()
            reply = dispatch(request, below, options, body, url, self.context)
        except OnecError as error:
            return self._writer(flavour, url).error(error)
        return self._writer(flavour, url).reply(reply)

    def _writer(self, flavour: Flavour, url: str) -> Writer:
        return Writer(flavour, url, self.context.store.schema, self.context.switches.charset)

    def control_routes(self) -> list[Route]:
        """Routes of ``/_sandbox/onec/…``."""
        return control_routes(self.context, self._switchboard)
