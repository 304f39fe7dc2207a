"""Addresses below ``standard.odata``, and raw query strings."""

import pytest

from smena_sandbox.onec.errors import OnecError
from smena_sandbox.onec.fields import REF, text
from smena_sandbox.onec.options import raw_options, read_options
from smena_sandbox.onec.paths import Segment, read_key, read_segments, split_root
from smena_sandbox.onec.schema import EntityType

BARCODES = EntityType("InformationRegister_X", "independent", ("Штрихкод",), (text("Штрихкод"),))
ROWS = EntityType("Document_X_Товары", "rows", ("Ref_Key", "LineNumber"), (REF, text("LineNumber")))
REF_KEY = "40000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("path", "split"),
    [
        ("/onec/odata/standard.odata/Catalog_X", ("/onec/odata/standard.odata", "Catalog_X")),
        ("/odata/standard.odata/", ("/odata/standard.odata", "")),
        ("/a/b/odata/standard.odata", ("/a/b/odata/standard.odata", "")),
        ("/onec/odata/standard.odatas", None),
        ("/onec", None),
    ],
)
def test_the_root_is_found_wherever_the_base_is_mounted(path: str, split: tuple[str, str] | None) -> None:
    assert split == split_root(path)


def test_slashes_and_brackets_inside_quotes_are_text() -> None:
    assert [Segment("X", "'a/b)'"), Segment("Post", "")] == read_segments("X('a/b)')/Post()")


@pytest.mark.parametrize("path", ["X('a", "X(1", "X)", "X(1)y"])
def test_a_broken_path_is_code_6(path: str) -> None:
    with pytest.raises(OnecError) as caught:
        read_segments(path)

    assert caught.value.code == "6"


@pytest.mark.parametrize("text", ["'О''Генри'", "Штрихкод='О''Генри'"])
def test_a_key_is_read_named_and_unnamed(text: str) -> None:
    assert read_key(BARCODES, text) == "О'Генри"


def test_a_composite_key_names_all_its_parts() -> None:
    assert f"{REF_KEY}|2" == read_key(ROWS, f"LineNumber=2, Ref_Key=guid'{REF_KEY.upper()}'")
    with pytest.raises(OnecError):
        read_key(ROWS, f"guid'{REF_KEY}'")


def test_only_percent_twenty_is_a_space() -> None:
    assert raw_options(b"$filter=A+eq%20B&%24top=1") == {"$filter": "A+eq B", "$top": "1"}


def test_an_unknown_option_is_code_14() -> None:
    with pytest.raises(OnecError) as caught:
        read_options({"$apply": "x"})

    assert caught.value.code == "14"


def test_options_of_our_own_are_left_alone() -> None:
    assert read_options({"session": "1"}) == read_options({})
