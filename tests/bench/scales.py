"""How much work each benchmark does."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """``full`` is what the goals are about; ``tiny`` only shows that every benchmark still runs."""

    name: str
    items: int
    pushed: int
    batches: int
    receipts: int
    stored_lines: int
    events: int
    documents: int

    @property
    def fewer_stored_lines(self) -> int:
        """A tenth of what is stored, for how the cost of a receipt grows."""
        return self.stored_lines // 10

    @property
    def fewer_items(self) -> int:
        """A tenth of the catalogue, for how the cost of a row grows."""
        return self.items // 10


FULL = Scale("full", 1_000_000, 100_000, 20, 20_000, 10_000_000, 5_000, 2_000)
SMALL = Scale("small", 100_000, 20_000, 10, 5_000, 1_000_000, 2_000, 500)
TINY = Scale("tiny", 2_000, 500, 1, 200, 2_000, 50, 20)
SCALES = {scale.name: scale for scale in (FULL, SMALL, TINY)}
