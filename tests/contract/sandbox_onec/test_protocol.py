"""Formats, authentication, addresses and errors, typed from the facts on live bases (section f, 1 to 6 and 10)."""

import base64
from xml.etree import ElementTree as ET

import httpx
import pytest

from contract.sandbox_onec.wire import BREAD, FOOD, ITEMS, NOTHING, PIECE, REPORT, Onec, refusal, report, words


async def test_atom_comes_back_when_nobody_asks_for_json(onec: Onec) -> None:
    answer = await onec.call("GET", ITEMS, query="")

    assert answer.headers["content-type"] == "application/atom+xml;charset=utf-8"
    feed = ET.fromstring(answer.content)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    assert len(feed.findall("{http://www.w3.org/2005/Atom}entry")) == 3


async def test_an_accept_header_asks_for_json_too(onec: Onec) -> None:
    answer = await onec.call("GET", ITEMS, query="", headers={"Accept": "application/json"})

    assert answer.headers["content-type"].startswith("application/json")
    assert len(answer.json()["value"]) == 3


async def test_one_item_is_served_in_these_very_bytes(onec: Onec) -> None:
    answer = await onec.call(
        "GET",
        f"{ITEMS}(guid'{BREAD}')",
        "$format=application/json;odata=nometadata&$select=Ref_Key,DataVersion,Description,IsFolder",
    )

    assert (
        answer.content
        == (
            '{"Ref_Key":"40000000-0000-4000-8000-000000000001","DataVersion":"AAAAAAAAAAA=",'
            '"Description":"Хлеб","IsFolder":false}'
        ).encode()
    )
    assert answer.headers["content-type"] == "application/json;odata=nometadata;charset=utf-8"


async def test_minimal_metadata_adds_links_of_filled_references_only(onec: Onec) -> None:
    bread = await onec.read(ITEMS, BREAD)

    assert bread["odata.metadata"].endswith(f"/onec/odata/standard.odata/$metadata#{ITEMS}/@Element")
    assert bread["Parent@navigationLinkUrl"] == f"{ITEMS}(guid'{BREAD}')/Parent"
    group = await onec.read(ITEMS, FOOD)
    assert group["Parent_Key"] == NOTHING
    assert "Parent@navigationLinkUrl" not in group


async def test_full_metadata_names_type_and_id(onec: Onec) -> None:
    answer = await onec.call("GET", f"{ITEMS}(guid'{BREAD}')", "$format=json;odata=fullmetadata")

    assert answer.json()["odata.type"] == f"StandardODATA.{ITEMS}"
    assert answer.json()["odata.id"].endswith(f"/odata/standard.odata/{ITEMS}(guid'{BREAD}')")


async def test_the_service_root_names_entity_sets(onec: Onec) -> None:
    answer = await onec.call("GET", "", "$format=json")

    assert {"name": REPORT, "url": REPORT} in answer.json()["value"]
    assert {"name": f"{REPORT}_Товары", "url": f"{REPORT}_Товары"} in answer.json()["value"]


async def test_numbers_are_numbers_and_int64_and_counts_are_strings(onec: Onec) -> None:
    created = await onec.call("POST", REPORT, "$format=json;odata=nometadata", json=report())

    assert b'"LineNumber":"1"' in created.content
    assert '"Количество":1.5,"Цена":8.2,"Сумма":12.3'.encode() in created.content
    answer = await onec.get(ITEMS, "$inlinecount=allpages")
    assert answer.json()["odata.count"] == "3"


async def test_dates_are_naive_with_seconds(onec: Onec) -> None:
    assert (await onec.create(REPORT, report()))["Date"] == "2026-01-31T23:59:59"


async def test_a_document_without_a_date_gets_the_servers_local_time(onec: Onec) -> None:
    """20:30 in UTC is 23:30 in Minsk."""
    assert (await onec.create(REPORT, report(Date=None)))["Date"] == "2026-01-31T23:30:00"


@pytest.mark.parametrize("path", ["Catalog_Номенклатурa", f"Catalog_Несуществующий(guid'{BREAD}')", "$batch"])
async def test_an_unknown_entity_is_404_with_code_8(onec: Onec, path: str) -> None:
    assert refusal(await onec.get(path)) == (404, "8")


async def test_a_missing_object_is_404_with_code_9(onec: Onec) -> None:
    assert refusal(await onec.get(f"{ITEMS}(guid'{PIECE}')")) == (404, "9")


async def test_an_unpublished_entity_is_as_unknown_as_a_misspelt_one() -> None:
    onec = Onec(unpublished=frozenset({REPORT}))

    assert refusal(await onec.get(REPORT)) == (404, "8")
    assert REPORT.encode() + b'"' not in (await onec.call("GET", "$metadata")).content


async def test_missing_rights_are_401_with_code_20() -> None:
    onec = Onec(forbidden=frozenset({REPORT}))

    assert refusal(await onec.get(REPORT)) == (401, "20")
    assert refusal(await onec.call("POST", REPORT, json=report())) == (401, "20")


async def test_a_wrong_password_is_401_in_plain_words(onec: Onec) -> None:
    answer = await onec.get(ITEMS, auth=("smena", "wrong"))

    assert answer.status_code == 401
    assert "odata.error" not in answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize(("encoding", "status"), [("utf-8", 200), ("cp1251", 401)])
async def test_a_cyrillic_login_is_read_as_utf_8_only(encoding: str, status: int) -> None:
    onec = Onec(user="Смена", password="пароль")
    token = base64.b64encode("Смена:пароль".encode(encoding)).decode()

    answer = await onec.get(ITEMS, headers={"Authorization": f"Basic {token}"}, auth=None)

    assert status == answer.status_code


async def test_errors_come_as_xml_when_json_was_not_asked_for(onec: Onec) -> None:
    answer = await onec.call("GET", "Catalog_Нет", query="")

    assert answer.status_code == 404
    tree = ET.fromstring(answer.content)
    space = "{http://schemas.microsoft.com/ado/2007/08/dataservices/metadata}"
    assert tree.tag == f"{space}error"
    assert tree.findtext(f"{space}code") == "8"


async def test_the_location_of_a_new_object_is_raw_utf_8(onec: Onec) -> None:
    answer = await onec.call("POST", REPORT, json=report())

    location = dict(answer.headers.raw)[b"location"]
    expected = f"http://1c.test/onec/odata/standard.odata/{REPORT}(guid'{answer.json()['Ref_Key']}')"
    assert expected.encode() == location


async def test_a_percent_encoded_path_is_the_same_path(onec: Onec) -> None:
    answer = await onec.get("Catalog_%D0%9D%D0%BE%D0%BC%D0%B5%D0%BD%D0%BA%D0%BB%D0%B0%D1%82%D1%83%D1%80%D0%B0")

    assert len(answer.json()["value"]) == 3


async def test_iis_does_not_let_a_plus_through_in_a_path() -> None:
    strict, lax = Onec(iis_paths=True), Onec()
    path = "InformationRegister_ШтрихкодыНоменклатуры('48%2B1')"

    refused = await strict.get(path)

    assert refused.status_code == 404
    assert refused.headers["content-type"].startswith("text/html")
    assert refusal(await lax.get(path)) == (404, "9")


async def test_there_is_no_etag_and_no_next_link(onec: Onec) -> None:
    answer = await onec.get(ITEMS, "$top=1&$orderby=Ref_Key")

    assert "etag" not in answer.headers
    assert "odata.nextLink" not in answer.json()


async def test_a_forbidden_method_is_code_19(onec: Onec) -> None:
    assert refusal(await onec.call("DELETE", ITEMS)) == (405, "19")
    assert refusal(await onec.call("PATCH", ITEMS, json={})) == (405, "19")


async def test_an_unknown_query_option_is_code_14(onec: Onec) -> None:
    answer = await onec.get(ITEMS, "$search=x")

    assert refusal(answer) == (400, "14")
    assert "$search" in words(answer)


async def test_a_wrong_charset_can_be_announced_over_utf_8_bytes() -> None:
    answer: httpx.Response = await Onec(charset="windows-1251").get(f"{ITEMS}(guid'{BREAD}')")

    assert answer.headers["content-type"].endswith("charset=windows-1251")
    assert "Хлеб" in answer.content.decode("utf-8")


async def test_a_reference_is_followed_below_its_object(onec: Onec) -> None:
    answer = await onec.get(f"{ITEMS}(guid'{BREAD}')/Parent")

    assert answer.json()["Description"] == "Продукты"
