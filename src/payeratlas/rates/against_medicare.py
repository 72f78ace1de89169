"""Multiples of Medicare: two ratios, named."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from payeratlas.rates.benchmark import Vote


def ratio_of_medians(votes: Sequence[Vote]) -> Decimal | None:
    """Median of the amounts over median of Medicare's, of the votes that have a Medicare amount."""
    raise NotImplementedError


def median_of_ratios(votes: Sequence[Vote]) -> Decimal | None:
    """Median over votes of amount ÷ Medicare's amount there; None where none has one."""
    raise NotImplementedError
