"""One rate for each organisation in a cell: what its posted rows collapse to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from payeratlas.rates.benchmark import Place, Vote


@dataclass(frozen=True, slots=True)
class Candidate:
    """A kept posted rate of one organisation in one cell.

    ``rows`` posted rows print this amount in this file for this plan and network, the first of them
    at ``place``. ``npis`` are those of the organisation that the rate is for. ``publisher_kind`` is
    payer or hospital, ``day`` the day of the file as ISO text (empty where it prints none).
    """

    amount: Decimal
    rows: int
    npis: int
    publisher_kind: str
    day: str
    network: str
    place: Place
    medicare: Decimal | None = None


def collapse(organisation: str, name: str, state: str, candidates: Iterable[Candidate]) -> Vote:
    """The vote of one organisation; ``candidates`` are all of its kept rates of one cell.

    Within one network the most frequent amount stands; ties go to the amount for most NPIs, then to
    the lower one, then to the earliest place. Over networks and files: see the module.
    """
    raise NotImplementedError
