"""A register as the rules see it: whose it is, and what its configuration decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sales_ingest.domain.books import DocumentsRules
from sales_ingest.domain.business_date import BusinessDateRule
from sales_ingest.domain.receipts import RegisterRules


@dataclass(frozen=True, slots=True)
class RegisterSetup:
    """One register with its organisation's time zone and its own rules.

    ``items_are_guids``: its documents go into 1C by OData, where nothing but a GUID can be an item's reference.
    """

    id: str
    cabinet: str
    organization: str
    number: str
    rules: RegisterRules
    date_rule: BusinessDateRule
    lookback_days: int
    auto_pull: str | None = None
    reread_days: int = 0
    auto_publish: bool = False
    active_from: date | None = None
    active_to: date | None = None
    silence_after: timedelta | None = None
    documents: DocumentsRules = field(default_factory=DocumentsRules)
    items_are_guids: bool = False

    def active_on(self, day: date) -> bool:
        """Whether the register is in use on this day."""
        return (self.active_from is None or self.active_from <= day) and (
            self.active_to is None or day <= self.active_to
        )


Registers = Mapping[str, RegisterSetup]
"""All configured registers by their id."""
