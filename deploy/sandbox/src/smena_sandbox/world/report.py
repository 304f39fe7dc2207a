"""What the loader did with every kind of line: nothing is dropped without a row here."""

from dataclasses import dataclass, field
from typing import Any

EXAMPLES_KEPT = 3


@dataclass(slots=True)
class ReportRow:
    """One kind of input: how many lines, their exact sum in kopecks, what became of them, a few examples."""

    kind: str
    done: str
    count: int = 0
    amount: int = 0
    examples: list[str] = field(default_factory=list)


class LoadReport:
    """Counts by kind, in the order in which the kinds were met."""

    def __init__(self) -> None:
        self.rows: dict[str, ReportRow] = {}

    def add(self, kind: str, done: str, amount: int = 0, example: str = "", count: int = 1) -> None:
        """Count ``count`` lines of a kind with their sum in kopecks."""
        row = self.rows.setdefault(kind, ReportRow(kind, done))
        row.count += count
        row.amount += amount
        if example and len(row.examples) < EXAMPLES_KEPT:
            row.examples.append(example)

    def as_records(self) -> list[dict[str, Any]]:
        """The report for JSON; sums as decimal strings in rubles."""
        return [
            {
                "kind": row.kind,
                "count": row.count,
                "sum": rubles_text(row.amount),
                "done": row.done,
                "examples": row.examples,
            }
            for row in self.rows.values()
        ]

    def as_lines(self) -> list[str]:
        """The report as sentences, one per kind, in order of kind."""
        return [
            f"{row.kind}: {row.count}, sum {rubles_text(row.amount)}: {row.done}"
            for row in sorted(self.rows.values(), key=lambda row: row.kind)
        ]


def rubles_text(kopecks: int) -> str:
    """Kopecks as a decimal string in rubles with two places."""
    sign = "-" if kopecks < 0 else ""
    return f"{sign}{abs(kopecks) // 100}.{abs(kopecks) % 100:02d}"
