"""200,000 real names and barcodes with seeded differences: the engine gives the rule's rows, each of them.

Where the real file is not beside the repository, a made one of the same columns stands in for it.
"""

import gzip
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from catalog_sync.adapters.columnar.engine import Task, compare
from catalog_sync.adapters.columnar.frames import BINDING_SCHEMA, Catalogues, cabinet_frame, erp_frame
from catalog_sync.adapters.columnar.price_columns import EPOCH, SETTING_SCHEMA
from catalog_sync.adapters.packing import packed
from catalog_sync.domain.export_diff import export_rows
from catalog_sync.domain.import_diff import import_rows
from catalog_sync.domain.prices import FilledPrice, Filling, TypedPrice
from catalog_sync.domain.rows import DiffRow, Direction, Status
from catalog_sync.domain.terms import Terms
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate
from unit.catalog_sync.things import SET_AT, terms

REAL = Path(__file__).resolve().parents[4] / "shared/data/catalogue.tsv.gz"
SEED = 20260131
MADE_ROWS = 200_000
NAME_LENGTH_MAX = 120


def real_lines() -> Iterator[list[str]]:
    """id, barcode, name, category path, brand."""
    with gzip.open(REAL, "rt", encoding="utf-8", newline="\n") as file:
        next(file)
        for line in file:
            yield line.rstrip("\n").split("\t")


def made_lines() -> Iterator[list[str]]:
    random = Random(SEED)
    for n in range(MADE_ROWS):
        code = f"{random.randrange(10**12):012d}" if n % 3 else f"481{n:09d}7"
        yield [str(n), code, f"Товар {n} «{random.choice('абвгд')}» ", f"Разное/Группа {n % 90}", ""]


def erp_items(random: Random) -> list[ErpItem]:
    lines = real_lines() if REAL.exists() else made_lines()
    return [
        ErpItem(
            ref=f"ref-{n}-{fields[0]}",
            name=fields[2],
            unit="шт",
            group=fields[3] or None,
            barcodes=(fields[1],) if random.random() < 0.97 else (fields[1], f"2{n:012d}"),
            article=f"A-{n}",
            vat_rate=VatRate.TWENTY if n % 4 else VatRate.TEN,
            active=random.random() < 0.98,
        )
        for n, fields in enumerate(lines)
    ]


def changed(random: Random, item: CabinetItem, others: list[ErpItem]) -> CabinetItem:
    other = random.choice(others)
    changes: list[dict[str, Any]] = [
        {"name": item.name.upper()},
        {"name": f" {item.name}  "},
        {"unit": "ШТ."},
        {"unit": None},
        {"group": None},
        {"article": other.article},
        {"vat_rate": None},
        {"retail_price": Kopecks(7)},
        {"barcodes": other.barcodes},
        {"barcodes": ("0" + item.barcodes[0],)},
        {"barcodes": ()},
        {"active": False},
    ]
    return replace(item, **random.choice(changes))


def catalogues(random: Random) -> tuple[list[ErpItem], list[CabinetItem], dict[str, str], Filling]:
    items = erp_items(random)
    prices = {
        item.ref: FilledPrice(price, TypedPrice(item.ref, price, "Розничная", SET_AT, "1"))
        for n, item in enumerate(items)
        if n % 50 and (price := Kopecks(100 + n % 900))
    }
    held, bindings = [], {}
    for n, item in enumerate(items):
        if random.random() < 0.05:
            continue
        twin = CabinetItem(
            id=f"held-{n}",
            name=item.name,
            article=item.article,
            unit="шт",
            group=item.group,
            barcodes=item.barcodes,
            vat_rate=item.vat_rate,
            retail_price=prices[item.ref].price if item.ref in prices else None,
            active=item.active,
        )
        held.append(changed(random, twin, items) if random.random() < 0.08 else twin)
        if random.random() < 0.7:
            bindings[item.ref] = f"held-{n + (n % 997 == 0)}"
    unique = {bound: ref for ref, bound in bindings.items()}
    random.shuffle(held)
    return items, held, {ref: bound for bound, ref in unique.items()}, prices


def reading_order(row: DiffRow) -> tuple[str, str]:
    named = row.item or row.counterpart
    assert named is not None
    return named.name.casefold(), row.key


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.timeout(600)
def test_every_row_of_a_real_catalogue_is_the_rules(direction: Direction) -> None:
    random = Random(SEED)
    items, held, bindings, prices = catalogues(random)
    plain: Terms = replace(terms(name_length_max=NAME_LENGTH_MAX), purchase=None)
    effective = (SET_AT - EPOCH) // timedelta(microseconds=1)
    frame = pl.DataFrame(
        [(ref, price.price, effective, "1") for ref, price in prices.items()], schema=SETTING_SCHEMA, orient="row"
    )
    bound = pl.DataFrame(list(bindings.items()), schema=BINDING_SCHEMA, orient="row")
    sides = Catalogues(erp_frame(items), cabinet_frame(held), bound, None, frame)
    export = direction is Direction.EXPORT
    every = pl.Series([True]).new_from_index(0, len(items) if export else len(held))

    def fillings(refs: list[str]) -> tuple[Filling, Filling]:
        return {}, {ref: prices[ref] for ref in refs if ref in prices}

    found = compare(Task(direction, sides, plain, every, fillings, ZoneInfo("UTC")))
    shown = [row for chunk in found.rows(settled=False) for row in chunk]
    assert [row for chunk in found.packed(settled=False) for row in chunk] == list(map(packed, shown)), f"seed {SEED}"

    filled = replace(plain, retail_prices=prices)
    if export:
        told = list(export_rows(items, held, bindings, filled, lambda _: True))
    else:
        told = list(import_rows(items, held, {one: ref for ref, one in bindings.items()}, filled, lambda _: True))
    settled = {row.key for row in told if row.status is Status.IDENTICAL and row.bound}
    kept = {row.key for row in shown}
    assert found.equal_and_bound > len(items) // 3, f"seed {SEED}"
    assert len(settled - kept) == found.equal_and_bound, f"seed {SEED}"
    assert shown == sorted((row for row in told if row.key in kept), key=reading_order), f"seed {SEED}"
    assert {row.key for row in told} - kept <= settled, f"seed {SEED}"
    assert {row.status for row in told} == set(Status) - (set() if export else {Status.INVALID})
