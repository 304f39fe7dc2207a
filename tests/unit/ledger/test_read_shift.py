"""An event that does not add up is named, never taken."""

import json
from dataclasses import replace
from typing import Any

import pytest

from ledger.use_cases.read_shift import UnreadableShiftError, read_shift
from unit.ledger.making import event_of, line, payment, revision

FACTS = revision([line("milk", 2000, 500), line("tea", 1000, 100, refund=True)], [payment("cash", 500, 100)])


def test_what_was_published_is_read_back_exactly() -> None:
    found, sha256 = read_shift(event_of(FACTS))

    assert found == FACTS
    assert json.loads(event_of(FACTS))["sha256"] == sha256


def test_fields_of_a_newer_sender_are_ignored_and_belong_to_the_hash() -> None:
    data = json.loads(event_of(FACTS)) | {"colour": "red", "sha256": ""}

    found, sha256 = read_shift(json.dumps(data).encode())

    assert found == FACTS
    assert read_shift(event_of(FACTS))[1] != sha256


def _changed(path: list[Any], value: Any) -> bytes:
    data = json.loads(event_of(FACTS))
    data["sha256"] = ""
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return json.dumps(data).encode()


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (["amount"], "4.01", "не сходится"),
        (["amount"], "4.001", "kopeck"),
        (["lines", 0, "amount"], "5.01", "не сходится"),
        (["lines", 0, "vat_rate"], "18", "ставка НДС '18'"),
        (["lines", 0, "direction"], "gift", "направление 'gift'"),
        (["lines", 0, "item_ref"], "", "без номенклатуры"),
        (["lines", 0, "quantity"], "1.0001", "thousandth"),
        (["payments", 0, "amount"], "3.99", "не сходится"),
        (["payments", 0, "sales"], "9.00", "продажи минус возвраты"),
        (["revision"], 0, "версия 0"),
        (["shift", "id"], "no-uuid", "не по договору"),
        (["closed_at"], "yesterday", "не по договору"),
    ],
)
def test_a_wrong_event_is_refused_with_what_is_wrong(path: list[Any], value: Any, said: str) -> None:
    with pytest.raises(UnreadableShiftError, match=said):
        read_shift(_changed(path, value))


def test_content_that_does_not_match_its_hash_is_refused() -> None:
    data = event_of(FACTS).replace(b"\xd0\xa2\xd0\xbe\xd0\xb2\xd0\xb0\xd1\x80 milk", b"milk")

    with pytest.raises(UnreadableShiftError, match="sha256"):
        read_shift(data)


def test_an_event_that_is_no_json_is_refused() -> None:
    for data in (b"", b"[1]", b'{"shift":'):
        with pytest.raises(UnreadableShiftError):
            read_shift(data)


def test_the_same_payment_kind_twice_is_refused() -> None:
    facts = replace(FACTS, payments=(payment("cash", 500, 0), payment("cash", 0, 100)))

    with pytest.raises(UnreadableShiftError, match="дважды"):
        read_shift(event_of(facts))
