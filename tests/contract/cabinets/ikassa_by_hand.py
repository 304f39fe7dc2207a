"""An iKassa cabinet made of fixtures typed by hand from wire.md: it shares nothing with the sandbox."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from contract.outside.raw_http import Asked, RawServer, Reply, json_reply, raw_server
from smena.cabinets.ikassa.api import IkassaApi
from smena.cabinets.ikassa.cabinet import IkassaCabinet
from smena.cabinets.oauth import ClientCredentials
from smena.outside.budget import Budget
from smena.outside.client import OutsideClient

FIXTURES = Path(__file__).parent / "fixtures" / "ikassa"
REGISTER = "131010705"
MINSK = ZoneInfo("Europe/Minsk")
TOKEN_PATH = "/accounts/oauth/token"
DOCS, DOC = "/api/workstations.docs.list", "/api/workstations.docs.get"
SKUS, CREATE, UPDATE = "/api/wms.sku.list", "/api/wms.sku.create", "/api/wms.sku.update"
FORM = {
    "client_id": "shop",
    "client_secret": "very secret",
    "grant_type": "client_credentials",
    "audience": "190000005",
    "scope": "api",
}


def docs() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((FIXTURES / "docs.json").read_bytes())
    return loaded


def skus() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((FIXTURES / "skus.json").read_bytes())
    return loaded


@dataclass
class IkassaByHand:
    server: RawServer
    cabinet: IkassaCabinet
    documents: list[dict[str, Any]] = field(default_factory=docs)
    now: float = 0.0
    tokens: int = 0
    good_tokens: set[str] = field(default_factory=set)

    def give_token(self, _asked: Asked) -> Reply:
        self.tokens += 1
        self.good_tokens = {f"token-{self.tokens}"}
        return json_reply({"access_token": f"token-{self.tokens}", "expires_in": 3600, "token_type": "Bearer"})

    def guarded(self, answer: Any) -> Any:
        def checked(asked: Asked) -> Reply:
            if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.good_tokens:
                return json_reply({"code": "auth.token", "message": "Токен истёк"}, 401)
            reply: Reply = answer(asked)
            return reply

        return checked

    def list_documents(self, asked: Asked) -> Reply:
        body = json.loads(asked.body)
        if body["cashbox"] != REGISTER:
            return json_reply({"code": "workstations.cashbox.unknown", "message": "Касса не найдена"}, 404)
        start, end = datetime.fromisoformat(body["from"]), datetime.fromisoformat(body["to"])
        found = [one for one in self.documents if start <= datetime.fromisoformat(one["created"]) < end]
        page = found[body["offset"] : body["offset"] + body["limit"]]
        return json_reply({"docs": page, "total": len(found)})

    def one_document(self, asked: Asked) -> Reply:
        uid = json.loads(asked.body)["uid"]
        return json_reply(next(one for one in docs() if one["uid"] == uid))


def _list_skus(asked: Asked) -> Reply:
    body = json.loads(asked.body)
    return json_reply({"sku": skus()[body["offset"] : body["offset"] + body["limit"]], "total": len(skus())})


def saved(status: str) -> Any:
    def answer(asked: Asked) -> Reply:
        ids = [one["id"] for one in json.loads(asked.body)["sku"]]
        return json_reply({"sku": [{"id": sku_id, "status": status, "error": None} for sku_id in ids]})

    return answer


@asynccontextmanager
async def ikassa_by_hand(*, bearer: bool = False, concurrency: int = 3) -> AsyncIterator[IkassaByHand]:
    async with raw_server() as server:
        accounts = OutsideClient(f"{server.address}/accounts", Budget(1_000, 2), timeout_seconds=10)
        client = OutsideClient(server.address, Budget(1_000, concurrency), timeout_seconds=10, backoff_seconds=0.001)
        by_hand: IkassaByHand
        tokens = ClientCredentials(accounts, "oauth/token", FORM, now=lambda: by_hand.now)
        by_hand = IkassaByHand(server, IkassaCabinet(IkassaApi(client, tokens, bearer=bearer, zone=MINSK), zone=MINSK))
        server.answers = {
            TOKEN_PATH: by_hand.give_token,
            DOCS: by_hand.guarded(by_hand.list_documents),
            DOC: by_hand.guarded(by_hand.one_document),
            SKUS: by_hand.guarded(_list_skus),
            CREATE: by_hand.guarded(saved("created")),
            UPDATE: by_hand.guarded(saved("updated")),
            "/api/workstations.cashboxes": by_hand.guarded(
                lambda _: json_reply({"cashboxes": [{"number": REGISTER, "name": "Магазин"}]})
            ),
        }
        yield by_hand
        await by_hand.cabinet.close()
