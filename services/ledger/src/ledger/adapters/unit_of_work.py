"""One transaction of the ledger."""

from ledger.adapters.audit import SqlAudit
from ledger.adapters.dead_letters import SqlDeadLetters
from ledger.adapters.documents import SqlDocuments
from ledger.adapters.erp_bases import SqlErpBases
from ledger.adapters.feed import SqlFeed
from ledger.adapters.shift_standings import ChangedShifts, SqlShiftStandings
from ledger.adapters.shifts import SqlRevisions, SqlShifts
from ledger.adapters.tables import AUDIT
from ledger.adapters.telling_outbox import TellingOutbox
from ledger.adapters.webhooks import SqlWebhooks
from ledger.ports.audit import Audit
from ledger.ports.dead_letters import DeadLetters
from ledger.ports.feed import Feed
from ledger.ports.repositories import Documents, ErpBases, Revisions, Shifts
from ledger.ports.shift_standings import ShiftStandings
from ledger.ports.webhooks import Webhooks
from smena.audit.trail import AuditTrail
from smena.audit.trail_store import SqlAuditTrail
from smena.db.unit_of_work import UnitOfWork


class LedgerUnitOfWork(UnitOfWork):
    """Shifts, revisions, documents and bases beside outbox and inbox."""

    shifts: Shifts
    revisions: Revisions
    documents: Documents
    bases: ErpBases
    audit: Audit
    trail: AuditTrail
    dead_letters: DeadLetters
    feed: Feed
    webhooks: Webhooks
    standings: ShiftStandings

    def _open(self) -> None:
        changed = ChangedShifts()
        self.shifts = SqlShifts(self.session)
        self.revisions = SqlRevisions(self.session, changed)
        self.documents = SqlDocuments(self.session, changed)
        self._standings = SqlShiftStandings(self.session, changed)
        self.standings = self._standings
        self.bases = SqlErpBases(self.session)
        self.audit = SqlAudit(self.session)
        self._chain = SqlAuditTrail(self.session, AUDIT)
        self.trail = self._chain
        self.dead_letters = SqlDeadLetters(self.session)
        self.feed = SqlFeed(self.session)
        self.webhooks = SqlWebhooks(self.session)
        self.outbox = TellingOutbox(self.session, self._tables, self._clock)

    async def commit(self) -> None:
        """Tell how the shifts stand now, chain what people did, write the events, commit."""
        for event in await self._standings.events(self._clock.now()):
            self.outbox.add(event)
        await self._chain.flush(self._clock.now())
        await super().commit()
