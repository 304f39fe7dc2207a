"""Workbooks made to exhaust or to trick their reader: refused by name before anything is read."""

import struct
import zipfile
import zlib
from io import BytesIO

import pytest

from catalog_sync.adapters.files import refusals, sheet_scan, zip_check
from catalog_sync.adapters.files.tables import SpreadsheetReader
from catalog_sync.domain.files.cells import Faulty, SheetRow
from catalog_sync.ports.files import FileRefusedError
from unit.catalog_sync.files.books import MAIN, PARTS, archive, cells, error, formula, number, sheet_xml, text, workbook

ENTITIES = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'


def rows(body: bytes) -> list[SheetRow]:
    return [row for sheet in SpreadsheetReader().sheets(BytesIO(body)) for row in sheet.rows]


def refused(body: bytes) -> str:
    with pytest.raises(FileRefusedError) as found:
        rows(body)
    return found.value.reason.code


def facts(body: bytes) -> dict[str, object]:
    with pytest.raises(FileRefusedError) as found:
        rows(body)
    return found.value.facts


def zeros(size: int) -> bytes:
    """A deflated stream of so many zeros, never unpacked here."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    chunk = bytes(1 << 20)
    parts = [packer.compress(chunk) for _ in range(size >> 20)]
    return b"".join([*parts, packer.flush()])


def single_entry(name: str, packed: bytes, claimed: int, checksum: int = 0) -> bytes:
    """An archive of one entry whose size is what somebody claims."""
    raw = name.encode()
    common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0, checksum, len(packed), claimed, len(raw), 0)
    local = b"PK\x03\x04" + common + raw + packed
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + raw
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def test_a_bomb_is_refused_by_its_ratio_before_it_is_unpacked() -> None:
    size = 100 << 20

    assert facts(single_entry("xl/workbook.xml", zeros(size), size)) == {"limit_ratio": zip_check.RATIO_MAX}


def test_what_would_unpack_to_too_much_is_refused_by_its_claim() -> None:
    bomb = single_entry("xl/workbook.xml", zeros(1 << 20), zip_check.UNPACKED_BYTES_MAX + 1)

    assert facts(bomb) == {"limit_bytes": zip_check.UNPACKED_BYTES_MAX}


def test_an_entry_that_claims_less_than_it_holds_is_caught_while_it_is_unpacked() -> None:
    lie = single_entry("xl/workbook.xml", zeros(64 << 20), 100, zlib.crc32(bytes(100)))

    assert refused(lie) == "hostile-file"


def test_an_archive_of_too_many_entries_is_refused() -> None:
    many = archive({f"xl/{n}": b"" for n in range(zip_check.ENTRIES_MAX + 1)})

    assert facts(many) == {"limit_entries": zip_check.ENTRIES_MAX}


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"]
)
def test_xml_that_declares_entities_is_refused_wherever_it_stands(part: str) -> None:
    body = workbook([cells("ref", "name")], {part: ENTITIES + "<x>&b;</x>"})

    assert refused(body) == "hostile-file"


def test_entities_in_an_encoding_that_hides_them_are_refused_too() -> None:
    hidden = ENTITIES.replace('version="1.0"', 'version="1.0" encoding="UTF-16"') + "<x>&b;</x>"
    parts: dict[str, str | bytes] = {**PARTS, "xl/worksheets/sheet1.xml": hidden.encode("utf-16")}

    assert refused(archive(parts)) == "hostile-file"


@pytest.mark.parametrize("place", ["A1048576", "XFD200000"])
def test_one_far_cell_does_not_make_a_huge_sheet(place: str) -> None:
    far = f'<c r="{place}"><v>1</v></c>'

    assert refused(workbook([cells("ref"), far])) in {"too-many-rows", "hostile-file"}


def test_an_empty_far_cell_that_only_has_a_style_does_no_harm() -> None:
    body = workbook([cells("ref", "name"), cells("a", "b"), '<c r="XFD1048576" s="0"/>'])

    assert [row.n for row in rows(body) if not row.empty] == [1, 2]


def test_a_million_rows_are_refused_with_the_limit() -> None:
    body = workbook(["<c><v>1</v></c>"] * 1_000_000)

    assert facts(body) == {"limit_rows": refusals.FILE_ROWS_MAX}


def test_one_shared_text_in_very_many_cells_is_counted_before_it_is_copied() -> None:
    shared = f'<sst xmlns="{MAIN}"><si><t>{"я" * 1_000_000}</t></si></sst>'
    body = workbook(['<c t="s"><v>0</v></c>' * 10] * 100, {"xl/sharedStrings.xml": shared})

    assert sheet_scan.SHEET_TEXT_CHARACTERS_MAX < 1_000_000 * 1_000
    assert refused(body) == "hostile-file"


def test_a_shared_text_that_is_not_there_is_a_broken_file() -> None:
    assert refused(workbook(['<c t="s"><v>7</v></c>'])) == "broken-file"


@pytest.mark.parametrize("cut", [0.1, 0.5, 0.9, 0.99])
def test_half_a_workbook_is_a_broken_file(cut: float) -> None:
    whole = workbook([cells("ref", "name")] + [cells(f"r{n}", "Чай") for n in range(500)])

    assert refused(whole[: int(len(whole) * cut)]) == "broken-file"


def test_a_flipped_byte_is_a_broken_file_and_never_another_value() -> None:
    whole = bytearray(workbook([cells("ref", "name")] + [cells(f"r{n}", "Чай") for n in range(50)]))
    with zipfile.ZipFile(BytesIO(bytes(whole))) as packed:
        start = packed.getinfo("xl/worksheets/sheet1.xml").header_offset + 80
    whole[start] ^= 0xFF

    assert refused(bytes(whole)) in {"broken-file", "hostile-file"}


def test_other_types_are_refused_by_what_they_are() -> None:
    assert refused(b"") == "empty-file"
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)) == "wrong-type"
    assert refused(b"%PDF-1.7\n") == "wrong-type"
    assert refused(b"\xef\xbb\xbf <!DOCTYPE html><html></html>") == "wrong-type"
    assert refused(bytes(range(256)) * 10) == "wrong-type"
    assert refused(archive({"word/document.xml": "<x/>"})) == "wrong-type"
    assert refused(archive({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"})) == "wrong-type"


def test_sheets_that_point_outside_or_nowhere_are_a_broken_file() -> None:
    for target in ("../../etc/passwd", "/etc/passwd", "worksheets/none.xml", "http://evil.example/x"):
        relations = PARTS["xl/_rels/workbook.xml.rels"].replace("worksheets/sheet1.xml", target)
        assert refused(workbook([cells("ref")], {"xl/_rels/workbook.xml.rels": relations})) == "broken-file"


def test_places_are_kept_for_sheets_that_do_not_begin_in_the_corner() -> None:
    body = workbook(['<c r="C5"><v>1</v></c><c r="E5"><v>2.5</v></c>'], first=5)

    (row,) = [row for row in rows(body) if not row.empty]

    assert (row.n, list(row.cells)) == (5, [None, None, 1.0, "", 2.5])


def test_formulas_and_errors_are_faulty_cells_where_they_stand() -> None:
    body = workbook([number("1") + formula("A1", None) + error("#N/A") + formula("A1", "3") + text("x")])

    (row,) = rows(body)

    assert [cell.reason.code if isinstance(cell, Faulty) else cell for cell in row.cells] == [
        1.0,
        "formula-without-value",
        "error-value",
        3.0,
        "x",
    ]


def test_a_workbook_with_prefixed_names_is_read_as_well() -> None:
    plain = sheet_xml([cells("ref", 5)])
    prefixed = plain.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").replace("xmlns=", "xmlns:x=")
    body = archive({**PARTS, "xl/worksheets/sheet1.xml": prefixed})

    (row,) = rows(body)

    assert list(row.cells) == ["ref", 5.0]
