"""An instant in the first or the last hours of the calendar is no instant in UTC: its document alone is not read."""

from pathlib import Path

import pytest

from smena.cabinets.declarative.load import load_manifest
from smena.cabinets.declarative.targets import Sort
from smena.cabinets.declarative.values import Values
from smena.cabinets.reading import UnreadableError, moment
from unit.cabinets.test_manifests import GOOD, written

EDGES = ["0001-01-01T00:00:00+03:00", "9999-12-31T23:59:59-03:00"]


@pytest.mark.parametrize("text", EDGES)
def test_an_instant_with_its_offset(text: str) -> None:
    with pytest.raises(UnreadableError, match="created"):
        moment(text, "created")


def test_an_instant_of_a_manifest_in_its_own_zone(tmp_path: Path) -> None:
    manifest = load_manifest(written(tmp_path, GOOD))
    fields = manifest.documents[0].fields

    with pytest.raises(UnreadableError, match="at"):
        Values(manifest).read({"at": "01.01.0001 00:00"}, "at", fields, {"at": Sort.INSTANT})
