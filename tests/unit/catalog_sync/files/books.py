"""Workbooks and archives made by hand, so that they can hold what no honest program writes."""

import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
    'ContentType="application/xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
    '<sheet name="Лист1" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def sheet_xml(rows: Sequence[str], first: int = 1) -> str:
    body = "".join(f'<row r="{n}">{cells}</row>' for n, cells in enumerate(rows, first))
    return f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'


def text(value: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def number(value: str) -> str:
    return f"<c><v>{value}</v></c>"


def formula(source: str, value: str | None) -> str:
    return f"<c><f>{source}</f>{'' if value is None else f'<v>{value}</v>'}</c>"


def error(value: str) -> str:
    return f'<c t="e"><v>{value}</v></c>'


def cells(*values: Any) -> str:
    return "".join(text(value) if isinstance(value, str) else number(repr(value)) for value in values)


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return made.getvalue()


def workbook(rows: Sequence[str], parts: Mapping[str, str] | None = None, first: int = 1) -> bytes:
    return archive({**PARTS, "xl/worksheets/sheet1.xml": sheet_xml(rows, first), **(parts or {})})
