"""Keep an apply run waiting until the register's shift is closed, so that no price changes in the middle of a day."""

from datetime import timedelta

from catalog_sync.domain.open_shift import open_shift
from smena.cabinets.documents import CabinetDocument, UnreadableDocument
from smena.cabinets.port import Cabinet, CabinetError, CabinetRefusedError
from smena.clock import Clock
from smena.config.registers import Register
from smena.runs.context import RunPostponedError

LOOK_BACK = timedelta(hours=48)
"""A shift lasts 24 hours by law, and longer ones exist; one without a document for so long rings nothing."""
LOOK_AHEAD = timedelta(minutes=5)
"""A register's clock may run ahead of ours."""


async def await_shift(register: Register, cabinet: Cabinet, clock: Clock, look_again_seconds: float) -> None:
    """Return where no shift of the register is open.

    Raises:
        RunPostponedError: one is, or the cabinet gives no answer now; to be asked again later.
        CabinetRefusedError: the cabinet knows no such register; a person must act.
    """
    now = clock.now()
    documents: list[CabinetDocument | UnreadableDocument] = []
    try:
        async for page in cabinet.read_documents(register.number, now - LOOK_BACK, now + LOOK_AHEAD):
            documents.extend(page.documents)
    except CabinetRefusedError:
        raise
    except CabinetError as error:
        raise RunPostponedError(
            look_again_seconds, {"waiting_for": "cabinet", "register": register.id, "reason": str(error)}
        ) from error
    shift = open_shift(documents)
    if shift is not None:
        raise RunPostponedError(
            look_again_seconds, {"waiting_for": "shift-closed", "register": register.id, "shift": shift}
        )
