"""The same shift makes the same bytes on another machine: other time zone, other locale, other hash seed, no state."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
from ledger.domain.build_documents import build_documents
from ledger.domain.documents import canonical, hash_of
from ledger.domain.rules import RefundPolicy
from ledger.use_cases.read_shift import read_shift
from unit.ledger.making import event_of, line, payment, revision, rules

lines = [line(f"item-{n}", 1000 + n, 250 + n, key=f"k{n}", refund=n % 5 == 0) for n in range(40)]
total = sum(-one.amount if one.refund else one.amount for one in lines)
facts, _ = read_shift(event_of(revision(lines, [payment("cash", total - 100), payment("card", 100)])))
for policy in RefundPolicy:
    for document in build_documents(facts, rules(refunds=policy)):
        print(document.id, document.form.date.isoformat(), hash_of(canonical(document)))
"""
PLACES = [
    {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
    {"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
    {"TZ": "America/Los_Angeles", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "3", "LANG": "ru_RU.KOI8-R"},
]


def _hashes(place: dict[str, str], folder: Path) -> str:
    tests = str(Path(__file__).resolve().parents[2])
    environment = {
        **{name: value for name, value in os.environ.items() if name == "PATH"},
        **place,
        "PYTHONPATH": tests,
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("place", PLACES[1:], ids=lambda place: str(place["TZ"]))
def test_documents_hash_the_same_in_another_time_zone_and_locale(place: dict[str, str], tmp_path: Path) -> None:
    here = _hashes(PLACES[0], tmp_path)

    assert here.count("\n") >= 9
    assert here == _hashes(place, tmp_path)
