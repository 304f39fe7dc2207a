"""A provider's own element names override single ones; a file of names that is wrong is refused by name."""

from io import BytesIO
from pathlib import Path

import pytest

from catalog_sync.adapters.files.waybill_names import BLRWBL, load_waybill_names
from catalog_sync.adapters.files.waybill_xml import DEPTH_MAX, XmlWaybillReader
from catalog_sync.domain.limits import LINES_MAX
from catalog_sync.ports.files import FileRefusedError

OTHER = """
[document]
root = "Invoice"
namespace = "urn:provider"
number = "Head/No"
date = "Head/Date"
date_format = "%d.%m.%Y"
line = "Goods/Good"
[line]
gtin = "Code/EAN"
"""
BODY = (
    '<i:Invoice xmlns:i="urn:provider"><i:Head><i:No>7</i:No><i:Date>31.01.2026</i:Date></i:Head><i:Goods>'
    "<i:Good><i:Code><i:EAN>4810000000014</i:EAN></i:Code><i:QuantityDespatched>2</i:QuantityDespatched>"
    "<i:LineItemPrice>1.5</i:LineItemPrice><i:TaxRate>20</i:TaxRate></i:Good></i:Goods></i:Invoice>"
)


def goods(names: str, body: str) -> list[list[object]]:
    reader = XmlWaybillReader(lambda _: load_waybill_names(names))
    _, rows = reader.goods("romashka", BytesIO(body.encode()))
    return [list(row.cells) for row in rows]


def refused(names: str, body: str = BODY) -> str:
    with pytest.raises(FileRefusedError) as found:
        goods(names, body)
    return found.value.reason.code


def test_a_file_of_names_reads_another_providers_waybill(tmp_path: Path) -> None:
    names = tmp_path / "other.toml"
    names.write_text(OTHER, encoding="utf-8")

    assert goods(str(names), BODY) == [["7", "2026-01-31", None, "4810000000014", "2", "1.5", "20"]]
    assert refused(str(names), BODY.replace("urn:provider", "urn:another")) == "other-document"
    assert refused(BLRWBL) == "other-document"


@pytest.mark.parametrize(
    "text",
    ["[documents]\nroot = 'x'", "[line]\ncolour = 'x'", "[line]\ngtin = 5", "[line]\ngtin = '/a'", "line = 5", "{"],
)
def test_a_file_of_names_that_is_wrong_is_refused(tmp_path: Path, text: str) -> None:
    names = tmp_path / "wrong.toml"
    names.write_text(text, encoding="utf-8")

    assert refused(str(names)) == "waybill-names"
    assert refused(str(tmp_path / "absent.toml")) == "waybill-names"


def test_deep_long_and_endless_waybills_are_refused() -> None:
    lines = "<LineItem/>" * (LINES_MAX + 1)
    inside = "<DeliveryNote><DespatchAdviceLogisticUnitLineItem>{}</DespatchAdviceLogisticUnitLineItem></DeliveryNote>"

    assert refused(BLRWBL, f"<BLRWBL>{inside.format(lines)}</BLRWBL>") == "too-many-rows"
    assert refused(BLRWBL, "<BLRWBL>" + "<a>" * DEPTH_MAX) == "hostile-file"
    assert refused(BLRWBL, '<?xml version="1.0" encoding="no-such"?><BLRWBL/>') == "broken-file"


def test_a_text_of_megabytes_in_one_element_is_cut_and_refused_by_its_cell() -> None:
    body = (
        f"<BLRWBL><DeliveryNote><DeliveryNoteID>{'9' * 3_000_000}</DeliveryNoteID><DespatchAdviceLogisticUnitLineItem>"
    )
    body += "<LineItem/></DespatchAdviceLogisticUnitLineItem></DeliveryNote></BLRWBL>"

    ((number, *_),) = goods(BLRWBL, body)

    assert isinstance(number, str)
    assert len(number) < 100_000
