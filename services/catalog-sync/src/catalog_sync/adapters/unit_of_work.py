"""The service's unit of work: one transaction over all repositories, the outbox in it."""

from catalog_sync.adapters.apply_rows import PostgresApplyRows
from catalog_sync.adapters.bindings import PostgresBindings
from catalog_sync.adapters.cabinet_side import PostgresCabinetSide
from catalog_sync.adapters.columnar.large_diffs import PostgresLargeDiffs
from catalog_sync.adapters.diffs import PostgresDiffs
from catalog_sync.adapters.erp_side import PostgresErpSide
from catalog_sync.adapters.feed import PostgresFeed
from catalog_sync.adapters.handed_files import PostgresHandedFiles
from catalog_sync.adapters.import_rows import PostgresImportRows
from catalog_sync.adapters.item_lookup import PostgresItemLookup
from catalog_sync.adapters.pulled import PostgresPulled
from catalog_sync.adapters.tables import AUDIT
from smena.audit.trail_store import SqlAuditTrail
from smena.db.unit_of_work import UnitOfWork

ONE_STATE_SECONDS_MAX = 15 * 60
"""A large diff computes for so long while its transaction only keeps a snapshot and locks nothing."""


class PostgresCatalogWork(UnitOfWork):
    """Everything catalog-sync stores, in one transaction."""

    trail: SqlAuditTrail
    erp: PostgresErpSide
    cabinets: PostgresCabinetSide
    bindings: PostgresBindings
    diffs: PostgresDiffs
    large: PostgresLargeDiffs
    apply_rows: PostgresApplyRows
    imports: PostgresImportRows
    feed: PostgresFeed
    pulled: PostgresPulled
    lookup: PostgresItemLookup
    handed: PostgresHandedFiles

    def _open(self) -> None:
        self.trail = SqlAuditTrail(self.session, AUDIT)
        self.erp = PostgresErpSide(self.session)
        self.cabinets = PostgresCabinetSide(self.session)
        self.bindings = PostgresBindings(self.session)
        self.diffs = PostgresDiffs(self.session)
        self.large = PostgresLargeDiffs(self.session, self._database)
        self.apply_rows = PostgresApplyRows(self.session)
        self.imports = PostgresImportRows(self.session)
        self.feed = PostgresFeed(self.session)
        self.pulled = PostgresPulled(self.session)
        self.lookup = PostgresItemLookup(self.session)
        self.handed = PostgresHandedFiles(self.session)

    async def commit(self) -> None:
        """Chain what people did, write the events, commit."""
        await self.trail.flush(self._clock.now())
        await super().commit()

    async def one_state(self) -> None:
        """Let every reading of this transaction see one state of the database; to be called first."""
        connection = await self.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        await connection.exec_driver_sql(f"set local idle_in_transaction_session_timeout = '{ONE_STATE_SECONDS_MAX}s'")
