"""The audit's chain: an oracle of its own hashes it, and every kind of change breaks it at the entry it was done to."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from smena.audit.chain import NO_PREVIOUS, AuditEntry, Deed, first_break, sealed

NOON = datetime(2026, 2, 1, 12, 0, tzinfo=UTC)


def chain(length: int = 4) -> list[dict[str, Any]]:
    entries: list[AuditEntry] = []
    for number in range(1, length + 1):
        deed = Deed("romashka", "Иванова", "document.cancel", f"document/{number}", "Дубль", {"key": f"k{number}"})
        previous = entries[-1].sha256 if entries else NO_PREVIOUS
        entries.append(sealed(deed, number=number, previous=previous, at=NOON + timedelta(seconds=number)))
    return [entry.as_json() for entry in entries]


def test_the_hash_is_that_of_the_canonical_entry_with_the_previous_hash_in_it() -> None:
    previous = "0" * 64
    for entry in chain():
        shown = {name: value for name, value in entry.items() if name != "sha256"}
        text = json.dumps(shown, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(text.encode("utf-8")).hexdigest() == entry["sha256"]
        assert entry["previous"] == previous
        previous = entry["sha256"]


def test_an_untouched_chain_holds_from_its_beginning_and_from_any_entry_on() -> None:
    assert first_break(chain()) is None
    assert first_break(chain()[2:]) is None
    assert first_break([]) is None


@pytest.mark.parametrize("field", ["at", "who", "what", "subject", "why", "details", "previous", "sha256"])
def test_a_changed_field_is_found_at_its_entry(field: str) -> None:
    entries = chain()
    entries[1][field] = {"key": "other"} if field == "details" else "other"

    assert "entry 2 of romashka" in str(first_break(entries))


def test_a_removed_an_added_and_a_moved_entry_are_found() -> None:
    entries = chain()
    assert "entry 3 of romashka follows entry 1" in str(first_break([entries[0], *entries[2:]]))
    assert "entry 2 of romashka follows entry 2" in str(first_break([*entries[:2], entries[1], *entries[2:]]))
    assert "entry 3 of romashka follows entry 1" in str(first_break([entries[0], entries[2], entries[1], entries[3]]))


def test_an_entry_changed_with_its_own_hash_breaks_the_next_one() -> None:
    entries = chain()
    forged = sealed(Deed("romashka", "Петрова", "x", "y"), number=2, previous=entries[0]["sha256"], at=NOON)
    entries[1] = forged.as_json()

    assert "entry 3 of romashka names another previous hash" in str(first_break(entries))


def test_the_time_zone_of_the_clock_does_not_reach_the_hash() -> None:
    deed = Deed("romashka", "Иванова", "document.cancel", "document/1")
    minsk = NOON.astimezone(timezone(timedelta(hours=3)))

    here = sealed(deed, number=1, previous=NO_PREVIOUS, at=NOON)

    assert here.sha256 == sealed(deed, number=1, previous=NO_PREVIOUS, at=minsk).sha256


def test_what_is_no_entry_is_named() -> None:
    assert "no organization, number or sha256" in str(first_break([{"number": 1}]))
