"""A manifest is refused with its file, its line and the reason; what is right is read as it says."""

from pathlib import Path

import pytest

from smena.cabinets.declarative.load import load_manifest, manifest_path, shipped_manifests
from smena.cabinets.port import Provenance
from smena.config.load import ConfigError

GOOD = """\
name = "small"
title = "Малый кабинет"

[asks]
key = "secret"

[authentication]
kind = "header"
value = "{key}"

[codes.kinds]
S = "sale"

[[documents]]
request = { path = "docs", query = { at = "{cursor}" } }
paging = { kind = "cursor", cursor = "id" }
records = "data"

[documents.fields]
fiscal_id = "id"
kind = { path = "type", codes = "kinds" }
number = "number"
at = { path = "at", format = "%d.%m.%Y %H:%M" }
shift_number = "shift"
payable = { path = "sum", scale = 2 }
"""


def written(folder: Path, text: str, name: str = "small.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        load_manifest(written(folder, text))
    return str(caught.value)


def test_a_good_manifest_is_read_and_assumed_unless_it_says_otherwise(tmp_path: Path) -> None:
    manifest = load_manifest(written(tmp_path, GOOD))

    assert (manifest.name, manifest.provenance) == ("small", Provenance.ASSUMED)
    assert manifest.documents[0].fields["number"].path == "number"


@pytest.mark.parametrize("name", shipped_manifests())
def test_every_shipped_manifest_is_good_and_calls_nothing_official(name: str) -> None:
    manifest = load_manifest(manifest_path(name, Path()))

    assert manifest.name == name
    assert manifest.provenance is Provenance.ASSUMED
    assert manifest.notes


@pytest.mark.parametrize(
    ("right", "wrong", "line", "reason"),
    [
        ('title = "Малый', 'colour = 1\ntitle = "Малый', 2, "colour: no such key"),
        ('kind = "header"', 'kind = "digest"', 8, "no such value"),
        ('value = "{key}"', "", 7, "kind 'header' needs value"),
        ('value = "{key}"', 'value = "{kye}"', 9, "{kye} stands for nothing; known are: key"),
        ('S = "sale"', 'S = "sold"', 12, "no such value 'sold'; known are: annulment, correction"),
        ('records = "data"', 'records = "data..list"', 17, "no path: 'data..list'"),
        ('records = "data"', 'records = "data"\nrequets = 1', 18, "no such key"),
        ('cursor = "id" }', 'cursor = "" }', 16, "cursor"),
        (', cursor = "id" }', " }", 16, "kind 'cursor' needs cursor"),
        ('at = "{cursor}"', 'at = "{offset}"', 15, "cursor paging needs {cursor}"),
        ('codes = "kinds"', 'codes = "kind"', 21, "there is no table [codes.kind]; known are: kinds"),
        ('number = "number"\n', "", 19, "the field 'number' is needed"),
        ('number = "number"', 'number = { path = "number", constant = 1 }', 22, "exactly one of path, constant"),
        ('number = "number"', 'number = { path = "n", type = "money" }', 22, "number is whole, not 'money'"),
        ('number = "number"', 'number = "number"\nnumbre = "n"', 23, "there is no such field; known are: at"),
        ("%d.%m.%Y %H:%M", "%d.%m %H:%M", 23, "no way to write an instant"),
        ('shift_number = "shift"', 'shift_number = { path = "s", format = "iso" }', 24, "a format is for instants"),
        ('fiscal_id = "id"', 'fiscal_id = { path = "id", scale = 2 }', 20, "a scale is for numbers"),
        ("scale = 2", "scale = 20", 25, "scale"),
        ('request = { path = "docs", query = { at = "{cursor}" } }', "", 14, "exactly one of request and file"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_reason(
    tmp_path: Path, right: str, wrong: str, line: int, reason: str
) -> None:
    assert GOOD.count(right) == 1

    said = refusal(tmp_path, GOOD.replace(right, wrong))

    assert f"small.toml, line {line}: " in said
    assert reason in said


def test_what_is_no_toml_is_named_with_its_line(tmp_path: Path) -> None:
    assert "line 1: this is no TOML" in refusal(tmp_path, "name = \n")


def test_a_manifest_changes_parts_of_the_one_it_is_based_on(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    over = written(
        tmp_path, 'name = "mine"\nbased_on = "./small.toml"\n\n[codes.kinds]\nR = "refund"\nS = "skip"\n', "mine.toml"
    )

    manifest = load_manifest(over)

    assert (manifest.name, manifest.title) == ("mine", "Малый кабинет")
    assert manifest.codes["kinds"] == {"S": "skip", "R": "refund"}


def test_a_mistake_of_the_base_is_named_in_the_base(tmp_path: Path) -> None:
    written(tmp_path, GOOD.replace('S = "sale"', 'S = "sold"'))
    over = written(tmp_path, 'name = "mine"\nbased_on = "./small.toml"\nnotes = [""]\n', "mine.toml")

    with pytest.raises(ConfigError, match=r"mine\.toml, line 3: notes\[0\]"):
        load_manifest(over)
    written(tmp_path, 'name = "mine"\nbased_on = "./small.toml"\n', "mine.toml")
    with pytest.raises(ConfigError, match=r"small\.toml, line 12: codes\.kinds\.S"):
        load_manifest(over)


def test_manifests_that_go_in_a_circle_are_refused(tmp_path: Path) -> None:
    written(tmp_path, 'based_on = "./two.toml"\n', "one.toml")
    two = written(tmp_path, 'name = "two"\nbased_on = "./one.toml"\n', "two.toml")

    with pytest.raises(ConfigError, match=r"line 1: based_on: this goes in a circle: two\.toml → one\.toml → two"):
        load_manifest(two)


def test_a_manifest_that_is_not_shipped_says_which_are() -> None:
    with pytest.raises(ConfigError, match=r"there is no manifest 'k6-mag'; shipped are: .*rest-template"):
        load_manifest(manifest_path("k6-mag", Path()))


ANOTHER_SOURCE = """[[documents]]
format = "csv"
file = { pattern = "z*.csv" }
fields = { fiscal_id = "i", kind = { constant = "z-report" }, number = "n", at = "a", register = "r", \
shift_number = "s" }
"""
FILES = GOOD.replace(
    'request = { path = "docs", query = { at = "{cursor}" } }\n'
    'paging = { kind = "cursor", cursor = "id" }\nrecords = "data"',
    'format = "csv"\nfile = { pattern = "r*.csv" }\n',
) + 'register = "Рег. №"\n'  # fmt: skip


@pytest.mark.parametrize(
    ("right", "wrong", "line", "reason"),
    [
        ('register = "Рег. №"\n', "", 19, "the field 'register' is needed: a folder holds files of any register"),
        ('format = "csv"', 'format = "csv"\nrequest = { path = "x" }', 14, "exactly one of request and file"),
        ('format = "csv"', 'format = "ods"', 15, "no such value"),
        ('"r*.csv" }', '"r*.csv", encoding = "koi8-r" }', 16, "no such value"),
        ("[[documents]]", '[[items]]\nrequest = { path = "x" }\nfields = { id = "i", name = "n" }\n[[documents]]', 14,
         "there are no items to read: leave [[items]] out"),
        ("[[documents]]", '[save_items]\nfile = { pattern = "x" }\nfields = { a = "nam" }\n[[documents]]', 16,
         "an item has no field 'nam'"),
        ('register = "Рег. №"\n', f'register = "Рег. №"\nshift_id = "s"\n{ANOTHER_SOURCE}', 31,
         "needs 'shift_id' as the other documents do"),
        ("[[documents]]", '[save_items]\nfields = { a = "name" }\n[[documents]]', 14,
         "exactly one of request and file"),
    ],
)  # fmt: skip
def test_a_mistake_about_files_is_named_with_its_line_and_reason(
    tmp_path: Path, right: str, wrong: str, line: int, reason: str
) -> None:
    assert load_manifest(written(tmp_path, FILES)).documents[0].file is not None
    assert FILES.count(right) == 1

    said = refusal(tmp_path, FILES.replace(right, wrong))

    assert f"small.toml, line {line}: " in said
    assert reason in said
