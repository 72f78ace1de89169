"""Percentiles, intervals and fences on exact decimals. Nothing is rounded but by :func:`cents`.

Definitions differ, and on few values they differ much: of ten values 1 to 10, the tenth percentile
is 1, 1.9 or 2. Ours is number 7 of Hyndman and Fan (linear between order statistics); CMS's, for
the allowed amounts of hospitals, is the next highest observed value.

Sources: Hyndman and Fan, Sample Quantiles in Statistical Packages, 1996; 45 CFR 180.50 and CMS
hospital-price-transparency, data dictionary 3.0; Conover, Practical Nonparametric Statistics
(interval of a quantile by order statistics).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact
from fractions import Fraction
from functools import lru_cache
from math import isqrt

from payeratlas.rates.benchmark import LEAST_FOR_MEDIAN

P10 = Fraction(1, 10)
P25 = Fraction(1, 4)
MEDIAN = Fraction(1, 2)
P75 = Fraction(3, 4)
P90 = Fraction(9, 10)

LEAST_FOR_FENCE = 40
WIDEST_RANGE = Decimal(1)  # of natural logarithms
REACH = Decimal("1.5")
_OUTSIDE = Fraction(1, 20)
_A_CENT = Decimal("0.01")
_FENCE = Decimal("0.0001")
# Amounts have 18 digits at most; a tenth of a difference has one more.
_EXACT = Context(prec=60, traps=[Inexact])


def quantile(values: Iterable[Decimal], p: Fraction) -> Decimal:
    """Hyndman-Fan 7 quantile of values in any order, exact.

    ``p`` is in [0, 1], in parts that decimals can hold (tenths, quarters). ValueError where there
    is no value.
    """
    return quantiles(values, (p,))[0]


def quantiles(values: Iterable[Decimal], ps: Iterable[Fraction]) -> tuple[Decimal, ...]:
    """Several quantiles of the same values: see :func:`quantile`."""
    ordered = _ordered(values)
    return tuple(_seven(ordered, p) for p in ps)


def median(values: Iterable[Decimal]) -> Decimal:
    """The middle value, or the mean of the two in the middle; ValueError where there is none."""
    return quantile(values, MEDIAN)


def cms_quantile(values: Iterable[Decimal], p: Fraction) -> Decimal:
    """CMS's: one that falls between two observations is the next highest observed value."""
    ordered = _ordered(values)
    return ordered[min(len(ordered) - 1, p.numerator * len(ordered) // p.denominator)]


def weighted_quantile(values: Iterable[tuple[Decimal, Decimal]], p: Fraction) -> Decimal:
    """Quantile of (value, weight) pairs: the least value whose cumulated weight is more than the
    share ``p`` of all, or the mean of it and the value before where that reaches ``p`` exactly.

    Weights are above zero; with equal weights the median is :func:`median`.
    """
    ordered = sorted(values)
    if not ordered or any(weight <= 0 for _, weight in ordered):
        raise ValueError("a quantile needs values, with weights above zero")
    wanted = p * sum((Fraction(weight) for _, weight in ordered), Fraction(0))
    reached = Fraction(0)
    for index, (value, weight) in enumerate(ordered):
        reached += Fraction(weight)
        if reached > wanted or index == len(ordered) - 1:
            return value
        if reached == wanted:
            return _decimal((Fraction(value) + Fraction(ordered[index + 1][0])) / 2)
    raise AssertionError("the last value always answers")


def median_interval(values: Iterable[Decimal]) -> tuple[Decimal, Decimal] | None:
    """Interval of the median, whatever the distribution; None under six values.

    Ends are order statistics: those of :func:`median_ranks`.
    """
    ordered = sorted(values)
    if len(ordered) < LEAST_FOR_MEDIAN:
        return None
    low, high, _ = median_ranks(len(ordered))
    return ordered[low - 1], ordered[high - 1]


@lru_cache(maxsize=4096)
def median_ranks(n: int) -> tuple[int, int, Fraction]:
    """Ranks (from 1) of the narrowest interval that covers the median in at least 95 of 100
    samples, and in how many it does; of several equally narrow ones that of the lowest rank.

    Six values: 1st to 6th (0.969). Eleven: 2nd to 9th (0.961); twenty: 6th to 15th (0.959); forty:
    13th to 26th (0.951). Equal tails are wider or as wide: eleven, 2nd to 10th; forty, 14th to
    27th. ValueError under six.
    """
    if n < LEAST_FOR_MEDIAN:
        raise ValueError(f"{n} values have no interval of the median at this level")
    all_samples = 1 << n
    allowed = _OUTSIDE * all_samples
    # Tails: in how many of the 2**n samples at most j values lie below the median. Only those
    # near the largest that is allowed are of use, and each is a number of n bits.
    tails: deque[tuple[int, int]] = deque(maxlen=isqrt(n) + 8)
    ways, tail, j = 1, 1, 0
    while tail <= allowed:
        tails.append((j, tail))
        ways = ways * (n - j) // (j + 1)
        j += 1
        tail += ways
    best = max(
        (below + above, -below, -(tail_below + tail_above))
        for below, tail_below in tails
        for above, tail_above in tails
        if tail_below + tail_above <= allowed
    )
    left_out, below, outside = best[0], -best[1], -best[2]
    covered = 1 - Fraction(outside, all_samples)
    return below + 1, n - (left_out - below), covered


def log_fence(values: Iterable[Decimal]) -> tuple[Decimal, Decimal] | None:
    """Log-Tukey bounds of positive values; None under forty.

    1.5 interquartile ranges of the natural logarithms beyond the quartiles, the range capped at 1
    so that a series of two worlds does not fence in both. To the hundredth of a cent.
    """
    ordered = sorted(values)
    if len(ordered) < LEAST_FOR_FENCE:
        return None
    if ordered[0] <= 0:
        raise ValueError("a fence of logarithms needs amounts above zero")
    lower, upper = (_between(ordered, p) for p in (P25, P75))
    reach = REACH * min(upper - lower, WIDEST_RANGE)
    return (
        (lower - reach).exp().quantize(_FENCE),
        (upper + reach).exp().quantize(_FENCE),
    )


def cents(value: Decimal) -> Decimal:
    """Rounded half up to the cent: for showing only."""
    return value.quantize(_A_CENT, rounding=ROUND_HALF_UP)


def _ordered(values: Iterable[Decimal]) -> list[Decimal]:
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no value has no quantile")
    return ordered


def _place(n: int, p: Fraction) -> tuple[int, Fraction]:
    """The order statistic (from 0) at or below the quantile, and how far beyond it that lies."""
    place = p * (n - 1)
    below = place.numerator // place.denominator
    return below, place - below


def _seven(ordered: Sequence[Decimal], p: Fraction) -> Decimal:
    below, part = _place(len(ordered), p)
    if not part:
        return ordered[below]
    low, high = Fraction(ordered[below]), Fraction(ordered[below + 1])
    return _decimal(low + part * (high - low))


def _between(ordered: Sequence[Decimal], p: Fraction) -> Decimal:
    """The quantile of the logarithms: no exact number, so rounded as decimals are."""
    below, part = _place(len(ordered), p)
    low = ordered[below].ln()
    if not part:
        return low
    return low + Decimal(part.numerator) / part.denominator * (ordered[below + 1].ln() - low)


def _decimal(value: Fraction) -> Decimal:
    return _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
