"""Know the ERP as it stands now: the short way to a pull."""

from catalog_sync.ports.repositories import OpenWork
from catalog_sync.use_cases.pull_erp import pull_erp
from smena.erp.catalogue import ErpCatalogue


async def refresh(organization: str, catalogue: ErpCatalogue, open_work: OpenWork) -> None:
    """Take over what changed in the ERP, so that both sides are known as they stand now."""

    async def silent(_rows: int) -> None:
        return

    await pull_erp(organization, catalogue, open_work=open_work, progress=silent)
