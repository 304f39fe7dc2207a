"""Why a file for a cabinet is not made or not there."""

from catalog_sync.use_cases.refusals import RefusedError

HANDED_ROWS_MAX = 50_000
"""Rows of one file for a cabinet: a person uploads it by hand."""


def file_route_not_offered(operator: str) -> RefusedError:
    """The cabinet takes no file, or the diff does not write to a cabinet."""
    return RefusedError(
        "file-route-not-offered",
        "Файлом выгружают только в кабинет, который его принимает: укажите route = call.",
        "Only an export to a cabinet that imports files can go by file: send route = call.",
        operator=operator,
    )


def file_too_many_rows(rows: int) -> RefusedError:
    """More rows than one file may have."""
    return RefusedError(
        "file-too-many-rows",
        f"В файле может быть не больше {HANDED_ROWS_MAX} строк: выберите группу или отдельные строки.",
        f"A file has at most {HANDED_ROWS_MAX} rows: choose a group, or single rows.",
        rows=rows,
        limit_rows=HANDED_ROWS_MAX,
    )


def file_not_made(route: str | None, state: str) -> RefusedError:
    """The run has no file: not yet, not by file, or every row was refused."""
    return RefusedError(
        "file-not-made",
        "У этой работы нет файла: она не завершена, выполнялась без файла, или ни одна строка в файл не вошла.",
        "This run has no file: it is not over, did not go by file, or none of its rows went into the file.",
        route=route or "call",
        state=state,
    )
