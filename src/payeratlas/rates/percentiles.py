"""Percentiles, intervals and fences on exact decimals. Nothing is rounded but by ``cents``."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction


def quantile(values: Sequence[Decimal], p: Fraction) -> Decimal:
    """Hyndman-Fan 7 quantile of values (in any order), exact. ``p`` in [0, 1]; not empty."""
    raise NotImplementedError


def cms_quantile(values: Sequence[Decimal], p: Fraction) -> Decimal:
    """CMS's: one that falls between two observations is the next highest observed value."""
    raise NotImplementedError


def weighted_quantile(values: Sequence[tuple[Decimal, Decimal]], p: Fraction) -> Decimal:
    """Quantile of (value, weight) pairs: the least value whose cumulated weight reaches p, and the
    mean of it and the next one where it is reached exactly."""
    raise NotImplementedError


def median_interval(values: Sequence[Decimal]) -> tuple[Decimal, Decimal] | None:
    """Interval of the median of at least 95 % by order statistics; None under six values."""
    raise NotImplementedError


def log_fence(values: Sequence[Decimal]) -> tuple[Decimal, Decimal] | None:
    """Log-Tukey bounds of positive values: 1.5 interquartile ranges of the logarithms beyond the
    quartiles, the range capped at 1; None under forty values."""
    raise NotImplementedError


def cents(value: Decimal) -> Decimal:
    """Rounded half up to the cent: for showing only."""
    raise NotImplementedError
