"""Whether every document of a shift is there: consecutive numbers, one of each, annulments with their sales."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from sales_ingest.domain.findings import ABSENT, NOT_GIVEN, Finding
from sales_ingest.domain.totals import ReceiptFact
from sales_ingest.domain.words import LOOK_OR_ACCEPT, PULL_OR_ACCEPT, numbers
from smena.cabinets.documents import DocumentKind, ZReportFigures
from smena.kinds.money import format_money


def gaps(numbers: Iterable[int], first: int | None, last: int | None) -> tuple[tuple[int, int], ...]:
    """Runs of missing document numbers, inclusive; bounds are the Z-report's where it names them."""
    present = sorted(set(numbers))
    if first is None or last is None:
        if not present:
            return ()
        first, last = present[0], present[-1]
    return tuple(_runs(present, first, last))


def _runs(present: Sequence[int], first: int, last: int) -> Iterator[tuple[int, int]]:
    expected = first
    for number in present:
        if number > last:
            break
        if number > expected:
            yield expected, number - 1
        expected = max(expected, number + 1)
    if expected <= last:
        yield expected, last


def number_findings(found_numbers: Sequence[int], z_report: ZReportFigures) -> tuple[Finding, ...]:
    """Name missing, doubled and foreign document numbers of a shift (the Z-report's own left out)."""
    first, last = z_report.first_number, z_report.last_number
    found = [
        Finding(
            "missing-number",
            f"number {_run(run)}",
            ABSENT,
            "expected",
            f"Нет документов {numbers(*run)}. {PULL_OR_ACCEPT}",
        )
        for run in gaps(found_numbers, first, last)
    ]
    found += [
        Finding(
            "doubled-number",
            f"number {number}",
            str(count),
            "1",
            f"Номер {number} стоит на нескольких документах: {count}. {LOOK_OR_ACCEPT}",
        )
        for number, count in sorted(Counter(found_numbers).items())
        if count > 1
    ]
    if first is not None and last is not None:
        found += [
            Finding(
                "foreign-number",
                f"number {number}",
                str(number),
                f"{first}-{last}",
                f"Документ № {number} не входит в номера Z-отчёта {numbers(first, last)}. {LOOK_OR_ACCEPT}",
            )
            for number in sorted(set(found_numbers))
            if not first <= number <= last
        ]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Annulments:
    """Sales that were annulled, and annulments that fit no sale."""

    annulled: frozenset[UUID]
    findings: tuple[Finding, ...]


def match_annulments(receipts: Sequence[ReceiptFact]) -> Annulments:
    """Find the sale of each annulment in its own shift; name what does not fit."""
    sales = {receipt.fiscal_id: receipt for receipt in receipts if receipt.kind is DocumentKind.SALE}
    annulled: set[UUID] = set()
    findings: list[Finding] = []
    for receipt in receipts:
        if receipt.kind is not DocumentKind.ANNULMENT:
            continue
        sale = sales.get(receipt.target_fiscal_id or "")
        total = format_money(receipt.payable)
        if sale is None or sale.id in annulled:
            why = "нет такой продажи в этой смене" if sale is None else "эта продажа уже аннулирована"
            detail = f"Аннулирование № {receipt.number} на {total}: {why}. {LOOK_OR_ACCEPT}"
            findings.append(Finding("annulment-differs", f"annulment {receipt.number}", total, NOT_GIVEN, detail))
            continue
        annulled.add(sale.id)
        if sale.payable != receipt.payable:
            sold = format_money(sale.payable)
            detail = f"Аннулирование № {receipt.number} на {total}, а его продажа на {sold}. {LOOK_OR_ACCEPT}"
            findings.append(Finding("annulment-differs", f"annulment {receipt.number}", total, sold, detail))
    return Annulments(frozenset(annulled), tuple(findings))


def _run(run: tuple[int, int]) -> str:
    first, last = run
    return str(first) if first == last else f"{first}-{last}"
