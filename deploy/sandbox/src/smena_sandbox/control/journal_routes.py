"""``/_sandbox/requests``: the ordered log of every call."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from smena_sandbox.control.replies import ControlError, reply
from smena_sandbox.journal.journal import Journal


class JournalRoutes:
    """Reads and clears the journal."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def routes(self) -> list[Route]:
        """The routes, to be mounted under ``/_sandbox``."""
        return [
            Route("/_sandbox/requests", self.list, methods=["GET"]),
            Route("/_sandbox/requests", self.clear, methods=["DELETE"]),
        ]

    async def list(self, request: Request) -> Response:
        """Entries of ``?target=`` with a number above ``?since=``; ``last`` is what to ask since next time."""
        query = request.query_params
        try:
            since = int(query.get("since", "0"))
        except ValueError as error:
            raise ControlError(400, "since is the number of an entry") from error
        entries = self.journal.entries(target=query.get("target"), since=since)
        return reply({"data": entries, "last": len(self.journal)})

    async def clear(self, _request: Request) -> Response:
        """Forget the entries."""
        self.journal.clear()
        return reply({"last": len(self.journal)})
