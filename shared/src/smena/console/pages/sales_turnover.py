"""Turnover by day: what the chart and the table of «Загрузка продаж» show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from smena.console.pages.yesterday import CASH, kopecks

CHART_HEIGHT = 150
LABEL_HEIGHT = 18
CHART_WIDTH = 720
STEP_LEAST, STEP_MOST = 14, 56
LABEL_WIDTH = 44
"""All in the drawing's own units: pixels at a hundred per cent."""


@dataclass
class DayTotal:
    """One day of the registers shown; sums in kopecks. ``net`` is revenue, without certificates and advances sold."""

    date: str
    net: int = 0
    cash: int = 0
    cashless: int = 0
    sales: int = 0
    refunds: int = 0
    annulments: int = 0
    documents: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the chart; ``label`` is empty where the labels would touch."""

    date: str
    net: int
    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars over a base line, and how large the drawing is."""

    width: float
    height: float
    base: float
    bars: list[Bar] = field(default_factory=list)


def by_day(rows: Iterable[Mapping[str, Any]]) -> list[DayTotal]:
    """The registers' turnover added up by day, oldest first."""
    days: dict[str, DayTotal] = {}
    for row in rows:
        day = days.setdefault(row["date"], DayTotal(row["date"]))
        day.net += kopecks(row["net"]) - kopecks(row["not_revenue"])
        day.sales += kopecks(row["sales"]["sum"])
        day.refunds += kopecks(row["refunds"]["sum"])
        day.annulments += kopecks(row["annulments"]["sum"])
        day.documents += sum(int(row[kind]["count"]) for kind in ("sales", "refunds", "annulments"))
        for payment in row["payments"]:
            if payment["kind"] == CASH:
                day.cash += kopecks(payment["net"])
            else:
                day.cashless += kopecks(payment["net"])
    return [days[date] for date in sorted(days)]


def total_of(days: Iterable[DayTotal]) -> DayTotal:
    """The days added up."""
    whole = DayTotal("")
    for day in days:
        for name in ("net", "cash", "cashless", "sales", "refunds", "annulments", "documents"):
            setattr(whole, name, getattr(whole, name) + getattr(day, name))
    return whole


def chart_of(days: list[DayTotal]) -> Chart:
    """The chart's geometry; a day that gave back more than it sold goes below the line."""
    step = min(STEP_MOST, max(STEP_LEAST, CHART_WIDTH / max(1, len(days))))
    highest = max([day.net for day in days] + [0])
    lowest = min([day.net for day in days] + [0])
    scale = CHART_HEIGHT / max(1, highest - lowest)
    base = highest * scale
    every = max(1, round(LABEL_WIDTH / step))
    bars = [
        Bar(
            date=day.date,
            net=day.net,
            x=round(place * step + 1, 2),
            y=round(base - max(0, day.net) * scale, 2),
            width=round(step - 2, 2),
            height=round(max(1.0, abs(day.net) * scale), 2),
            label=f"{day.date[8:]}.{day.date[5:7]}" if place % every == 0 else "",
        )
        for place, day in enumerate(days)
    ]
    return Chart(max(step * len(days), LABEL_WIDTH), CHART_HEIGHT + LABEL_HEIGHT, round(base, 2), bars)
