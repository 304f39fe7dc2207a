"""The accountant's guide names the console's own words, the same ones in both languages."""

import re
from itertools import chain

from babel.messages.pofile import read_po

from smena.console import vocabulary
from tidy.conftest import ROOT

GUIDE = ROOT / "docs" / "guide"
LOCALE = ROOT / "shared" / "src" / "smena" / "console" / "locale" / "en"
SAID_MIN = 70
"""So many words of the screen the guide names at the least: a pattern that finds none would prove nothing."""


def said(language: str) -> list[str]:
    """The words in bold, in their order; a guide may break a line within one."""
    text = (GUIDE / f"{language}.md").read_text()
    return [re.sub(r"\s+", " ", found) for found in re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)]


def words_of_the_console() -> dict[str, set[str]]:
    """Russian to English, from the catalogues and from the vocabulary of the API's words."""
    words: dict[str, set[str]] = {}
    for path in LOCALE.glob("*.po"):
        with path.open("rb") as file:
            for message in read_po(file):
                words.setdefault(str(message.id), set()).add(str(message.string))
    for term in chain.from_iterable(terms.values() for terms in vocabulary.VOCABULARY.values()):
        words.setdefault(term.ru, set()).add(term.en)
    return words


def test_each_word_of_the_guide_stands_on_the_screen_in_both_languages() -> None:
    words = words_of_the_console()
    russian, english = said("ru"), said("en")
    assert len(russian) >= SAID_MIN
    assert [ours for ours in russian if ours not in words] == []
    wrong = [(ours, theirs) for ours, theirs in zip(russian, english, strict=True) if theirs not in words[ours]]
    assert wrong == []


def test_both_guides_have_the_same_parts() -> None:
    parts = {
        language: len(re.findall(r"^#+ ", (GUIDE / f"{language}.md").read_text(), re.MULTILINE))
        for language in ("ru", "en")
    }
    assert parts["ru"] == parts["en"]
