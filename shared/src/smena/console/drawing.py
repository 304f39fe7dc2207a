"""Templates: every value is escaped, a name that is not given is an error, nothing is drawn by accident."""

from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from smena.console.vocabulary import words_of
from smena.console.words import LANGUAGES, day_input, kopecks, money, plural, quantity, sentence, total


class Drawing:
    """The console's templates."""

    def __init__(self) -> None:
        self.environment = Environment(
            loader=PackageLoader("smena.console"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.environment.filters["money"] = money
        self.environment.filters["day_input"] = day_input
        self.environment.filters["kopecks"] = kopecks
        self.environment.filters["quantity"] = quantity
        self.environment.filters["sentence"] = sentence
        self.environment.filters["total"] = total
        self.environment.globals |= {"plural": plural, "languages": LANGUAGES, "words_of": words_of}

    def draw(self, template: str, context: dict[str, Any]) -> str:
        """A template with its values."""
        return self.environment.get_template(template).render(context)


def static_file(name: str) -> bytes | None:
    """A style sheet or script of ours; None for anything else."""
    if name not in STATIC_FILES:
        return None
    return (files("smena.console") / "static" / name).read_bytes()


STATIC_FILES = {
    "console.css": "text/css; charset=utf-8",
    "console.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
