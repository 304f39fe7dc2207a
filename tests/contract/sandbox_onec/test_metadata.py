"""``$metadata`` as live bases give it."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from contract.sandbox_onec.wire import REPORT, Onec

EDM = "{http://schemas.microsoft.com/ado/2009/11/edm}"


async def schema_of(onec: Onec) -> ET.Element:
    answer = await onec.call("GET", "$metadata", "$format=json")
    assert answer.headers["content-type"] == "application/xml;charset=utf-8"
    found = ET.fromstring(answer.content).find(f".//{EDM}Schema")
    assert found is not None
    return found


def named(parent: ET.Element, kind: str, name: str) -> ET.Element:
    found = parent.find(f"{EDM}{kind}[@Name='{name}']")
    assert found is not None, name
    return found


def properties(element: ET.Element) -> dict[str, str]:
    return {p.attrib["Name"]: p.attrib["Type"] for p in element.findall(f"{EDM}Property")}


async def test_a_document_has_its_fields_sections_and_navigations(onec: Onec) -> None:
    schema = await schema_of(onec)
    document = named(schema, "EntityType", REPORT)

    found = properties(document)
    assert found["Склад_Key"] == "Edm.Guid"
    assert found["СуммаДокумента"] == "Edm.Double"
    assert found["ВидОперации"] == "Edm.String"
    assert found["Date"] == "Edm.DateTime"
    assert f"Collection(StandardODATA.{REPORT}_Товары_RowType)" == found["Товары"]
    assert properties(named(schema, "ComplexType", f"{REPORT}_Товары_RowType"))["LineNumber"] == "Edm.Int64"
    assert [k.attrib["Name"] for k in document.iter(f"{EDM}PropertyRef")] == ["Ref_Key"]
    assert {"Организация", "Склад"} == {n.attrib["Name"] for n in document.findall(f"{EDM}NavigationProperty")}


async def test_posting_is_a_function_bound_by_its_parameter(onec: Onec) -> None:
    schema = await schema_of(onec)

    bound = [
        imported.attrib
        for imported in schema.iter(f"{EDM}FunctionImport")
        for parameter in imported.findall(f"{EDM}Parameter[@Name='bindingParameter']")
        if parameter.attrib["Type"] == f"StandardODATA.{REPORT}"
    ]
    assert bound == [{"Name": "Post", "IsBindable": "true"}, {"Name": "Unpost", "IsBindable": "true"}]
    assert list(schema.iter(f"{EDM}AssociationSet")) == []


async def test_an_enumeration_is_listed_apart_from_its_properties(onec: Onec) -> None:
    values = named(await schema_of(onec), "EnumType", "ВидыОперацийОтчетОРозничныхПродажах")

    assert [m.attrib["Name"] for m in values] == ["ОтчетНТТОПродажах", "ОтчетККМОПродажах"]


@pytest.mark.parametrize(
    ("switches", "field", "there"),
    [
        ({"vat": "enum"}, "СтавкаНДС", True),
        ({"vat": "catalogue"}, "СтавкаНДС_Key", True),
        ({"refunds_section": True}, "Возвраты", True),
        ({"refunds_section": False}, "Возвраты", False),
    ],
)
async def test_bases_differ_in_vat_and_refunds(switches: dict[str, Any], field: str, there: bool) -> None:
    schema = await schema_of(Onec(**switches))
    names = set(properties(named(schema, "EntityType", REPORT)))
    names |= set(properties(named(schema, "ComplexType", f"{REPORT}_Товары_RowType")))

    assert there is (field in names)


async def test_every_set_has_its_type(onec: Onec) -> None:
    schema = await schema_of(onec)
    types = {f"StandardODATA.{t.attrib['Name']}" for t in schema.findall(f"{EDM}EntityType")}

    sets = [s.attrib["EntityType"] for s in schema.iter(f"{EDM}EntitySet")]
    assert types == set(sets)
    assert len(sets) == len(set(sets))
