"""Names of 1C: the table, and a customer's file over it."""

import re
from pathlib import Path

import pytest

from smena.erp.errors import ErpSetupError
from smena.erp.onec.names import load_names

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "onec-names.md"


def test_every_name_of_the_table_stands_in_the_reference() -> None:
    words = set(re.findall(r"[\w-]+", REFERENCE.read_text(encoding="utf-8").replace("Catalog_", "Catalog_ ")))
    names = load_names("bp-by")

    unknown = {
        name
        for thing in names.things()
        if thing != "base"
        for name in names[thing].values()
        if name.removeprefix("Catalog_") not in words
    }

    assert unknown == set()


def test_a_file_overrides_single_names(tmp_path: Path) -> None:
    file = tmp_path / "names.toml"
    file.write_text('[card-payment]\nset = "Document_ОперацияПоПлатежнойКарте"\n', encoding="utf-8")

    names = load_names(str(file))

    assert names.set_of("card-payment") == "Document_ОперацияПоПлатежнойКарте"
    assert names["card-payment"]["comment"] == "Комментарий"
    assert names.set_of("unit") == load_names("bp-by").set_of("unit")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[card-paiment]\nset = "X"\n', "card-paiment"),
        ('[item]\narticel = "X"\n', "item.articel"),
        ("[item]\narticle = 5\n", "item"),
        ("item = 5\n", "item"),
        ("[item\n", "cannot be read"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "names.toml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(ErpSetupError, match=re.escape(said)):
        load_names(str(file))


def test_our_word_for_a_value(tmp_path: Path) -> None:
    names = load_names("bp-by")

    assert names.word_for("item-kinds", "Материал") == "material"
    assert names.word_for("item-kinds", "Прочее") is None
