"""Cut bindings into events that the bus takes: up to 500 each, and no larger than its safe size."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Bound = TypeVar("Bound")


def in_events(
    bindings: Sequence[Bound], *, count_max: int, bytes_max: int, size: Callable[[Bound], int]
) -> Iterator[list[Bound]]:
    """Slices of bindings, in order, each within both limits; a single one is never cut."""
    batch: list[Bound] = []
    filled = 0
    for binding in bindings:
        bytes_needed = size(binding)
        if batch and (len(batch) == count_max or filled + bytes_needed > bytes_max):
            yield batch
            batch, filled = [], 0
        batch.append(binding)
        filled += bytes_needed
    if batch:
        yield batch
