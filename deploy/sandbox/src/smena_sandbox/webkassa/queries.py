"""Parameters of the cabinet's calls: epoch milliseconds, Minsk midnights, register numbers."""

from datetime import datetime, timedelta

from starlette.requests import Request

from smena_sandbox.clock import MINSK, instant, milliseconds
from smena_sandbox.webkassa.answers import RefusalError
from smena_sandbox.world.cabinet import Cabinet
from smena_sandbox.world.till import Till

BAD_DATE, BAD_REGISTER, BAD_PERIOD = 1001, 1002, 1003


def day_window(request: Request) -> tuple[int, int]:
    """The day of ``date``: from its Minsk midnight to the next one; anything but a midnight is refused."""
    start = _milliseconds(request, "date")
    try:
        midnight = instant(start).astimezone(MINSK)
    except OverflowError as error:
        raise RefusalError(400, BAD_DATE, "Параметр date вне допустимых пределов") from error
    if midnight.time() != datetime.min.time():
        raise RefusalError(400, BAD_DATE, "Параметр date должен быть началом суток по времени Минска")
    return start, milliseconds(
        (midnight.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=MINSK).astimezone(MINSK)
    )


def period(request: Request) -> tuple[int, int]:
    """The half-open window ``dateStart`` ≤ docDate < ``dateEnd``."""
    start, end = _milliseconds(request, "dateStart"), _milliseconds(request, "dateEnd")
    if end < start:
        raise RefusalError(400, BAD_PERIOD, "dateEnd раньше dateStart")
    return start, end


def tills(cabinet: Cabinet, number: str | None) -> list[Till]:
    """The register asked for, or all; an unknown one is refused."""
    if not number:
        return list(cabinet.tills.values())
    found = cabinet.tills.get(number)
    if found is None:
        raise RefusalError(400, BAD_REGISTER, f"Касса {number} не найдена")
    return [found]


def _milliseconds(request: Request, name: str) -> int:
    text = request.query_params.get(name, "")
    try:
        return int(text)
    except ValueError as error:
        raise RefusalError(400, BAD_DATE, f"Параметр {name} должен быть числом миллисекунд") from error
