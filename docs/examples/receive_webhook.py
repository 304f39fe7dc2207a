"""A receiver of Smena's webhooks in its smallest complete form: what to check, and in which order.

Call ``receive`` from your web server with the body as it came, byte for byte, and answer the status it gives. Needs
only the library of Standard Webhooks (pip install standardwebhooks; there is one for most languages).
"""

import json
import sqlite3
from collections.abc import Mapping

from standardwebhooks import Webhook, WebhookVerificationError


def receive(headers: Mapping[str, str], body: bytes, secret: str, store: sqlite3.Connection) -> int:
    """Keep a genuine message once; the status to answer. A 2xx alone ends Smena's attempts."""
    try:
        message = Webhook(secret).verify(body, dict(headers))
    except WebhookVerificationError:
        return 401
    with store:
        try:
            store.execute("insert into handled values (?)", (headers["webhook-id"],))
        except sqlite3.IntegrityError:
            return 204  # a repeat: its answer was lost
        store.execute("insert into message values (?, ?)", (message["type"], json.dumps(message["data"])))
    return 204


def open_store(path: str) -> sqlite3.Connection:
    """Where handled messages are known by their id."""
    store = sqlite3.connect(path)
    store.execute("create table if not exists handled (id text primary key)")
    store.execute("create table if not exists message (type text, data text)")
    return store
