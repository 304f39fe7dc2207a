"""Every sentence of the console has its English words, and none is translated that nobody says any more."""

from importlib.resources import files
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

CONSOLE = Path(str(files("smena.console")))
METHODS = [("templates/**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
KEYWORDS = {"_": None, "translate": None, "say": None}


def said() -> set[str]:
    found = extract_from_dir(
        CONSOLE, METHODS, {"templates/**.html": {"trimmed": "true", "silent": "false"}}, keywords=KEYWORDS
    )
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def translated() -> dict[str, list[str]]:
    where: dict[str, list[str]] = {}
    for path in sorted((CONSOLE / "locale" / "en").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="en", abort_invalid=True):
                if message.id and message.string:
                    where.setdefault(str(message.id), []).append(path.name)
    return where


def test_every_sentence_has_its_english_words() -> None:
    assert len(said()) > 20
    assert sorted(said() - set(translated())) == []


def test_nothing_is_translated_that_nobody_says_and_nothing_twice() -> None:
    assert sorted(set(translated()) - said()) == []
    assert {text: names for text, names in translated().items() if len(names) > 1} == {}
