"""The exports of the sandbox's shop, against rows typed by hand from the shipped manifests' comments."""

import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook

from smena_sandbox.application import Sandbox
from smena_sandbox.server import running


@pytest.fixture
async def control(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        running(sandbox) as address,
        httpx.AsyncClient(base_url=f"{address}/_sandbox/", trust_env=False) as client,
    ):
        yield client


async def test_a_finished_day_is_a_csv_of_receipts_and_one_of_z_reports(control: httpx.AsyncClient) -> None:
    assert (await control.get("files/titan-retail-local")).json()["data"] == [
        "receipts-2026-01-05.csv",
        "zreports-2026-01-05.csv",
    ]
    rows = (
        (await control.get("files/titan-retail-local/receipts-2026-01-05.csv")).content.decode("cp1251").split("\r\n")
    )

    assert rows[1] == (
        "131010705;106;000000000000000000000001;Внесение;5001;05.01.2026;08:01:00;Кассир 2;BYN;0,00;0,00;0,00;100,00;"
        "100,00;0,00;0,00;;;;;;;;;;"
    )
    receipt = (
        "131010705;106;000000000000000000000002;Продажа;5002;05.01.2026;08:10:00;Кассир 2;BYN;9,32;0,37;0,05;9,00;5,00;"
        "4,00;0,00;;"
    )
    assert rows[2:5] == [
        receipt + "Молоко;A-1;4810000000018;шт;2,000;4,60;0,00;0,00;10",
        receipt + "Яблоки;;;кг;0,350;1,72;0,10;0,00;20",
        receipt + "Свободный чек;;;шт;1,000;3,00;0,00;0,05;",
    ]
    z_report = (await control.get("files/titan-retail-local/zreports-2026-01-05.csv")).content.decode("cp1251")
    assert z_report.split("\r\n")[1] == (
        "131010705;106;000000000000000000000007;5007;05.01.2026 08:00:00;05.01.2026 21:00:00;5001;5006;2;11,30;"
        "5,00;4,00;2,30;1;2,30;1;2,30;1;100,00;1;50,00"
    )


async def test_a_workbook_has_its_title_above_and_numbers_as_numbers(control: httpx.AsyncClient) -> None:
    body = (await control.get("files/k5-mag/чеки 05.01.2026.xlsx")).content
    rows: list[list[Any]] = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_name("Чеки").to_python()

    assert rows[0][0] == "Чеки за 05.01.2026"
    sale = dict(zip(rows[1], rows[3], strict=True))
    assert (sale["Тип документа"], sale["Итого"], sale["Кол-во"], sale["Стоимость позиции"]) == (
        "ПРОДАЖА",
        9.0,
        2.0,
        4.6,
    )
    assert (sale["Рег. № кассы"], sale["Ставка НДС"]) == ("131010705", "10%")


async def test_files_are_put_whole_into_a_folder(control: httpx.AsyncClient, tmp_path: Path) -> None:
    answer = await control.post("files", json={"operator": "k5-mag", "folder": str(tmp_path)})

    assert answer.status_code == 201
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == sorted(answer.json()["data"])
    assert (await control.post("files", json={"operator": "other", "folder": "x"})).status_code == 404


async def test_files_of_named_registers_hold_no_other(control: httpx.AsyncClient, tmp_path: Path) -> None:
    """A day without a document of theirs has no file."""
    asked = {"operator": "titan-retail-local", "folder": str(tmp_path)}
    (first, *_) = (await control.get("state")).json()["registers"]

    none = await control.post("files", json=asked | {"registers": ["kassa-of-nobody"]})
    some = await control.post("files", json=asked | {"registers": [first["id"]]})

    assert none.json()["data"] == []
    assert some.json()["data"] == ["receipts-2026-01-05.csv", "zreports-2026-01-05.csv"]
    for file in (tmp_path / "in").iterdir():
        rows = file.read_text(encoding="cp1251").splitlines()[1:]
        assert {row.split(";", 1)[0] for row in rows} == {first["number"]}
