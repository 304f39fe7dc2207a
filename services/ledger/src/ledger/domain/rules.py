"""The accountant's rules for one register, as data: how a shift becomes documents."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

KINDS_WITHOUT_POSTINGS = ("retail-report", "retail-refund")
"""What ``expected_postings`` speaks of: money documents always leave movements."""


class PaymentDocument(StrEnum):
    """What document a payment kind makes."""

    CASH_ORDER = "cash-order"
    CARD_PAYMENT = "card-payment"
    NONE = "none"


class RefundPolicy(StrEnum):
    """How refunds are shown (words.md): as negative lines, in a section of their own, as a document."""

    NEGATIVE_LINES = "negative-lines"
    SEPARATE_SECTION = "separate-section"
    SEPARATE_DOCUMENT = "separate-document"


class OnChange(StrEnum):
    """What a later revision does: documents of the difference, or the first ones written anew in place."""

    ADJUST = "adjust"
    UPDATE = "update"


class TimeRule(StrEnum):
    """Which time of the business date a document gets."""

    CLOSED_AT = "closed-at"
    END_OF_DAY = "end-of-day"


@dataclass(frozen=True, slots=True)
class PaymentRule:
    """The document of one payment kind, or the component it is named as where no document is made."""

    document: PaymentDocument
    component: str = ""
    refs: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DocumentRules:
    """Everything besides the shift itself that shapes its documents; stored with every revision.

    ``payments`` holds every payment kind that may occur; a kind without a rule is rejected by name.
    """

    operation: str
    refunds: RefundPolicy
    time: TimeRule
    timezone: str
    documents_from: date | None = None
    refs: dict[str, str] = field(default_factory=dict)
    payments: dict[str, PaymentRule] = field(default_factory=dict)
    on_change: OnChange = OnChange.ADJUST


class DeliveryMode(StrEnum):
    """What is done in the ERP with a register's documents (words.md)."""

    OFF = "off"
    COMPARE = "compare"
    DRAFT = "draft"
    POST = "post"


@dataclass(frozen=True, slots=True)
class DeliveryRules:
    """How documents of a register are delivered now; unlike ``DocumentRules`` never stored.

    ``not_posted`` names the document kinds that stay unposted in delivery ``post``.
    """

    mode: DeliveryMode
    closed_until: date | None = None
    not_posted: frozenset[str] = frozenset()
    expected_postings: str = "any"

    @property
    def writes(self) -> bool:
        """Whether anything is written to the ERP at all."""
        return self.mode in {DeliveryMode.DRAFT, DeliveryMode.POST}

    def without_movements(self) -> tuple[str, ...]:
        """The kinds that are posted and are to leave nothing in the accounts: reports «не имеют проводок»."""
        watched = self.expected_postings == "none"
        return tuple(kind for kind in KINDS_WITHOUT_POSTINGS if watched and self.posts(kind))

    def posts(self, kind: str) -> bool:
        """Whether a document of this kind is posted, not only created."""
        return self.mode is DeliveryMode.POST and kind not in self.not_posted
