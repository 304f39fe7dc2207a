"""What is remembered of an ERP that is walked: versions, so that only what changed is read again."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Protocol

from smena.erp.catalogue import ItemKey


class PulledKind(StrEnum):
    """Kinds of documents that are walked."""

    PRICE_SETTING = "price-setting"
    GOODS_RECEIPT = "goods-receipt"


class Pulled(Protocol):
    """Keys of what was read before."""

    async def item_keys(self, organization: str) -> dict[str, ItemKey]:
        """Item ref → its key as last read; one archived here has no version, so it is read when it comes back."""
        ...

    async def documents(self, organization: str, kind: PulledKind) -> dict[str, str | None]:
        """Document ref → its version as last read."""
        ...

    async def remember(self, organization: str, kind: PulledKind, versions: Mapping[str, str | None]) -> None:
        """Store the versions of documents whose content is stored in this transaction."""
        ...

    async def forget(self, organization: str, kind: PulledKind, refs: Collection[str]) -> None:
        """Documents that are no longer there, or no longer posted."""
        ...

    async def withdraw_prices(self, organization: str, documents: Collection[str], keep: Collection[str]) -> int:
        """Take prices of these documents out of force but for the named keys (``price_key``)."""
        ...

    async def prices_in_force(self, organization: str, but: Collection[str]) -> int:
        """How many prices documents hold in force, but for those of some documents."""
        ...
