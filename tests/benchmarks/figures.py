"""What was measured, and what follows from it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import mean, median

BARE, HEADGATE = "bare", "headgate"


@dataclass(frozen=True, kw_only=True)
class Round:
    """One round of one contender."""

    cases: int
    seconds: float
    completions: list[float]  #: seconds of each
    cpu_ms: dict[str, float]  #: of the whole round, by who used it
    bytes: dict[str, int]  #: grown in the round, by what holds them


@dataclass(kw_only=True)
class Series:
    """All rounds at one number of cases at once; the n-th round of one contender was run beside the n-th of the other."""

    at_once: int
    rounds: dict[str, list[Round]] = field(default_factory=lambda: {BARE: [], HEADGATE: []})


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the table."""

    title: str
    bare: float
    headgate: float
    ratio: float  #: headgate to bare


def lines(series: Series) -> list[Line]:
    """The table of one series."""
    rounds = series.rounds
    parts = list(rounds[BARE][0].cpu_ms)
    return [
        _paired("completions per second (median round)", series, lambda each: len(each.completions) / each.seconds),
        _pooled("completion, p50, ms", series, 0.50),
        _pooled("completion, p99, ms", series, 0.99),
        _mean("CPU ms per case", series, lambda each: sum(each.cpu_ms.values()) / each.cases),
        *(_mean(f"of them {part}", series, lambda each, part=part: each.cpu_ms[part] / each.cases) for part in parts),
        *(
            _mean(f"kB on disk per case, {part}", series, lambda each, part=part: each.bytes[part] / each.cases / 1000)
            for part in rounds[BARE][0].bytes
        ),
    ]


def percentile(values: list[float], share: float) -> float:
    """The smallest value that this share of the values does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _paired(title: str, series: Series, figure: Callable[[Round], float]) -> Line:
    """Medians, and the median of the rounds' own ratios: what disturbs the machine disturbs neighbours alike."""
    bare, headgate = ([figure(each) for each in series.rounds[name]] for name in (BARE, HEADGATE))
    ratio = median(theirs / ours for ours, theirs in zip(bare, headgate, strict=True))
    return Line(title=title, bare=median(bare), headgate=median(headgate), ratio=ratio)


def _pooled(title: str, series: Series, share: float) -> Line:
    bare, headgate = (
        1000 * percentile([value for each in series.rounds[name] for value in each.completions], share)
        for name in (BARE, HEADGATE)
    )
    return Line(title=title, bare=bare, headgate=headgate, ratio=headgate / bare)


def _mean(title: str, series: Series, figure: Callable[[Round], float]) -> Line:
    bare, headgate = (mean(figure(each) for each in series.rounds[name]) for name in (BARE, HEADGATE))
    return Line(title=title, bare=bare, headgate=headgate, ratio=headgate / bare if bare else 1.0)
