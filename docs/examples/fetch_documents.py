"""An ERP that fetches its documents from Smena: a worked example to start from.

Run ``fetch`` every few minutes. It may be killed at any point and started again: the ERP looks for a document by its
key before it makes one, and an answer told twice changes nothing.
"""

from typing import Any, Protocol

import httpx

FEED = "/ledger/v1/feed"
PAGE = 100


class RefusedError(Exception):
    """The ERP can't hold this document; the message says why, for the accountant."""


class Books(Protocol):
    """What your ERP has to be able to do."""

    def find(self, key: str) -> str | None:
        """The reference of the document made from this key before, if it stands there."""
        ...

    def create(self, document: dict[str, Any], form: dict[str, Any]) -> str:
        """Make the document as ``form`` says, keep its key in it, and answer its reference.

        Raises:
            RefusedError: it can't be made.
        """
        ...

    def cancel(self, ref: str) -> None:
        """Unpost the document and mark it for deletion.

        Raises:
            RefusedError: it can't be taken back.
        """
        ...


def fetch(smena: httpx.Client, books: Books) -> int:
    """Do everything that waits in the feed, in its order; how many documents were answered."""
    after = done = 0
    while entries := _get(smena, FEED, {"after": after, "limit": PAGE})["data"]:
        for entry in entries:
            _acknowledge(smena, {"position": entry["position"], **_answer(books, entry)})
            done += 1
        after = entries[-1]["position"]
    return done


def _answer(books: Books, entry: dict[str, Any]) -> dict[str, str]:
    ref = books.find(entry["key"])
    try:
        if entry["action"] == "cancel":
            if ref is not None:
                books.cancel(ref)
            return {"ref": ref or "none"}
        return {"ref": ref or books.create(entry["document"], entry["form"])}
    except RefusedError as error:
        return {"refused": str(error)}


def _get(smena: httpx.Client, path: str, query: dict[str, Any]) -> dict[str, Any]:
    answer = smena.get(path, params=query)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


def _acknowledge(smena: httpx.Client, answer: dict[str, Any]) -> None:
    """One answer at a time: it is known to be stored before the next document is made."""
    smena.post(f"{FEED}/acknowledgements", json={"acknowledgements": [answer]}).raise_for_status()
