"""CSV: whatever is wrong with a row is said of that row."""

from io import BytesIO

import pytest

from catalog_sync.adapters.files import delimited, refusals
from catalog_sync.adapters.files.tables import SpreadsheetReader
from catalog_sync.domain.files.cells import SheetRow
from catalog_sync.ports.files import FileRefusedError


def by_semicolon(body: bytes) -> list[SheetRow]:
    return list(next(SpreadsheetReader().sheets(BytesIO(body))).rows)


def refused(body: bytes) -> FileRefusedError:
    with pytest.raises(FileRefusedError) as found:
        by_semicolon(body)
    return found.value


def test_a_row_with_broken_quotes_is_named_and_the_next_ones_go_on() -> None:
    rows = by_semicolon(b'a;b\n"x"y;1\nz;2\n"over\ntwo";3\nq;4\n')

    assert [(row.n, row.fault is not None) for row in rows] == [
        (1, False),
        (2, True),
        (3, False),
        (4, False),
        (6, False),
    ]
    assert list(rows[3].cells) == ["over\ntwo", "3"]


def test_a_file_cut_inside_a_quoted_field_names_its_last_row() -> None:
    rows = by_semicolon(b'a;b\nx;1\n"cut')

    assert [(row.n, row.fault is not None) for row in rows] == [(1, False), (2, False), (3, True)]


def test_a_file_cut_inside_a_character_is_still_utf_8() -> None:
    rows = by_semicolon("Код;Имя\n1;Чай".encode()[:-1])

    assert list(rows[0].cells) == ["Код", "Имя"]
    assert rows[1].cells[1] == "Ча\ufffd"


def test_too_many_rows_are_refused_before_the_first_is_read() -> None:
    body = b"a;b\n" * (refusals.FILE_ROWS_MAX + 100)

    assert refused(body).facts == {"limit_rows": refusals.FILE_ROWS_MAX}
    assert refused(body.replace(b"\n", b"\r")).facts == {"limit_rows": refusals.FILE_ROWS_MAX}


def test_an_endless_line_is_refused() -> None:
    body = b"a;" * delimited.LINE_CHARACTERS_MAX

    assert refused(body).facts == {"limit_characters": delimited.LINE_CHARACTERS_MAX}


def test_a_field_larger_than_the_readers_limit_makes_its_row_faulty() -> None:
    rows = by_semicolon(b"a;b\n" + b"x" * 200_000 + b";1\nz;2\n")

    assert [row.fault is not None for row in rows] == [False, True, False]


def test_bytes_that_windows_1251_does_not_have_spoil_their_own_cell_only() -> None:
    rows = by_semicolon("Код;Имя\n1;Чай".encode("cp1251") + b"\x98\n2;x\n")

    assert rows[1].cells[1] == "Чай\ufffd"
    assert list(rows[2].cells) == ["2", "x"]
