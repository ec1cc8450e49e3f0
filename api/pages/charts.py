"""Plots that the server draws: columns by week, and bars by length, each in the units of its own view box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 720
HEIGHT: Final = 220
LEFT: Final = 40
BOTTOM: Final = 26
TOP: Final = 10
ROW: Final = 34  #: of a bar and its room
LABELS: Final = 240  #: room for the names of bars


@dataclass(frozen=True, kw_only=True)
class Series:
    """One row of numbers, a column each."""

    name: str
    look: str  #: class: `use`, `before`, `late`
    values: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class Box:
    """A drawn number."""

    x: float
    y: float
    width: float
    height: float
    look: str
    says: str


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A word or a line of the grid."""

    x: float
    y: float
    text: str
    soft: bool = False  #: says more about the word above it


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A plot with what it asks, its legend and its drawing."""

    key: str  #: stands in the ids of the page
    asks: str  #: the question that it answers
    answer: str  #: in a sentence
    width: int
    height: int
    boxes: Sequence[Box]
    labels: Sequence[Mark]
    grid: Sequence[Mark]
    legend: Sequence[tuple[str, str]]  #: look and name


def columns(
    key: str, *, asks: str, answer: str, names: Sequence[str], series: Sequence[Series], stacked: bool
) -> Chart:
    """A plot with a column for each name: its series above or beside each other."""
    sums = [sum(each.values[n] for each in series) for n in range(len(names))]
    highest = max(sums if stacked else [value for each in series for value in each.values], default=0)
    top = _round_up(highest)
    room, slot = HEIGHT - BOTTOM - TOP, (WIDTH - LEFT) / max(1, len(names))
    width = slot * 0.7 / (1 if stacked else max(1, len(series)))
    boxes = []
    for n, name in enumerate(names):
        base = float(HEIGHT - BOTTOM)
        for place, each in enumerate(series):
            height = each.values[n] / top * room
            x = LEFT + n * slot + slot * 0.15 + (0 if stacked else place * width)
            y = (base if stacked else HEIGHT - BOTTOM) - height
            base = y if stacked else base
            says = f"{name}, {each.name}: {each.values[n]}"
            boxes.append(
                Box(
                    x=round(x, 1),
                    y=round(y, 1),
                    width=round(width, 1),
                    height=round(height, 1),
                    look=each.look,
                    says=says,
                )
            )
    return Chart(
        key=key,
        asks=asks,
        answer=answer,
        width=WIDTH,
        height=HEIGHT,
        boxes=boxes,
        labels=[Mark(x=round(LEFT + n * slot + slot / 2, 1), y=HEIGHT - 8, text=name) for n, name in enumerate(names)],
        grid=[
            Mark(x=LEFT, y=round(HEIGHT - BOTTOM - room * part / 4, 1), text=f"{top * part / 4:g}") for part in range(5)
        ],
        legend=[(each.look, each.name) for each in series],
    )


def bars(key: str, *, asks: str, answer: str, rows: Sequence[tuple[str, str, float, str]], look: str = "use") -> Chart:
    """A plot with a bar for each row: its name and what stands below that, its length and what is written beside it."""
    longest = max((length for _name, _below, length, _says in rows), default=0) or 1
    boxes, labels = [], []
    for n, (name, below, length, says) in enumerate(rows):
        y, width = n * ROW, round(max(1.0, length / longest * (WIDTH - LABELS - 110)), 1)
        boxes.append(Box(x=LABELS, y=y + 5, width=width, height=ROW - 14, look=look, says=f"{name} ({below}): {says}"))
        labels += [
            Mark(x=0, y=y + 13, text=_short(name)),
            Mark(x=0, y=y + 26, text=_short(below), soft=True),
            Mark(x=LABELS + width + 6, y=y + 18, text=says),
        ]
    return Chart(
        key=key,
        asks=asks,
        answer=answer,
        width=WIDTH,
        height=ROW * max(1, len(rows)),
        boxes=boxes,
        labels=labels,
        grid=(),
        legend=(),
    )


def _short(name: str) -> str:
    return name if len(name) <= 42 else f"{name[:41]}…"


def _round_up(value: int) -> int:
    """The next number that four steps divide well."""
    step = 4
    while step < value:
        for factor in (2, 3, 5, 10):
            if value <= step * factor:
                return step * factor
        step *= 10
    return step
