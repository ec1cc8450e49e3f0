"""An account's consumption, period by period, beside a year before and the neighbours' median: what the page draws as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from api.pages import words
from api.texts import month
from store.tables.utility import Bill

PERIODS: Final = 12
WIDTH: Final = 720
HEIGHT: Final = 240
LEFT: Final = 44
BOTTOM: Final = 28
TOP: Final = 12


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One period: its use, that of the same period a year before, and the neighbours' median."""

    label: str  #: `Feb 2026`
    use: str
    before: str  #: "" when it is not known
    neighbours: str  #: the same
    x: float
    width: float
    y: float
    height: float
    before_y: float
    before_height: float
    neighbours_y: float | None


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the grid."""

    y: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Plot:
    """The whole picture, in units of its own view box."""

    bars: Sequence[Bar]
    grid: Sequence[Line]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM


def plot(bills: Sequence[Bill], neighbours: Mapping[date, Decimal] | None = None) -> Plot | None:
    """The last twelve periods of these bills (the newest first), None without any; `neighbours` by the end of a period."""
    medians = neighbours or {}
    shown = list(reversed(bills[:PERIODS]))
    if not shown:
        return None
    before = {bill.id: _year_before(bill, bills) for bill in shown}
    highest = max(
        [bill.use_ccf for bill in shown]
        + [use for use in before.values() if use is not None]
        + [*medians.values(), Decimal(1)]
    )
    top = _round_up(highest)
    room = HEIGHT - BOTTOM - TOP
    slot = (WIDTH - LEFT) / len(shown)
    bars = []
    for number, bill in enumerate(shown):
        last, median = before[bill.id], medians.get(bill.period_end)
        height = float(max(bill.use_ccf, Decimal(0)) / top) * room
        last_height = float(max(last or Decimal(0), Decimal(0)) / top) * room
        bars.append(
            Bar(
                label=month(bill.period_end),
                use=words.ccf(bill.use_ccf),
                before=words.ccf(last),
                neighbours=words.ccf(median),
                x=round(LEFT + number * slot + slot * 0.1, 1),
                width=round(slot * 0.38, 1),
                y=round(HEIGHT - BOTTOM - height, 1),
                height=round(height, 1),
                before_y=round(HEIGHT - BOTTOM - last_height, 1),
                before_height=round(last_height, 1),
                neighbours_y=None if median is None else round(HEIGHT - BOTTOM - float(median / top) * room, 1),
            )
        )
    grid = [Line(y=round(HEIGHT - BOTTOM - room * part / 4, 1), label=f"{top * part / 4:g}") for part in range(5)]
    return Plot(bars=bars, grid=grid)


def _year_before(bill: Bill, bills: Sequence[Bill]) -> Decimal | None:
    target = bill.period_end - timedelta(days=365)
    near = [other for other in bills if abs((other.period_end - target).days) <= 20]
    return min(near, key=lambda other: abs((other.period_end - target).days)).use_ccf if near else None


def _round_up(value: Decimal) -> Decimal:
    for step in (4, 8, 12, 20, 40, 80, 120, 200, 400, 800, 1200, 2000, 4000):
        if value <= step:
            return Decimal(step)
    return value
