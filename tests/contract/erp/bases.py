"""Bases that are asked the same questions: the sandbox's 1C as siblings differ, and the fake."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx

from contract.sandbox_onec import wire
from contract.sandbox_onec.wire import Onec
from smena.erp.documents import ErpDocument, ErpDocumentKind, ErpDocuments, ErpLine
from smena.erp.memory import MemoryDocuments
from smena.erp.onec.base import OneCBase, authorization
from smena.erp.onec.catalogue import OneCCatalogue
from smena.erp.onec.documents import OneCDocuments
from smena.erp.onec.names import load_names
from smena.kinds.identity import document_id
from smena.kinds.money import Kopecks
from smena.kinds.quantity import Thousandths
from smena.kinds.vat import VatRate
from smena.outside.budget import Budget
from smena.outside.client import OutsideClient

SIBLINGS: dict[str, dict[str, Any]] = {
    "refs-kept": {},
    "refs-ignored": {"client_ref": "ignored"},
    "vat-catalogue": {"vat": "catalogue", "refunds_section": True},
    "harsh": {
        "client_ref": "ignored",
        "comment_like_rules": True,
        "unknown_filter_field": "empty",
        "charset": "windows-1251",
        "iis_paths": True,
    },
}
EVENING = datetime(2026, 1, 31, 21, 30)
REPORT_KEY = "retail-report|romashka|131010705|31|20260131T060000Z#1"
ORDER_KEY = "cash-receipt-order|romashka|131010705|31|20260131T060000Z|cash#1"
CARD_KEY = "card-payment|romashka|131010705|31|20260131T060000Z|card#1"


@dataclass(frozen=True)
class Base:
    """A base, and an accountant who works in it by hand."""

    documents: ErpDocuments
    change_sum: Callable[[ErpDocumentKind, str, Kopecks], Awaitable[object]]
    erase_comment: Callable[[ErpDocumentKind, str], Awaitable[object]]
    enter_alike: Callable[[ErpDocumentKind, str], Awaitable[object]]
    holds_refunds_apart: bool = True


def line(ref: str = wire.BREAD, amount: int = 1230, *, refund: bool = False, rate: VatRate = VatRate.TEN) -> ErpLine:
    vat = Kopecks(112) if rate is VatRate.TEN else Kopecks(0)
    return ErpLine(ref, "шт", Thousandths(1500), Kopecks(820), Kopecks(amount), rate, vat, refund)


def report(key: str = REPORT_KEY, **changes: Any) -> ErpDocument:
    """A report of two sales and a refund: 12.30."""
    lines = (line(), line(wire.MILK, rate=VatRate.NONE), line(refund=True))
    fields: dict[str, Any] = {
        "id": document_id(key),
        "kind": ErpDocumentKind.RETAIL_REPORT,
        "marker": f"[smena:{key}]",
        "date": EVENING,
        "operation": "ОтчетНТТОПродажах",
        "amount": Kopecks(1230),
        "refs": {"organization": wire.ROMASHKA, "outlet": wire.OUTLET},
        "lines": lines,
    }
    return ErpDocument(**(fields | changes))


def cash_order(key: str = ORDER_KEY, **changes: Any) -> ErpDocument:
    fields: dict[str, Any] = {
        "id": document_id(key),
        "kind": ErpDocumentKind.CASH_RECEIPT_ORDER,
        "marker": f"[smena:{key}]",
        "date": EVENING,
        "operation": "РозничнаяВыручка",
        "amount": Kopecks(700),
        "refs": {"organization": wire.ROMASHKA, "cash_desk": wire.DESK, "cash_flow_item": wire.REVENUE},
        "basis": "Розничная выручка, смена 31",
    }
    return ErpDocument(**(fields | changes))


def card_payment(key: str = CARD_KEY, **changes: Any) -> ErpDocument:
    fields: dict[str, Any] = {
        "id": document_id(key),
        "kind": ErpDocumentKind.CARD_PAYMENT,
        "marker": f"[smena:{key}]",
        "date": EVENING,
        "operation": "РозничнаяВыручка",
        "amount": Kopecks(530),
        "refs": {
            "organization": wire.ROMASHKA,
            "payment_type": wire.CARD,
            "acquirer": wire.BANK,
            "contract": wire.DEAL,
        },
    }
    return ErpDocument(**(fields | changes))


@asynccontextmanager
async def base(name: str) -> AsyncIterator[Base]:
    if name == "memory":
        yield _memory()
        return
    onec = Onec(**SIBLINGS[name])
    documents = OneCDocuments(onec_base(onec), organization_ref=wire.ROMASHKA)
    sets = load_names("bp-by")

    async def change_sum(kind: ErpDocumentKind, ref: str, amount: Kopecks) -> object:
        rubles = f"{amount // 100}.{amount % 100:02}"
        return await onec.edit(do="change-sum", kind=sets.set_of(kind.value), ref=ref, amount=rubles)

    async def erase_comment(kind: ErpDocumentKind, ref: str) -> object:
        return await onec.edit(do="erase-comment", kind=sets.set_of(kind.value), ref=ref)

    async def enter_alike(kind: ErpDocumentKind, ref: str) -> object:
        return await onec.edit(do="lookalike", kind=sets.set_of(kind.value), ref=ref)

    apart = bool(SIBLINGS[name].get("refunds_section"))
    yield Base(documents, change_sum, erase_comment, enter_alike, holds_refunds_apart=apart)
    await documents.close()


def onec_base(onec: Onec, transport: httpx.AsyncBaseTransport | None = None) -> OneCBase:
    client = OutsideClient(
        "http://1c.test/onec/odata/standard.odata",
        Budget(10_000, 2),
        timeout_seconds=10,
        headers={"Authorization": authorization("smena", "smena")},
        backoff_seconds=0.001,
        transport=transport or httpx.ASGITransport(onec._kept),
    )
    return OneCBase(client, load_names("bp-by"))


def onec_catalogue(onec: Onec, transport: httpx.AsyncBaseTransport | None = None) -> OneCCatalogue:
    return OneCCatalogue(onec_base(onec, transport), zone=ZoneInfo("Europe/Minsk"))


def _memory() -> Base:
    documents = MemoryDocuments()

    async def change_sum(kind: ErpDocumentKind, ref: str, amount: Kopecks) -> None:
        documents.edit(ref, amount=f"{amount // 100}.{amount % 100:02}")

    async def erase_comment(kind: ErpDocumentKind, ref: str) -> None:
        documents.edit(ref, comment="")

    async def enter_alike(kind: ErpDocumentKind, ref: str) -> None:
        documents.enter_alike(ref, str(uuid4()))

    return Base(documents, change_sum, erase_comment, enter_alike)
