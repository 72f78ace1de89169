"""Medians under other weights than one organisation one vote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from payeratlas.model.facts import Unknown
from payeratlas.rates.benchmark import Vote


def median_by_npi(votes: Iterable[Vote]) -> Decimal | Unknown:
    """Median of votes weighted by NPIs; an organisation whose NPIs are not printed counts none."""
    raise NotImplementedError


def median_by_volume(
    votes: Iterable[Vote], volume: Mapping[str, Decimal] | None
) -> Decimal | Unknown:
    """Median of votes weighted by Medicare's volume of the code, by organisation.

    ``volume`` None: no utilization is on hand, and the median is Unknown (not_covered).
    """
    raise NotImplementedError
