"""The loop that gives documents their positions in the feed of an ERP that fetches them."""

from ledger.use_cases.offer_documents import OfferTools, offer_documents
from ledger.use_cases.post_shift import DELIVERY_CHANNEL
from smena.db.notifications import Notifications
from smena.runtime.service import BackgroundLoop


def offering_loop(
    organization: str, tools: OfferTools, notifications: Notifications, poll_seconds: float
) -> BackgroundLoop:
    """Offer at once when something was stored, else look at every poll; any number of processes may do so."""

    async def run() -> None:
        while True:
            if not await offer_documents(organization, tools):
                await notifications.wait(DELIVERY_CHANNEL, poll_seconds)

    return BackgroundLoop(f"offer {organization}", run)
