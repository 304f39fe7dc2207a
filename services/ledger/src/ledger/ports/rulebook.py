"""The accountant's settings, as the use cases ask for them."""

from typing import Protocol

from ledger.domain.rules import DeliveryRules, DocumentRules


class UnknownRegisterError(Exception):
    """No such register is configured, or it belongs to another organisation or cabinet; the message says which."""


class Rulebook(Protocol):
    """Rules by register."""

    def document_rules(self, organization: str, register: str, register_number: str) -> DocumentRules:
        """How a shift of this register becomes documents.

        Raises:
            UnknownRegisterError: nothing is configured for it.
        """
        ...

    def delivery_rules(self, register: str) -> DeliveryRules:
        """What is done in the ERP with its documents; mode ``off`` for a register no longer configured."""
        ...

    def registers_of(self, organization: str) -> tuple[str, ...]:
        """The registers of an organisation."""
        ...

    def fetches(self, organization: str) -> bool:
        """Whether the ERP of this organisation fetches its documents from the feed."""
        ...

    def concerned(self, organization: str | None, register: str | None) -> str | None:
        """The configured organisation that an event of these names concerns: its own, else the register's owner."""
        ...
