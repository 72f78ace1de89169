"""The grade of a cell, 1 (weak) to 5, and the codes of its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from payeratlas.rates.benchmark import Series, Vote


def grade(
    series: Series,
    votes: Sequence[Vote],
    interval: tuple[Decimal, Decimal] | None,
    *,
    day: date | None,
    as_of: date | None,
    read: int,
    kept: int,
    medians: Mapping[str, Decimal],
) -> tuple[int | None, tuple[str, ...]]:
    """Grade and reason codes. ``day`` is the oldest day of the cell's files, ``as_of`` the day for
    which it is graded; ``read`` and ``kept`` are posted rows of the cell; ``medians`` those by kind
    of publisher (payer, hospital), each from enough organisations for a median."""
    raise NotImplementedError
