"""The grade of a cell, 1 (weak) to 5: how far its median may be relied on, and why not further.

A cell starts at 5 and loses one for each of these; each has its code. A grade is not below 1.

=====================  ============================================================================
few_organisations      fewer than 30 organisations
very_few               fewer than 11 (one more)
wide_interval          the interval of the median is wider than half of the median
not_comparable         fewer than half of the rates have a Medicare price beside them, or the bill
                       type is unclear: nothing public judges the amounts
out_of_tight_bounds    of rates with a Medicare price, more than one in ten is outside 0.5 to 30
                       times it (inpatients 0.9 to 10 times)
old_files              a file is more than a year older than the day of the grade, or has no day
many_set_aside         more than half of the posted rows were set aside
publishers_disagree    payers' and hospitals' files have medians more than 20 % apart (10 % from
                       15,000 dollars on)
=====================  ============================================================================

``publishers_agree`` gains one: payers' and hospitals' files say the same of one thing, which is the
best evidence there is. Sources: bounds and agreement are those of published confidence grades
(Turquoise Health, Clear Rates); least numbers are those of this benchmark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from payeratlas.rates.benchmark import (
    LEAST_FOR_MEDIAN,
    LEAST_FOR_QUARTILES,
    LEAST_FOR_TAILS,
    Series,
    Vote,
)
from payeratlas.rates.percentiles import median
from payeratlas.rates.strictness import in_bounds

REASONS = (
    "few_organisations",
    "very_few",
    "wide_interval",
    "not_comparable",
    "out_of_tight_bounds",
    "old_files",
    "many_set_aside",
    "publishers_disagree",
    "publishers_agree",
)
"""Every reason code, in the order in which they are given."""

WIDEST = Decimal("0.5")
LEAST_IN_BOUNDS = Decimal("0.9")
OLDEST = timedelta(days=365)
DEAR = Decimal(15_000)
APART = Decimal("0.2")
APART_DEAR = Decimal("0.1")


def grade(
    series: Series,
    votes: Sequence[Vote],
    interval: tuple[Decimal, Decimal] | None,
    *,
    day: date | None,
    as_of: date,
    read: int,
    kept: int,
    medians: Mapping[str, Decimal],
) -> tuple[int | None, tuple[str, ...]]:
    """Grade and reason codes; None, with ``very_few``, where too few organisations show a median.

    ``day`` is that of the oldest file of the cell (None: one prints none), ``as_of`` the day for
    which it is graded. ``read`` and ``kept`` are posted rows of the cell. ``medians`` are those by
    kind of publisher (payer, hospital), each from enough organisations for a median.
    """
    if len(votes) < LEAST_FOR_MEDIAN:
        return None, ("very_few",)
    found: set[str] = set()
    if len(votes) < LEAST_FOR_TAILS:
        found.add("few_organisations")
    if len(votes) < LEAST_FOR_QUARTILES:
        found.add("very_few")
    middle = median(vote.amount for vote in votes)
    if interval is None or interval[1] - interval[0] > WIDEST * middle:
        found.add("wide_interval")
    found |= _against_medicare(series, votes)
    if day is None or as_of - day > OLDEST:
        found.add("old_files")
    if kept * 2 < read:
        found.add("many_set_aside")
    if len(medians) > 1:
        agree = _agree(tuple(medians.values()))
        found.add("publishers_agree" if agree else "publishers_disagree")
    gained = "publishers_agree" in found
    lost = len(found) - gained
    return min(5, max(1, 5 - lost + gained)), tuple(code for code in REASONS if code in found)


def _against_medicare(series: Series, votes: Sequence[Vote]) -> set[str]:
    tested = [vote for vote in votes if vote.medicare is not None]
    if series.bill_type == "unclear" or len(tested) * 2 < len(votes):
        return {"not_comparable"}
    inside = sum(
        in_bounds(series, vote.amount, vote.medicare)
        for vote in tested
        if vote.medicare is not None
    )
    return set() if inside >= LEAST_IN_BOUNDS * len(tested) else {"out_of_tight_bounds"}


def _agree(medians: Sequence[Decimal]) -> bool:
    low, high = min(medians), max(medians)
    return high - low <= (APART_DEAR if low >= DEAR else APART) * low
