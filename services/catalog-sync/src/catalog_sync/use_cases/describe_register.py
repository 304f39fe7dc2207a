"""Say of a register whether its catalogue may be synchronised, and how its cabinet does."""

from collections.abc import Callable
from time import monotonic

from catalog_sync.domain.registers import SyncRefusal, sync_refusal
from smena.config.registers import Register
from smena.erp.catalogue import ErpCatalogue
from smena.erp.errors import ErpError

REMEMBERED_SECONDS = 30.0
"""A warehouse's kind hardly ever changes; the ERP is not asked again at every look."""


class WarehouseKinds:
    """Asks the ERP what kind a warehouse is; an ERP that is away leaves the configuration's word."""

    def __init__(self, catalogue_of: Callable[[str], ErpCatalogue | None]) -> None:
        self._catalogue_of = catalogue_of
        self._known: dict[tuple[str, str], tuple[float, str | None]] = {}

    async def ask(self, organization: str, warehouse_ref: str) -> tuple[bool, str | None]:
        """Whether the ERP answered, and the kind; None when it knows no such warehouse."""
        known = self._known.get((organization, warehouse_ref))
        if known is not None and monotonic() - known[0] < REMEMBERED_SECONDS:
            return True, known[1]
        catalogue = self._catalogue_of(organization)
        if catalogue is None:
            return False, None
        try:
            kind = await catalogue.warehouse_kind(warehouse_ref)
        except ErpError:
            return False, None
        self._known[organization, warehouse_ref] = (monotonic(), kind)
        return True, kind


async def refusal_of(
    register: Register, organization: str, kinds: WarehouseKinds
) -> tuple[SyncRefusal | None, str | None]:
    """Why the register's catalogue may not be synchronised (None: it may), and the kind the ERP gave."""
    warehouse = register.warehouse
    if warehouse is None:
        return sync_refusal(None, None, asked=False), None
    asked, in_erp = await kinds.ask(organization, warehouse.ref)
    return sync_refusal(warehouse.kind, in_erp, asked=asked, name=warehouse.name), in_erp
