"""Take a file of receipts or Z-reports that was uploaded for a register's cabinet."""

from smena.cabinets.files.report import Report, TakesFiles
from smena.cabinets.port import Cabinet


class CabinetTakesNoFilesError(Exception):
    """This cabinet is called; nobody brings it files."""


async def take_file(cabinet: Cabinet, name: str, body: bytes) -> Report:
    """Hand the file to the cabinet; what it holds is read by the next pull, like what lies in the folder.

    Raises:
        CabinetTakesNoFilesError: its documents come by calls.
        CabinetError: the folder is out of reach.
    """
    if not isinstance(cabinet, TakesFiles):
        raise CabinetTakesNoFilesError
    return await cabinet.take_file(name, body)
