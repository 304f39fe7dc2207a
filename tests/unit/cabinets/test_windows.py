"""Windows of a period."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from smena.cabinets.windows import SHORTEST_WINDOW, Windows, midnight_of

MINSK = ZoneInfo("Europe/Minsk")
instants = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
lengths = st.timedeltas(timedelta(0), timedelta(days=9))


@given(start=instants, length=lengths)
def test_windows_cover_a_period_and_never_cross_midnight(start: datetime, length: timedelta) -> None:
    windows = list(Windows(start, start + length, MINSK))

    assert sum((end - begin for begin, end in windows), timedelta(0)) == length
    assert [end for _, end in windows[:-1]] == [begin for begin, _ in windows[1:]]
    for begin, end in windows:
        assert midnight_of(begin, MINSK) == midnight_of(end - timedelta(microseconds=1), MINSK)


def test_halving_goes_back_and_stays_short_until_it_cannot_be_shorter() -> None:
    start = datetime(2026, 1, 4, 21, tzinfo=UTC)
    windows = Windows(start, start + timedelta(days=1), MINSK)
    steps = iter(windows)

    begin, end = next(steps)
    assert windows.halve(begin, end)
    assert next(steps) == (start, start + timedelta(hours=12))
    assert next(steps) == (start + timedelta(hours=12), start + timedelta(hours=24))
    assert not windows.halve(start, start + SHORTEST_WINDOW)
