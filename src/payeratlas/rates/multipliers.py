"""Multipliers of Medicare and conversion factors that a file prints as if they were dollars."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal


def are_multipliers(rows: Iterable[tuple[str, Decimal, Decimal | None]]) -> bool:
    """Whether the dollars of one group are no dollars, by how they are spread.

    ``rows`` are (code, amount, Medicare's amount or None), one for each distinct pair of code and
    amount of one group: a file, payer and plan as printed, kind and billing class.
    """
    raise NotImplementedError
