"""Hold a real cabinet to what the product relies on; reads only, unless it is told to write."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from smena.cabinets.documents import CabinetDocument, DocumentKind, DocumentPage, UnreadableDocument
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteStatus
from smena.cabinets.port import Cabinet, CabinetError, CabinetRefusedError, PortOperation
from smena.kinds.money import Kopecks, format_money
from smena.kinds.vat import VatRate

UNKNOWN_REGISTER = "000000000"
EXAMPLES_MAX = 5
TRIAL_ARTICLE = "SMENA-VERIFY"
TRIAL_NAME = "Проверка обмена (можно удалить)"
RECEIPTS = frozenset({DocumentKind.SALE, DocumentKind.REFUND})

Document = CabinetDocument | UnreadableDocument


class Verdict(StrEnum):
    """How a check ended: ``not-offered``, the cabinet has no such operation; ``nothing-seen``, there was no data."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_OFFERED = "not-offered"
    NOTHING_SEEN = "nothing-seen"


@dataclass(frozen=True, slots=True)
class Check:
    """One property, how it ended, and what was seen."""

    name: str
    verdict: Verdict
    seen: str


Found = tuple[Verdict, str]


class Verification:
    """One register of one cabinet over one period."""

    def __init__(self, cabinet: Cabinet, register_number: str, start: datetime, end: datetime) -> None:
        self._cabinet = cabinet
        self._register = register_number
        self._start = start
        self._end = end
        self._pages: list[DocumentPage] = []

    async def run(self, *, write: bool = False) -> list[Check]:
        """Every check in its turn; one that fails stops none of the others."""
        checks: list[tuple[str, Callable[[], Awaitable[Found]]]] = [
            ("registers are listed, this one among them", self._registers),
            ("items are listed, each id once", self._items),
            ("the period is read, its pages without gap or overlap", self._period),
            ("every document is understood", self._understood),
            ("every document comes once, in order", self._once),
            ("a second reading gives the same documents", self._repeat),
            ("two halves of the period hold what the whole holds", self._halves),
            ("payments add up to each receipt", self._payments),
            ("lines add up to each receipt", self._lines),
            ("document numbers of a shift have no gap", self._numbers),
            ("Z-reports agree with their receipts", self._z_reports),
            ("an unknown register is refused", self._unknown_register),
        ]
        if write:
            checks.append(("an item is written and read back", self._write))
        found = []
        for name, check in checks:
            try:
                verdict, seen = await check()
            except CabinetError as error:
                verdict, seen = Verdict.FAILED, str(error)
            found.append(Check(name, verdict, seen))
        return found

    async def _registers(self) -> Found:
        if not self._cabinet.capabilities().can(PortOperation.LIST_REGISTERS):
            return Verdict.NOT_OFFERED, "registers come from the configuration alone"
        numbers = [register.number for register in await self._cabinet.list_registers()]
        return _verdict(self._register in numbers), f"{len(numbers)}: {_some(numbers)}"

    async def _items(self) -> Found:
        if not self._cabinet.capabilities().can(PortOperation.LIST_ITEMS):
            return Verdict.NOT_OFFERED, "items are not read"
        items = await self._all_items()
        doubled = [item_id for item_id, count in Counter(item.id for item in items).items() if count > 1]
        bare = sum(not item.barcodes for item in items)
        seen = f"{len(items)} items, {bare} without a barcode"
        return (_verdict(not doubled), f"{seen}; twice: {_some(doubled)}") if doubled else (_of(items), seen)

    async def _period(self) -> Found:
        self._pages = await self._read(self._start, self._end)
        complete = [page for page in self._pages if page.complete]
        joined = all(one.end == other.start for one, other in pairwise(complete))
        whole = bool(complete) and complete[0].start == self._start and complete[-1].end == self._end
        return _verdict(joined and whole), f"{len(self._pages)} pages, {len(self._documents)} documents"

    async def _understood(self) -> Found:
        reasons = Counter(one.reason for one in self._documents if isinstance(one, UnreadableDocument))
        told = "; ".join(f"{count} × {reason}" for reason, count in reasons.most_common(EXAMPLES_MAX))
        kinds = Counter(one.kind.value for one in self._receipts())
        return (Verdict.FAILED, told) if reasons else (_of(self._documents), _counts(kinds))

    async def _once(self) -> Found:
        doubled = [name for name, count in Counter(one.fiscal_id for one in self._documents).items() if count > 1]
        order = [(one.at, one.number) for one in self._receipts()]
        if doubled or order != sorted(order):
            return Verdict.FAILED, f"twice: {_some(doubled)}" if doubled else "out of order"
        return _of(self._documents), f"{len(self._documents)} documents"

    async def _repeat(self) -> Found:
        again = [one for page in await self._read(self._start, self._end) for one in page.documents]
        return self._same(again)

    async def _halves(self) -> Found:
        moments = sorted(one.at for one in self._documents if one.at is not None)
        middle = moments[len(moments) // 2] if moments else self._start + (self._end - self._start) / 2
        pages = [*await self._read(self._start, middle), *await self._read(middle, self._end)]
        return self._same([one for page in pages for one in page.documents])

    async def _payments(self) -> Found:
        sold = self._receipts(RECEIPTS)
        wrong = [one for one in sold if sum(amount for _, amount in one.payments) != one.payable]
        kinds = Counter(kind.value for one in sold for kind, _ in one.payments)
        return self._judged(sold, wrong, _counts(kinds))

    async def _lines(self) -> Found:
        sold = self._receipts(RECEIPTS)
        wrong = [one for one in sold if not _lines_fit(one)]
        rates = Counter(line.vat_rate.value if line.vat_rate else "not given" for one in sold for line in one.lines)
        return self._judged(sold, wrong, f"VAT rates: {_counts(rates)}")

    async def _numbers(self) -> Found:
        shifts: dict[int, set[int]] = {}
        for one in self._documents:
            if one.shift_number is not None and one.number is not None:
                shifts.setdefault(one.shift_number, set()).add(one.number)
        gaps = [
            f"shift {shift}: {number}"
            for shift, numbers in shifts.items()
            for number in range(*self._bounds(shift, numbers))
            if number not in numbers
        ]
        seen = f"{len(shifts)} shifts"
        return (Verdict.FAILED, f"missing in {_some(gaps)}") if gaps else (_of(shifts), seen)

    def _bounds(self, shift: int, numbers: set[int]) -> tuple[int, int]:
        """The first number and the one after the last: a Z-report's, where its whole shift was read, or those seen."""
        given = {
            number
            for one in self._receipts(frozenset({DocumentKind.Z_REPORT}))
            if one.shift_number == shift and one.z_report is not None and self._is_whole(one)
            for number in (one.z_report.first_number, one.z_report.last_number)
            if number is not None
        }
        return min(numbers | given), max(numbers | given) + 1

    def _is_whole(self, z_report: CabinetDocument) -> bool:
        opened = z_report.z_report.opened_at if z_report.z_report is not None else None
        return opened is not None and opened >= self._start

    async def _z_reports(self) -> Found:
        z_reports = self._receipts(frozenset({DocumentKind.Z_REPORT}))
        wrong = [f"shift {one.shift_number}: {told}" for one in z_reports if (told := self._differs(one))]
        return (Verdict.FAILED, _some(wrong)) if wrong else (_of(z_reports), f"{len(z_reports)} Z-reports")

    async def _unknown_register(self) -> Found:
        try:
            async for _ in self._cabinet.read_documents(UNKNOWN_REGISTER, self._start, self._end):
                pass
        except CabinetRefusedError as error:
            return Verdict.PASSED, str(error)
        return Verdict.FAILED, f"register {UNKNOWN_REGISTER} was read as if it were there"

    async def _write(self) -> Found:
        if not self._cabinet.capabilities().can(PortOperation.SAVE_ITEMS):
            return Verdict.NOT_OFFERED, "items are not written"
        held = next((item for item in await self._all_items() if item.article == TRIAL_ARTICLE), None)
        trial = ItemWrite(
            held.id if held else None, TRIAL_NAME, TRIAL_ARTICLE, "шт", None, (), VatRate.TWENTY, None, Kopecks(1)
        )
        (result,) = await self._cabinet.save_items([trial])
        if result.status is ItemWriteStatus.REJECTED:
            return Verdict.FAILED, result.message or "rejected without a reason"
        read = next((item for item in await self._all_items() if item.id == result.id), None)
        agrees = read is not None and (read.name, read.retail_price) == (TRIAL_NAME, Kopecks(1))
        return _verdict(agrees), f"item {result.id}, article {TRIAL_ARTICLE}: {result.status.value}"

    @property
    def _documents(self) -> list[Document]:
        return [one for page in self._pages for one in page.documents]

    def _receipts(self, kinds: frozenset[DocumentKind] | None = None) -> list[CabinetDocument]:
        readable = [one for one in self._documents if isinstance(one, CabinetDocument)]
        return readable if kinds is None else [one for one in readable if one.kind in kinds]

    async def _read(self, start: datetime, end: datetime) -> list[DocumentPage]:
        return [page async for page in self._cabinet.read_documents(self._register, start, end)]

    async def _all_items(self) -> list[CabinetItem]:
        return [item async for page in self._cabinet.list_items() for item in page]

    def _same(self, again: Sequence[Document]) -> Found:
        before = {one.fiscal_id: one for one in self._documents}
        after = {one.fiscal_id: one for one in again}
        moved = [name or "?" for name in {**before, **after} if before.get(name) != after.get(name)]
        if moved or len(again) != len(self._documents):
            return Verdict.FAILED, f"{len(again)} documents, differing: {_some(moved)}"
        return _of(again), f"{len(again)} documents"

    @staticmethod
    def _judged(sold: Sequence[CabinetDocument], wrong: Sequence[CabinetDocument], seen: str) -> Found:
        if wrong:
            return Verdict.FAILED, f"{len(wrong)} of {len(sold)}: {_some([one.fiscal_id for one in wrong])}"
        return _of(sold), f"{len(sold)} receipts; {seen}"

    def _differs(self, z_report: CabinetDocument) -> str | None:
        """Sales in which a Z-report and the receipts read differ, where the whole shift lies in the period."""
        figures = z_report.z_report
        if figures is None or not self._is_whole(z_report):
            return None
        own = [
            one
            for one in self._receipts(frozenset({DocumentKind.SALE}))
            if one.shift_number == z_report.shift_number and one.at <= z_report.at
        ]
        total = sum(one.payable for one in own)
        if figures.sales_sum is not None and figures.sales_sum != total:
            return f"sales {format_money(total)}, in the Z-report {format_money(figures.sales_sum)}"
        if figures.sales_count is not None and figures.sales_count != len(own):
            return f"{len(own)} sales, in the Z-report {figures.sales_count}"
        return None


def _lines_fit(document: CabinetDocument) -> bool:
    """Whether line sums stand before discounts or after them, one reading gives the receipt's total."""
    before = sum(line.amount for line in document.lines)
    after = sum(line.amount + line.discount - line.markup for line in document.lines)
    gross = document.payable + document.discount - document.markup
    return bool(document.lines) and gross in {before, after} and document.gross in {None, gross}


def _verdict(good: bool) -> Verdict:
    return Verdict.PASSED if good else Verdict.FAILED


def _of(seen: object) -> Verdict:
    return Verdict.PASSED if seen else Verdict.NOTHING_SEEN


def _counts(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "none"


def _some(names: Sequence[object]) -> str:
    more = f" and {len(names) - EXAMPLES_MAX} more" if len(names) > EXAMPLES_MAX else ""
    return ", ".join(str(name) for name in names[:EXAMPLES_MAX]) + more
