"""Cash registers: what is pulled when, and how a shift becomes documents."""

from datetime import date, time
from typing import Annotated, Literal

from pydantic import Field

from smena.config.base import ConfigTable
from smena.config.fields import ClockTime, Cron, Duration, Slug, Text
from smena.kinds.vat import VatRate

Ref = Annotated[str, Field(min_length=1, max_length=64)]
PaymentKind = Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,40}$")]


class Warehouse(ConfigTable):
    """The warehouse of the ERP that a register sells from; catalogue sync needs it."""

    ref: Ref
    name: Text
    kind: Literal["wholesale", "retail", "manual-outlet"]


class Outlet(ConfigTable):
    """The outlet (НТТ) named in the retail report."""

    ref: Ref
    name: Text


class PriceTypes(ConfigTable):
    """Default price types of a register."""

    purchase: Text | None = None
    retail: Text | None = None


class BusinessDateRule(ConfigTable):
    """Which day a shift belongs to."""

    rule: Literal["closed-at", "opened-at"] = "closed-at"
    cutoff: ClockTime = time(6)


class CashOrder(ConfigTable):
    """A payment kind that becomes a cash order (ПКО, РКО)."""

    document: Literal["cash-order"]
    cash_desk: Ref
    cash_flow_item: Ref | None = None
    post: bool = True


class CardPayment(ConfigTable):
    """A payment kind that becomes a card payment (ОПК)."""

    document: Literal["card-payment"]
    type: Text
    acquirer: Ref | None = None
    contract: Ref | None = None
    post: bool = True


class NoDocument(ConfigTable):
    """A payment kind without a document of its own: a named component of the report."""

    document: Literal["none"]
    component: PaymentKind


PaymentMapping = Annotated[CashOrder | CardPayment | NoDocument, Field(discriminator="document")]


class DocumentsPolicy(ConfigTable):
    """How a register's shift becomes documents in the ERP."""

    delivery: Literal["off", "compare", "draft", "post"] = "off"
    documents_from: date | None = None
    closed_until: date | None = None
    outlet: Outlet | None = None
    operation: Text = "ОтчетНТТОПродажах"
    expected_postings: Literal["none", "any"] = "none"
    post: bool = True
    refunds: Literal["negative-lines", "separate-section", "separate-document"] = "negative-lines"
    time: Literal["closed-at", "end-of-day"] = "closed-at"
    on_change: Literal["adjust", "update"] = "adjust"
    payments: dict[PaymentKind, PaymentMapping] = Field(default_factory=dict)


class Register(ConfigTable):
    """A software cash register."""

    id: Slug
    cabinet: Slug
    number: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,40}$")]
    warehouse: Warehouse | None = None
    price_types: PriceTypes = PriceTypes()
    default_items: dict[VatRate, Ref] = Field(default_factory=dict)
    default_mode: Literal["offer", "fill"] = "offer"
    auto_pull: Cron | None = None
    reread_days: Annotated[int, Field(ge=0, le=366)] = 7
    auto_publish: bool = False
    lookback_days: Annotated[int, Field(ge=0, le=366)] = 2
    active_from: date | None = None
    active_to: date | None = None
    silence_after: Duration | None = None
    business_date: BusinessDateRule = BusinessDateRule()
    documents: DocumentsPolicy = DocumentsPolicy()
