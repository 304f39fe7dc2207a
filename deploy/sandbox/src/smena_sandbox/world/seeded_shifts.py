"""Days of trade at the seeded shop: every kind of document, every way to pay, each shift from opening to Z-report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from smena_sandbox.clock import minsk_ms
from smena_sandbox.world.cabinet import Cabinet
from smena_sandbox.world.model import CatalogueItem, Document, Kind, Line, Payments, half_up
from smena_sandbox.world.till import Till

CHANGE_MONEY = 10_000
"""Kopecks put into the drawer in the morning."""

REFUND_EVERY, REFUND_AT = 20, 9
ANNULMENT_EVERY, ANNULMENT_AT = 25, 4
FREE_LINE = "Свободный чек"


@dataclass(slots=True)
class FreeLines:
    """Spreads exactly ``wanted`` free-form lines evenly over ``sales`` sales."""

    wanted: int
    sales: int
    seen: int = 0

    def next(self) -> int:
        """How many free-form lines the next sale carries."""
        if self.seen >= self.sales:
            return 0
        before = self.seen * self.wanted // self.sales
        self.seen += 1
        return self.seen * self.wanted // self.sales - before


def is_refund(slot: int) -> bool:
    """Whether the receipt of that slot of the day is a refund."""
    return slot % REFUND_EVERY == REFUND_AT


def seeded_shifts(
    cabinet: Cabinet,
    items: Sequence[CatalogueItem],
    *,
    seed: int,
    first_day: datetime,
    days: int,
    receipts: int,
    free_lines: int,
) -> None:
    """Fill the tills; ``first_day`` is a naive Minsk midnight, ``receipts`` the number per register and day."""
    sales = sum(not is_refund(slot) for slot in range(receipts)) * days * len(cabinet.tills)
    free = FreeLines(free_lines, sales)
    for n in range(days):
        day = first_day + timedelta(days=n)
        for position, till in enumerate(cabinet.tills.values()):
            random = Random(f"{seed}|{till.number}|{day:%Y-%m-%d}")
            # The last register works over midnight every third day, never out of a month: such a shift
            # waits for a person to choose its day, and the demo has none.
            late = position == len(cabinet.tills) - 1 and n % 3 == 1 and (day + timedelta(days=1)).day != 1
            _Day(till, items, random, free, _prices(cabinet, items)).work(day, receipts, late=late)


def _prices(cabinet: Cabinet, items: Sequence[CatalogueItem]) -> dict[int, int]:
    """The till sells at the cabinet's price; what the cabinet does not hold yet, at the list price."""
    prices = {item.good_id: item.retail_price for item in items}
    prices.update((good.good_id, good.sell_price) for good in cabinet.goods.values() if good.sell_price is not None)
    return prices


class _Day:
    """One register's day."""

    def __init__(
        self, till: Till, items: Sequence[CatalogueItem], random: Random, free: FreeLines, prices: dict[int, int]
    ) -> None:
        self.till, self.items, self.random, self.free, self.prices = till, items, random, free, prices
        self.sold: list[Document] = []

    def work(self, day: datetime, receipts: int, *, late: bool) -> None:
        """Open, take change money, ring, hand the cash over, close."""
        opening = minsk_ms(day + timedelta(hours=8, seconds=self.random.randint(0, 1800)))
        closing = minsk_ms(day + timedelta(hours=24 if late else 21, seconds=self.random.randint(1200, 3000)))
        self.till.open(opening)
        self.till.move_cash(Kind.DEPOSIT, CHANGE_MONEY, at=opening + 60_000)
        start, step = opening + 120_000, (closing - opening - 300_000) // max(1, receipts)
        for slot in range(receipts):
            at = start + slot * step + self.random.randrange(max(1, step // 3))
            if step > 10_000:
                at -= at % 1000
            refunded = self._refund(at) if is_refund(slot) else False
            if not refunded:
                sale = self._sale(at)
                if slot % ANNULMENT_EVERY == ANNULMENT_AT:
                    self.till.annul(sale, at=at + step // 3)
                else:
                    self.sold.append(sale)
        self._hand_over(closing - 60_000)
        self.till.close(closing)

    def _sale(self, at: int) -> Document:
        lines = [self._line() for _ in range(self.random.choice((1, 1, 2, 2, 3, 4, 5, 7)))]
        free = self.free.next()
        lines += [Line(None, FREE_LINE, 1000, self.random.randint(100, 5000)) for _ in range(free)]
        net = sum(line.amount - line.discount + line.allowance for line in lines)
        discount = half_up(net * 10, self.random.randint(3, 7)) if self.random.random() < 0.08 else 0
        return self.till.ring(Kind.SALE, lines, self._payments(net - discount), at=at, discount=discount)

    def _line(self) -> Line:
        item = self.random.choice(self.items)
        weighed = item.unit == "кг"
        quantity = self.random.randint(120, 2900) if weighed else 1000 * self.random.choice((1, 1, 1, 2, 3, 6))
        line = Line(item.good_id, item.name, quantity, half_up(quantity, self.prices[item.good_id]))
        chance = self.random.random()
        if chance < 0.10:
            line.discount = min(half_up(line.amount * 10, self.random.randint(5, 20)), line.amount - 1)
        elif chance < 0.11:
            line.allowance = 10
        return line

    def _payments(self, total: int) -> Payments:
        chance = self.random.random()
        if chance < 0.45:
            return Payments(cash=total)
        if chance < 0.87:
            return Payments(no_cash=total)
        if chance < 0.95:
            cash = total * self.random.randint(20, 80) // 100
            return Payments(cash=cash, no_cash=total - cash)
        return Payments(other=total)

    def _refund(self, at: int) -> bool:
        """Give back one line of an earlier sale that had no discount on the whole receipt."""
        fit = [
            sale for sale in self.sold if sale.discount == sum(line.discount for line in sale.lines) and sale.payable
        ]
        if not fit:
            return False
        sale = self.random.choice(fit)
        self.sold.remove(sale)
        line = self.random.choice(sale.lines)
        amount = line.amount - line.discount + line.allowance
        cash = min(amount, sale.cash)
        no_cash = min(amount - cash, sale.no_cash)
        paid = Payments(cash, no_cash, amount - cash - no_cash)
        self.till.ring(Kind.REFUND, [line], paid, at=at)
        return True

    def _hand_over(self, at: int) -> None:
        signs = {Kind.SALE: 1, Kind.DEPOSIT: 1, Kind.REFUND: -1, Kind.ANNULMENT: -1, Kind.WITHDRAWAL: -1}
        shift = self.till.open_shift
        drawer = sum(signs[document.kind] * document.cash for document in shift.documents) if shift else 0
        amount = drawer // 1000 * 1000 - CHANGE_MONEY
        if amount > 0:
            self.till.move_cash(Kind.WITHDRAWAL, amount, at=at)
