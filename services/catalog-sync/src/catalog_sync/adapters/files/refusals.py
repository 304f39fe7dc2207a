"""Why a file as a whole is refused, in words that say what to do."""

from catalog_sync.domain.files.cells import Reason
from catalog_sync.ports.files import FileRefusedError

MEBIBYTE = 1024 * 1024
FILE_ROWS_MAX = 200_000
"""Rows of one file; a larger catalogue is pushed by HTTP or split."""
SHEET_CELLS_MAX = 5_000_000
"""Rows × columns of a sheet's filled rectangle: the reader keeps that much in memory."""


def empty_file() -> FileRefusedError:
    """There is nothing in it."""
    return FileRefusedError(Reason("empty-file", "файл пуст", "the file is empty"))


def broken_file(what: str) -> FileRefusedError:
    """It is damaged or only half of it came."""
    return FileRefusedError(
        Reason(
            "broken-file",
            f"файл повреждён или загружен не целиком ({what}): сохраните и загрузите его заново",
            f"the file is damaged or only half of it came ({what}): save and send it again",
        )
    )


def wrong_type(ru: str, en: str) -> FileRefusedError:
    """It is something else."""
    return FileRefusedError(
        Reason("wrong-type", f"{ru}: сохраните его как XLSX или CSV", f"{en}: save it as XLSX or CSV")
    )


def hostile_file(ru: str, en: str, **facts: int) -> FileRefusedError:
    """It is made to exhaust or to trick its reader."""
    return FileRefusedError(Reason("hostile-file", f"файл опасен: {ru}", f"the file is dangerous: {en}"), **facts)


def too_many_rows() -> FileRefusedError:
    """More rows than one file may have."""
    return FileRefusedError(
        Reason(
            "too-many-rows",
            f"в файле больше {FILE_ROWS_MAX} строк: разделите его на несколько",
            f"the file has more than {FILE_ROWS_MAX} rows: split it",
        ),
        limit_rows=FILE_ROWS_MAX,
    )
