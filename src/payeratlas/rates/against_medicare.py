"""Multiples of Medicare: two ratios, which differ and are named.

The ratio of medians says how the middle price compares with the middle of Medicare's; the median of
ratios how the middle organisation compares with Medicare at its own place. Both are over the votes
whose Medicare amount is known, and both are exact to 28 digits; they are rounded when shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from payeratlas.rates.benchmark import Vote
from payeratlas.rates.percentiles import median


def ratio_of_medians(votes: Iterable[Vote]) -> Decimal | None:
    """Median of amounts ÷ median of Medicare's amounts; None where no vote has one."""
    pairs = _pairs(votes)
    if not pairs:
        return None
    return median(amount for amount, _ in pairs) / median(medicare for _, medicare in pairs)


def median_of_ratios(votes: Iterable[Vote]) -> Decimal | None:
    """Median over votes of amount ÷ Medicare's amount there; None where no vote has one."""
    pairs = _pairs(votes)
    return median(amount / medicare for amount, medicare in pairs) if pairs else None


def _pairs(votes: Iterable[Vote]) -> list[tuple[Decimal, Decimal]]:
    return [(v.amount, v.medicare) for v in votes if v.medicare is not None and v.medicare > 0]
