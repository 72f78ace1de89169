"""Medians under other weights than one organisation one vote: shown beside it, never instead.

Per NPI: large groups count by their clinicians. Per Medicare volume: those who do the service count
by how often they do. Never per posted row: rows repeat one schedule for each plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from payeratlas.model.facts import Unknown
from payeratlas.rates.benchmark import LEAST_FOR_MEDIAN, Vote
from payeratlas.rates.percentiles import MEDIAN, weighted_quantile


def median_by_npi(votes: Iterable[Vote]) -> Decimal | Unknown:
    """Median of votes weighted by NPIs; an organisation whose NPIs are not printed counts none.

    Unknown (``not_listed``) where fewer than six organisations have NPIs.
    """
    weighted = [(vote.amount, Decimal(vote.npis)) for vote in votes if vote.npis > 0]
    if len(weighted) < LEAST_FOR_MEDIAN:
        return Unknown("not_listed", _too_few("print NPIs", len(weighted)))
    return weighted_quantile(weighted, MEDIAN)


def median_by_volume(
    votes: Iterable[Vote], volume: Mapping[str, Decimal] | None
) -> Decimal | Unknown:
    """Median of votes weighted by Medicare's volume of the code, by organisation.

    ``volume`` None: no utilization is on hand, and the median is Unknown (``not_covered``). Unknown
    (``not_listed``) where fewer than six organisations have a volume.
    """
    if volume is None:
        return Unknown("not_covered", "No file of Medicare's utilization is on hand.")
    weighted = [
        (vote.amount, volume[vote.organisation])
        for vote in votes
        if volume.get(vote.organisation, Decimal(0)) > 0
    ]
    if len(weighted) < LEAST_FOR_MEDIAN:
        return Unknown("not_listed", _too_few("have a volume in Medicare's files", len(weighted)))
    return weighted_quantile(weighted, MEDIAN)


def _too_few(what: str, found: int) -> str:
    return f"{found} organisations {what}; a median needs {LEAST_FOR_MEDIAN}."
