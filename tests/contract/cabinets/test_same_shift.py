"""The same shift seen through every operator is the same shift."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from contract.cabinets.doors import Shop, files_of, ikassa_of, manifest_of, shop, webkassa_of
from smena.cabinets.documents import CabinetDocument, CabinetLine, ZReportFigures
from smena.cabinets.items import ItemWrite
from smena.cabinets.port import Cabinet
from smena.kinds.money import Kopecks
from smena.kinds.quantity import fits_within_a_kopeck
from smena.kinds.vat import VatRate
from smena_sandbox.application import Sandbox
from smena_sandbox.world.model import CatalogueItem


async def seen(found: Shop, cabinet: Cabinet) -> list[CabinetDocument]:
    """What a cabinet tells of the shop, without what names things in that cabinet alone."""
    pages = cabinet.read_documents(found.register, found.start, found.end)
    documents = [document async for page in pages for document in page.documents]
    await cabinet.close()
    assert documents
    return [_without_identity(one) for one in documents if isinstance(one, CabinetDocument)]


def _without_identity(document: CabinetDocument) -> CabinetDocument:
    z_report = document.z_report
    lines = tuple(_line_without_identity(line) for line in document.lines)
    return replace(
        document,
        raw=b"",
        at=document.at.replace(microsecond=0),
        fiscal_id=document.fiscal_id.upper(),
        target_fiscal_id=document.target_fiscal_id and document.target_fiscal_id.upper(),
        cashier=None if z_report is not None else document.cashier,
        shift_external_id=None,
        shift_opened_at=None,
        lines=lines,
        z_report=None if z_report is None else _in_whole_seconds(z_report),
    )


def _in_whole_seconds(z_report: ZReportFigures) -> ZReportFigures:
    """Not every format knows milliseconds, the range of numbers, or corrections."""
    opened = z_report.opened_at
    return replace(
        z_report,
        opened_at=None if opened is None else opened.replace(microsecond=0),
        closed_at=z_report.closed_at.replace(microsecond=0),
        first_number=None,
        last_number=None,
        corrections_count=None,
        corrections_sum=None,
    )


def _line_without_identity(line: CabinetLine) -> CabinetLine:
    """Whether a price is given differs, and where a rate stands; a price explains its line, but for parts of a unit."""
    assert line.price is None or line.quantity % 1000 or fits_within_a_kopeck(line.quantity, line.price, line.amount)
    return replace(line, cabinet_item_id=None, article=None, unit=None, price=None, vat_looked_up=False)


def written(item: CatalogueItem) -> ItemWrite:
    return ItemWrite(
        None, item.name, item.article, item.unit, item.group, (item.barcode,), VatRate(item.retail_vat_rate),
        Kopecks(item.purchase_price), Kopecks(item.retail_price), item.kind,
    )  # fmt: skip


OTHERS: dict[str, Callable[[Sandbox, Path], Cabinet]] = {
    "ikassa": lambda sandbox, _: ikassa_of(sandbox),
    "manifest": lambda sandbox, _: manifest_of(sandbox),
    "titan-retail-local": lambda sandbox, folder: files_of(sandbox, "titan-retail-local", folder),
    "k5-mag": lambda sandbox, folder: files_of(sandbox, "k5-mag", folder),
}


def rung(found: Shop) -> list[tuple[object, ...]]:
    """What the till itself holds, read off the sandbox's world and no cabinet's answer."""
    till = found.sandbox.world.cabinet.tills[found.register]
    window = int(found.start.timestamp() * 1000), int(found.end.timestamp() * 1000)
    return [
        (
            one.kind.value, one.number, one.uid, one.at // 1000, one.shift.number, None if one.z else one.payable,
            {} if one.kind in WITHOUT_PAYMENTS else _paid(one.cash, one.no_cash, one.other),
            [(line.name, line.quantity, line.amount, line.discount, line.allowance) for line in one.lines],
        )
        for one in sorted(till.between(*window), key=lambda one: (one.at, one.number))
    ]  # fmt: skip


def as_rung(one: CabinetDocument) -> tuple[object, ...]:
    """A cabinet's document in the till's terms."""
    paid = {kind.value: amount for kind, amount in one.payments}
    cash, cashless = paid.pop("cash", 0), paid.pop("cashless", 0)
    return (
        one.kind.value, one.number, one.fiscal_id.upper(), int(one.at.timestamp()), one.shift_number,
        None if one.z_report else one.payable,
        {} if one.kind.value in WITHOUT_PAYMENTS else _paid(cash, cashless, sum(paid.values())),
        [(line.name, line.quantity, line.amount, line.discount, line.markup) for line in one.lines],
    )  # fmt: skip


def _paid(cash: int, cashless: int, other: int) -> dict[str, int]:
    return {name: amount for name, amount in (("cash", cash), ("cashless", cashless), ("other", other)) if amount}


WITHOUT_PAYMENTS = frozenset({"annulment", "deposit", "withdrawal", "z-report"})
"""Kinds whose payments a cabinet leaves to what they are about."""


@pytest.mark.parametrize("operator", ["webkassa", *OTHERS])
async def test_every_operator_tells_what_the_till_rang(operator: str, tmp_path: Path) -> None:
    found = shop()
    webkassa = webkassa_of(found.sandbox)
    cabinet = webkassa if operator == "webkassa" else OTHERS[operator](found.sandbox, tmp_path)

    documents = await seen(found, cabinet)

    assert [as_rung(one) for one in documents] == rung(found)


@pytest.mark.parametrize("other", OTHERS)
async def test_every_operator_tells_the_same_documents(other: str, tmp_path: Path) -> None:
    found = shop()
    webkassa = webkassa_of(found.sandbox)
    await webkassa.save_items([written(item) for item in found.sandbox.world.items if item.barcode])

    by_webkassa, by_other = await seen(found, webkassa), await seen(found, OTHERS[other](found.sandbox, tmp_path))

    assert len(by_webkassa) == len(found.numbers)
    for ours, theirs in zip(by_other, by_webkassa, strict=True):
        assert ours == theirs
