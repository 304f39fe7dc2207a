"""The loops that send webhooks: a few in each process, each on another webhook."""

from ledger.ports.webhooks import HOOK_CHANNEL
from ledger.use_cases.send_webhooks import SendTools, send_next
from smena.db.notifications import Notifications
from smena.runtime.service import BackgroundLoop

SENDERS = 4
"""Webhooks one process sends to at the same time."""


def sending_loops(tools: SendTools, notifications: Notifications, poll_seconds: float) -> list[BackgroundLoop]:
    """Send at once when something happened, else look at every poll; any number of processes may do so."""

    async def run() -> None:
        while True:
            if not await send_next(tools):
                await notifications.wait(HOOK_CHANNEL, poll_seconds)

    return [BackgroundLoop(f"webhooks {number}", run) for number in range(SENDERS)]
