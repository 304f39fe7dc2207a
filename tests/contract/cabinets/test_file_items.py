"""Items of a cabinet of files: what the file carries, and what was sent is what the cabinet is taken to hold."""

import csv
import io
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from contract.cabinets.test_file_cabinet import XML
from smena.cabinets.declarative.load import load_manifest, manifest_path
from smena.cabinets.files.cabinet import FileCabinet
from smena.cabinets.files.outgoing import Outgoing
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteStatus
from smena.cabinets.port import CabinetUnavailableError
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate


@pytest.fixture
def titan(tmp_path: Path) -> FileCabinet:
    return FileCabinet(load_manifest(manifest_path("titan-retail-local", Path())), tmp_path)


BREAD = ItemWrite(None, "Хлеб", "A-1", "шт", "Продукты", ("481", "482"), VatRate.TEN, Kopecks(100), Kopecks(150))


async def test_items_go_out_in_one_file_and_an_update_carries_every_field(tmp_path: Path, titan: FileCabinet) -> None:
    (made,) = await titan.save_items([BREAD])
    cheaper = ItemWrite(made.id, "Хлеб", None, "", None, (), VatRate.TEN, None, Kopecks(140), active=False)
    (changed,) = await titan.save_items([cheaper])

    assert (made.status, made.id) == (ItemWriteStatus.CREATED, "A-1")
    assert changed.status is ItemWriteStatus.UPDATED
    first, second = (
        list(csv.reader(io.StringIO(path.read_bytes().decode("cp1251")), delimiter=";"))
        for path in sorted((tmp_path / "out").iterdir())
    )
    assert first[0] == [
        "Артикул", "Штрихкод", "Товар", "Единица", "Группа", "НДС", "Закупочная цена", "Цена", "Используется"
    ]  # fmt: skip
    assert first[1:] == [["A-1", "481,482", "Хлеб", "шт", "Продукты", "10", "1.00", "1.50", "1"]]
    assert second[1:] == [["A-1", "481,482", "Хлеб", "шт", "Продукты", "10", "1.00", "1.40", "0"]]
    again = FileCabinet(load_manifest(manifest_path("titan-retail-local", Path())), tmp_path)
    assert [item async for page in again.list_items() for item in page] == [
        CabinetItem("A-1", "Хлеб", "A-1", "шт", "Продукты", ("481", "482"), VatRate.TEN, Kopecks(100), Kopecks(140),
                    active=False)
    ]  # fmt: skip


async def test_an_item_no_file_can_name_is_rejected_alone(titan: FileCabinet) -> None:
    nameless = ItemWrite(None, "Без кода", None, "шт", None, (), VatRate.TEN, None, Kopecks(1))
    twin = ItemWrite(None, "Другой", "A-1", "шт", None, (), VatRate.TEN, None, Kopecks(1))

    good, none, second = await titan.save_items([BREAD, nameless, twin])

    assert good.status is ItemWriteStatus.CREATED
    assert (none.status, second.status) == (ItemWriteStatus.REJECTED, ItemWriteStatus.REJECTED)
    assert "ни артикула, ни штрихкода" in (none.message or "")
    assert "уже послан товар «Хлеб»" in (second.message or "")


async def test_a_workbook_of_items_holds_numbers(tmp_path: Path) -> None:
    k5 = FileCabinet(load_manifest(manifest_path("k5-mag", Path())), tmp_path)

    await k5.save_items([BREAD])

    (path,) = (tmp_path / "out").iterdir()
    header, row = CalamineWorkbook.from_path(path).get_sheet_by_name("Товары").to_python()
    assert dict(zip(header, row, strict=True)) == {
        "Код товара": "A-1", "Штрих-код": "481,482", "Наименование": "Хлеб", "Ед. изм.": "шт", "Группа": "Продукты",
        "Ставка НДС": "10%", "Цена закупки": 1.0, "Цена продажи": 1.5, "В продаже": "да",
    }  # fmt: skip


async def test_items_go_out_as_xml_each_barcode_an_element(tmp_path: Path) -> None:
    (tmp_path / "xml.toml").write_text(XML, encoding="utf-8")
    cabinet = FileCabinet(load_manifest(tmp_path / "xml.toml"), tmp_path)

    await cabinet.save_items([BREAD])

    (path,) = (tmp_path / "out").iterdir()
    assert path.read_text(encoding="utf-8").partition("?>")[2].strip() == (
        "<goods><good><sku>A-1</sku><title>Хлеб</title><ean>481</ean><ean>482</ean></good></goods>"
    )


@pytest.mark.parametrize("name", ["titan-retail-local", "k5-mag"])
async def test_items_that_could_not_go_out_are_not_taken_for_sent(name: str, tmp_path: Path) -> None:
    cabinet = FileCabinet(load_manifest(manifest_path(name, Path())), tmp_path)
    (tmp_path / "out").write_bytes(b"")

    with pytest.raises(CabinetUnavailableError, match="недоступна"):
        await cabinet.save_items([BREAD])
    assert [page async for page in cabinet.list_items()] == []

    (tmp_path / "out").unlink()
    (made,) = await cabinet.save_items([BREAD])
    assert made.status is ItemWriteStatus.CREATED
    assert len(list((tmp_path / "out").iterdir())) == 1


@pytest.mark.parametrize("name", ["titan-retail-local", "k5-mag"])
@pytest.mark.parametrize("killed_at", [1, 2])
async def test_a_process_killed_while_it_sends_leaves_both_or_neither(
    name: str, killed_at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the items are remembered: nothing went out; after it: the next look brings the file out."""
    manifest = load_manifest(manifest_path(name, Path()))
    assert manifest.save_items is not None
    outgoing = Outgoing(tmp_path, manifest, manifest.save_items)
    replaced, steps = Path.replace, 0

    def killed(self: Path, target: Path) -> Path:
        nonlocal steps
        steps += 1
        if steps == killed_at:
            raise KeyboardInterrupt
        return replaced(self, target)

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        outgoing.send([BREAD])
    monkeypatch.undo()

    items = [item for page in [page async for page in FileCabinet(manifest, tmp_path).list_items()] for item in page]

    out = [path for path in (tmp_path / "out").iterdir() if not path.name.startswith(".")]
    assert len(items) == len(out) == killed_at - 1
