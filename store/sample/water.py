"""How much water the sample's customers use: a small table derived from real bills, and draws from it.

Derived from `billed-use.csv.gz`, the billed use of Santa Monica, California, 2014 to 2016 (City of Santa Monica open data,
by way of California-Data-Collaborative/RateParser, commit c100692, MIT licence): quantiles of customers' mean two-month
use by class, mean use of each month against the year's, and the share of zero bills. No customer's record is in it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from random import Random

QUANTILES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


@dataclass(frozen=True, kw_only=True)
class UseOfClass:
    """What the real bills say of one class of accounts."""

    mean_ccf: tuple[float, ...]  #: of two months, at QUANTILES of the customers
    season: tuple[float, ...]  #: bill of January to December against the mean
    scatter: float  #: standard deviation of the logarithm, from bill to bill, without leaks and the like
    zero: float  #: share of bills without any use


USE: dict[str, UseOfClass] = {
    "residential": UseOfClass(
        mean_ccf=(3.2, 6.6, 9.5, 13.4, 16.7, 20.3, 23.8, 27.9, 32.6, 39.6, 50.7, 63.2, 108.2),
        season=(0.898, 0.872, 0.849, 0.871, 0.966, 1.075, 1.141, 1.142, 1.115, 1.088, 1.031, 0.952),
        scatter=0.15,
        zero=0.004,
    ),
    "multifamily": UseOfClass(
        mean_ccf=(2.7, 4.8, 6.8, 11.1, 18.4, 27.3, 36.3, 46.8, 58.5, 75.7, 116.6, 178.0, 383.5),
        season=(1.003, 0.999, 0.982, 0.963, 0.978, 1.007, 1.022, 1.022, 1.012, 1.005, 1.002, 1.003),
        scatter=0.12,
        zero=0.004,
    ),
    "commercial": UseOfClass(
        mean_ccf=(2.0, 3.2, 4.9, 8.4, 13.5, 21.3, 31.5, 43.0, 69.7, 116.1, 277.9, 552.2, 1503.6),
        season=(0.982, 1.001, 0.997, 0.981, 0.976, 0.979, 0.997, 1.012, 1.022, 1.034, 1.026, 0.992),
        scatter=0.17,
        zero=0.03,
    ),
    "irrigation": UseOfClass(
        mean_ccf=(2.4, 3.9, 5.6, 7.9, 11.2, 12.9, 15.0, 20.3, 28.0, 48.8, 124.4, 207.2, 515.7),
        season=(0.904, 0.833, 0.8, 0.827, 0.958, 1.09, 1.167, 1.185, 1.145, 1.091, 1.025, 0.975),
        scatter=0.3,
        zero=0.08,
    ),
}
# Hydrant meters are in no public record: a builder uses water like a small shop, and often none.
USE["construction"] = UseOfClass(
    mean_ccf=USE["commercial"].mean_ccf, season=USE["commercial"].season, scatter=0.5, zero=0.2
)


def mean_use_ccf(account_class: str, random: Random) -> float:
    """What a customer of this class uses in two months on average, drawn from the real distribution."""
    share = min(max(random.random(), QUANTILES[0]), QUANTILES[-1])
    points = zip(QUANTILES, USE[account_class].mean_ccf, strict=True)
    for (low, low_ccf), (high, high_ccf) in pairwise(points):
        if share <= high:
            return low_ccf + (high_ccf - low_ccf) * (share - low) / (high - low)
    return USE[account_class].mean_ccf[-1]


def period_use_ccf(account_class: str, mean_ccf: float, garden: float, month: int, days: int, random: Random) -> float:
    """What a customer uses in one period that ends in `month`; `garden` says how much of the season they follow."""
    use = USE[account_class]
    if random.random() < use.zero:
        return 0.0
    season = 1 + (use.season[month - 1] - 1) * garden
    return mean_ccf * days / 61 * season * math.exp(random.gauss(0, use.scatter))
