"""Indexes and sorted lists stay right across writes."""

from random import Random

from smena_sandbox.onec.expressions import Path
from smena_sandbox.onec.fields import REF, moment, text
from smena_sandbox.onec.hints import candidates
from smena_sandbox.onec.parser import parse_filter
from smena_sandbox.onec.schema import EntityType
from smena_sandbox.onec.table import Table

ENTITY = EntityType("Document_X", "document", ("Ref_Key",), (REF, moment("Date"), text("Number", 11)))


def guid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def filled(count: int = 20) -> Table:
    table = Table(ENTITY)
    for n in range(count):
        table.put({"Ref_Key": guid(n), "Date": f"2026-01-{n % 10 + 1:02d}T00:00:00", "Number": str(n % 3)})
    return table


def test_indexes_follow_random_writes() -> None:
    random, table = Random(7), filled()
    table.having("Number", "0")
    table.between("Date", None, None)
    for _ in range(500):
        key = guid(random.randrange(30))
        if random.random() < 0.3:
            table.remove(key)
        else:
            day = random.randrange(1, 28)
            number = str(random.randrange(3))
            table.put({"Ref_Key": key, "Date": f"2026-01-{day:02d}T00:00:00", "Number": number})

    everything = list(table)
    assert sorted(r["Ref_Key"] for r in table.having("Number", "1")) == sorted(
        r["Ref_Key"] for r in everything if r["Number"] == "1"
    )
    low, high = "2026-01-05T00:00:00", "2026-01-12T00:00:00"
    assert table.between("Date", low, high) == sorted(
        (r for r in everything if low <= r["Date"] <= high), key=lambda r: (r["Date"], r["Ref_Key"])
    )


def test_a_kept_answer_ends_with_the_next_write() -> None:
    table = filled()
    table.keep_view("x", [])
    assert table.view("x") == []

    table.remove(guid(0))

    assert table.view("x") is None


def test_a_key_narrows_to_its_record() -> None:
    found = candidates(filled(), parse_filter(f"Ref_Key eq guid'{guid(3)}' and Number eq '0'"))

    assert found is not None
    assert [guid(3)] == [record["Ref_Key"] for record in found]


def test_dates_narrow_to_their_days() -> None:
    text = "Date ge datetime'2026-01-02T00:00:00' and Date lt datetime'2026-01-03T00:00:00' and Number ne '9'"

    found = candidates(filled(), parse_filter(text))

    assert found is not None
    assert {"2026-01-02T00:00:00", "2026-01-03T00:00:00"} == {record["Date"] for record in found}


def test_what_no_index_helps_with_is_looked_at_as_a_whole() -> None:
    assert candidates(filled(), parse_filter("Number ne '1' or Date gt datetime'2026-01-02T00:00:00'")) is None
    assert candidates(filled(), Path(("Posted",))) is None


def test_a_backup_does_not_follow_later_writes() -> None:
    table = filled(2)
    kept = table.copy()

    table.put({"Ref_Key": guid(0), "Date": "2027-01-01T00:00:00", "Number": "9"})
    table.replace(kept.values())

    restored = table.get(guid(0))
    assert restored is not None
    assert restored["Number"] == "0"
