"""Files in a folder: each taken once, whole, by its content, or refused whole with a report beside it."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter import Workbook

from smena.cabinets.declarative.load import load_manifest, manifest_path
from smena.cabinets.documents import CabinetDocument, UnreadableDocument
from smena.cabinets.files import shelf, tables
from smena.cabinets.files.cabinet import FileCabinet
from smena.cabinets.files.shelf import Shelf
from smena.cabinets.port import CabinetRefusedError

START, END = datetime(2026, 2, 2, 21, tzinfo=UTC), datetime(2026, 2, 3, 21, tzinfo=UTC)
REGISTER = "131010705"
HEADER = (
    "Касса;Смена;УИ;Вид;Номер;Дата;Время;Всего;К оплате;Наличные;Безналичные;Иное;Аннулирован;Товар;Артикул;Штрихкод;"
    "Количество;Сумма;НДС"
)
SALE = f"{REGISTER};3;u-1;Продажа;7;03.02.2026;10:05:00;6,00;6,00;5,00;1,00;0;;{{}};{{}};{{}};{{}};{{}};10"
ROWS = (
    SALE.format("Молоко", "A-1", "4810000000018", "2", "4,60"),
    SALE.format('"Хлеб ""Ржаной""; 1/2"', "A-2", "", "0,5", "1,40"),
    f"{REGISTER};3;u-2;Внесение;8;03.02.2026;10:06:00;;50,00;;;;;;;;;;",
)
GOOD = "\r\n".join((HEADER, *ROWS)) + "\r\n"


@pytest.fixture
def titan(tmp_path: Path) -> FileCabinet:
    (tmp_path / "in").mkdir()
    return FileCabinet(load_manifest(manifest_path("titan-retail-local", Path())), tmp_path)


def drop(folder: Path, name: str, body: bytes, *, age: float = 60) -> Path:
    """A file somebody put there so many seconds ago."""
    path = folder / "in" / name
    path.write_bytes(body)
    moment = path.stat().st_mtime - age
    os.utime(path, (moment, moment))
    return path


async def documents(cabinet: FileCabinet) -> list[CabinetDocument | UnreadableDocument]:
    pages = cabinet.read_documents(REGISTER, START, END)
    return [document async for page in pages for document in page.documents]


def names(folder: Path, where: str) -> list[str]:
    """The files there without what they were stamped with, reports left out."""
    return sorted(path.name.split("-", 2)[-1] for path in (folder / where).iterdir() if "report" not in path.name)


def report(folder: Path, where: str) -> Any:
    (path,) = (folder / where).glob("*.report.json")
    return json.loads(path.read_bytes())


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [";", "\t"])
async def test_a_csv_of_either_encoding_is_read_and_moved_to_done(
    tmp_path: Path, titan: FileCabinet, encoding: str, delimiter: str
) -> None:
    table = io.StringIO(newline="")
    csv.writer(table, delimiter=delimiter).writerows(csv.reader(io.StringIO(GOOD), delimiter=";"))
    drop(tmp_path, "receipts-1.csv", table.getvalue().encode(encoding))

    sale, deposit = await documents(titan)

    assert isinstance(sale, CabinetDocument)
    assert (sale.payable, sale.gross, sale.shift_number, sale.number) == (600, 600, 3, 7)
    assert [(line.name, line.quantity, line.amount, line.barcode) for line in sale.lines] == [
        ("Молоко", 2000, 460, "4810000000018"),
        ('Хлеб "Ржаной"; 1/2', 500, 140, None),
    ]
    assert isinstance(deposit, CabinetDocument)
    assert deposit.payable == 5000
    assert names(tmp_path, "in") == []
    assert names(tmp_path, "done") == ["receipts-1.csv"]
    said = report(tmp_path, "done")
    assert (said["file"], said["documents"], said["refused"]) == ("receipts-1.csv", 2, None)
    assert said["registers"][REGISTER]["documents"] == 2
    assert await documents(titan) == [sale, deposit]


def workbook(rows: list[list[Any]], sheet: str = "Z-отчеты") -> bytes:
    body = io.BytesIO()
    book = Workbook(body)
    written = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        written.write_row(number, 0, row)
    book.close()
    return body.getvalue()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "файл пуст"),
        (GOOD.encode("utf-16"), "UTF-16"),
        (GOOD.encode("utf-8")[:-40], "записан не до конца или испорчен"),
        (GOOD.replace("К оплате", "Оплата").encode(), "в заголовке нет столбцов: К оплате"),
        (GOOD.replace("Номер;", "Номер;Номер;").encode(), "столбцы стоят дважды: Номер"),
        (GOOD.replace(f"{REGISTER};3;u-2", ";3;u-2").encode(), "не названа касса"),
        (GOOD.replace("03.02.2026;10:06", "3 февраля;10:06").encode(), "не понять, когда сделан документ"),
        (f"{HEADER}\r\n".encode(), "нет ни одного документа"),
        (GOOD.replace("u-2", "u\x00-2").encode(), "нулевые байты"),
        (b"PK\x03\x04" + bytes(range(256)) * 8, "не в кодировке UTF-8 или Windows-1251"),
    ],
    ids=["empty", "utf-16", "cut", "header", "doubled", "no-register", "no-date", "no-rows", "zeros", "binary"],
)
async def test_a_file_that_does_not_read_is_refused_whole_with_the_reason_beside_it(
    tmp_path: Path, titan: FileCabinet, body: bytes, reason: str
) -> None:
    drop(tmp_path, "receipts-1.csv", body)

    with pytest.raises(CabinetRefusedError, match="положите её файлы в папку"):
        await documents(titan)

    assert reason in report(tmp_path, "refused")["refused"]
    assert names(tmp_path, "refused") == ["receipts-1.csv"]
    assert (next(path for path in (tmp_path / "refused").iterdir() if "report" not in path.name)).read_bytes() == body
    assert names(tmp_path, "done") == names(tmp_path, "in") == []


async def test_a_file_sent_twice_under_another_name_is_refused_and_counted_once(
    tmp_path: Path, titan: FileCabinet
) -> None:
    drop(tmp_path, "receipts-1.csv", GOOD.encode())
    once = await documents(titan)
    drop(tmp_path, "receipts-again.csv", GOOD.encode())

    assert await documents(titan) == once
    assert "уже принят" in report(tmp_path, "refused")["refused"]
    assert "«receipts-1.csv»" in report(tmp_path, "refused")["refused"]


async def test_a_later_file_brings_late_documents_and_its_word_on_an_old_one_stands(
    tmp_path: Path, titan: FileCabinet
) -> None:
    drop(tmp_path, "receipts-1.csv", GOOD.encode())
    await documents(titan)
    changed = GOOD.replace("50,00", "55,00").replace("u-1;", "u-9;").replace(";7;", ";9;")
    drop(tmp_path, "receipts-2.csv", changed.encode())

    found = await documents(titan)

    assert [(one.fiscal_id, one.number) for one in found] == [("u-1", 7), ("u-9", 9), ("u-2", 8)]
    assert isinstance(found[2], CabinetDocument)
    assert found[2].payable == 5500


async def test_a_file_still_being_written_waits(tmp_path: Path, titan: FileCabinet) -> None:
    drop(tmp_path, "receipts-1.csv", GOOD.encode())
    await documents(titan)
    drop(tmp_path, "receipts-2.csv", GOOD.replace("u-", "v-").encode(), age=0)
    drop(tmp_path, "receipts-3.csv.part", GOOD.replace("u-", "w-").encode())

    assert len(await documents(titan)) == 2
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == ["receipts-2.csv", "receipts-3.csv.part"]


async def test_a_file_beyond_the_limit_is_refused_unread(
    tmp_path: Path, titan: FileCabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(tmp_path, "receipts-1.csv", b"")
    os.truncate(path, 2 * 1024**3)  # a hole of 2 GB: it takes no room
    os.utime(path, (0, 0))
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was read"))

    with pytest.raises(CabinetRefusedError):
        await documents(titan)

    monkeypatch.undo()
    assert "2147483648 байт" in report(tmp_path, "refused")["refused"]


async def test_one_document_that_does_not_read_is_kept_and_the_rest_goes_on(tmp_path: Path, titan: FileCabinet) -> None:
    drop(tmp_path, "receipts-1.csv", GOOD.replace("Внесение", "Подарок").encode())

    sale, odd = await documents(titan)

    assert isinstance(sale, CabinetDocument)
    assert isinstance(odd, UnreadableDocument)
    assert (odd.number, odd.reason) == (8, "kind: кода «Подарок» нет в таблице kinds")
    assert report(tmp_path, "done")["not_understood"] == {odd.reason: 1}


async def test_rows_of_one_receipt_that_contradict_each_other_are_none(tmp_path: Path, titan: FileCabinet) -> None:
    second = ROWS[1].replace(";6,00;6,00;", ";6,00;7,00;")
    drop(tmp_path, "receipts-1.csv", "\r\n".join((HEADER, ROWS[0], second, ROWS[2])).encode())

    found = {one.fiscal_id: one for one in await documents(titan)}

    odd = found["u-1"]
    assert isinstance(odd, UnreadableDocument)
    assert odd.reason == "строки одного документа расходятся: payable"


async def test_a_file_of_another_name_is_refused_and_says_which_are_taken(tmp_path: Path, titan: FileCabinet) -> None:
    drop(tmp_path, "отчёт.csv", GOOD.encode())

    with pytest.raises(CabinetRefusedError):
        await documents(titan)

    assert "receipts*.csv, zreports*.csv" in report(tmp_path, "refused")["refused"]


def test_an_uploaded_file_is_taken_at_once_whatever_its_name_pretends(tmp_path: Path) -> None:
    taking = Shelf(tmp_path, load_manifest(manifest_path("titan-retail-local", Path())))

    said = taking.put("../../receipts-1.csv", GOOD.encode())

    assert (said.refused, said.documents) == (None, 2) or "имя файла" in (said.refused or "")
    assert not (tmp_path.parent / "receipts-1.csv").exists()
    assert taking.put("receipts-1.csv", GOOD.replace("u-", "v-").encode()).documents == 2


Z_HEADER = ["Рег. № кассы", "№ смены", "№ документа", "УИ документа", "Смена открыта", "Смена закрыта", "Первый №",
            "Последний №", "Кол-во продаж", "Сумма продаж", "Продажи наличными", "Продажи безналичными",
            "Продажи иным способом", "Кол-во возвратов", "Сумма возвратов", "Кол-во аннулирований",
            "Сумма аннулирований", "Кол-во внесений", "Сумма внесений", "Кол-во выдач", "Сумма выдач"]  # fmt: skip
Z_ROW: list[Any] = [
    131010705, 3, 9, "z-1", "03.02.2026 08:00:00", "03.02.2026 21:00:00", 1, 8, 5, 12.1, 10, 2.1, 0,
    0, 0, 0, 0, 1, 50, 0, 0,
]  # fmt: skip


async def test_a_workbook_with_a_title_above_its_header_and_numbers_for_texts(tmp_path: Path) -> None:
    k5 = FileCabinet(load_manifest(manifest_path("k5-mag", Path())), tmp_path)
    (tmp_path / "in").mkdir()
    drop(tmp_path, "Z-отчеты февраль.XLSX", workbook([["Отчёт за день"], [], Z_HEADER, Z_ROW]))

    (found,) = await documents(k5)

    assert isinstance(found, CabinetDocument)
    assert found.z_report is not None
    assert (found.z_report.sales_count, found.z_report.sales_sum, found.z_report.deposits_sum) == (5, 1210, 5000)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda body: body[: len(body) // 2], "записана не до конца"),
        (lambda body: body[:200] + b"\x00" * 50 + body[250:], "не книга Excel (.xlsx) или она записана не до конца"),
        (lambda _: workbook([["Другое"], [1]], "Лист1"), "нет листа «Z-отчеты»; есть: Лист1"),
        (lambda _: workbook([Z_HEADER[:-1], Z_ROW[:-1]]), "в заголовке нет столбцов: Сумма выдач"),
    ],
    ids=["half", "damaged", "sheet", "header"],
)
async def test_a_workbook_that_does_not_read_is_refused(
    tmp_path: Path, spoil: Callable[[bytes], bytes], reason: str
) -> None:
    k5 = FileCabinet(load_manifest(manifest_path("k5-mag", Path())), tmp_path)
    (tmp_path / "in").mkdir()
    drop(tmp_path, "z-отчеты.xlsx", spoil(workbook([Z_HEADER, Z_ROW])))

    with pytest.raises(CabinetRefusedError):
        await documents(k5)

    assert reason in report(tmp_path, "refused")["refused"]


async def test_a_workbook_that_unpacks_beyond_its_limit_is_refused_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "UNPACKED_BYTES_MAX", 1_000)
    k5 = Shelf(tmp_path, load_manifest(manifest_path("k5-mag", Path())))

    said = k5.put("z-отчеты.xlsx", workbook([Z_HEADER, Z_ROW]))

    assert "разворачивается больше чем в 1000 байт" in (said.refused or "")


XML = """
name = "xml"
title = "Набрано руками"
[[documents]]
format = "xml"
file = { pattern = "*.xml" }
records = "receipt"
[documents.fields]
fiscal_id = "@uid"
kind = "sort"
number = "no"
at = "at"
register = "@till"
shift_number = "shift"
payable = "sum"
[save_items]
format = "xml"
file = { pattern = "items-{stamp}.xml" }
records = "goods/good"
fields = { sku = "article", title = "name", ean = "barcodes" }
"""


async def test_xml_comes_in_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "xml.toml").write_text(XML, encoding="utf-8")
    (tmp_path / "in").mkdir()
    cabinet = FileCabinet(load_manifest(tmp_path / "xml.toml"), tmp_path)
    receipt = (
        f'<receipt uid="u-1" till="{REGISTER}"><sort>deposit</sort><no>1</no><at>2026-02-03T10:00:00+03:00</at>'
        "<shift>3</shift><sum>5.00</sum></receipt>"
    )
    drop(tmp_path, "one.xml", f"<day>{receipt}</day>".encode())
    drop(tmp_path, "cut.xml", f"<day>{receipt}".encode())

    (found,) = await documents(cabinet)

    assert isinstance(found, CabinetDocument)
    assert (found.payable, found.number) == (500, 1)
    assert "оборван или повреждён" in report(tmp_path, "refused")["refused"]


TAKE = """
import sys
from pathlib import Path
from smena.cabinets.declarative.load import load_manifest, manifest_path
from smena.cabinets.files.shelf import Shelf
for said in Shelf(Path(sys.argv[1]), load_manifest(manifest_path("titan-retail-local", Path()))).take():
    print(said.file, said.refused)
"""


def test_two_processes_that_look_at_one_folder_take_each_file_once(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for number in range(12):
        drop(tmp_path, f"receipts-{number}.csv", GOOD.replace("u-", f"v{number}-").encode())

    command = [sys.executable, "-c", TAKE, str(tmp_path)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    took = [line for process in both for line in process.communicate(timeout=60)[0].splitlines()]

    assert [process.returncode for process in both] == [0, 0]
    assert sorted(took) == sorted(f"receipts-{number}.csv None" for number in range(12))
    assert len(names(tmp_path, "done")) == 12


async def test_what_a_killed_process_was_reading_is_taken_by_the_next(
    tmp_path: Path, titan: FileCabinet, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(tmp_path, "receipts-1.csv", GOOD.encode())

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(shelf, "_write", killed)
    with pytest.raises(KeyboardInterrupt):
        _take_with(titan)
    monkeypatch.undo()
    assert names(tmp_path, "done") == names(tmp_path, "in") == []

    assert len(await documents(titan)) == 2
    assert names(tmp_path, "done") == ["receipts-1.csv"]


def _take_with(cabinet: FileCabinet) -> None:
    cabinet._shelf.take()
