"""One rate for each organisation in a cell: what its posted rows collapse to.

Identical schedules stand in a file once for each plan, and the same schedule for thousands of
providers. So rows have no vote; organisations have one each, and its rate is found in this order:

1. A payer's own file before a hospital's, where both print the organisation.
2. Of each publisher its newest file.
3. Within a file and network the amount of most rows; then of most NPIs; then the lower amount; then
   that of the earliest place.
4. Over files and networks the amount that most of them pay; then that of most NPIs; then of the
   newest file; then the lower one; then that of the earliest place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from payeratlas.rates.benchmark import Place, Vote


@dataclass(frozen=True, slots=True)
class Candidate:
    """A kept posted rate of one organisation in one cell.

    ``rows`` posted rows print this amount in this file for this network, the first of them at
    ``place``. ``network`` is what tells contracts of one file apart: its networks, or the plan as a
    hospital prints it. ``npis`` are those of the organisation that the rate is for. ``publisher``
    is as the file names it, ``publisher_kind`` payer or hospital, ``day`` the day of the file as
    ISO text (empty where it prints none).
    """

    amount: Decimal
    rows: int
    npis: int
    publisher_kind: str
    day: str
    network: str
    place: Place
    publisher: str = ""
    medicare: Decimal | None = None


def collapse(organisation: str, name: str, state: str, candidates: Iterable[Candidate]) -> Vote:
    """The vote of one organisation; ``candidates`` are all of its kept rates of one cell.

    Rows, distinct amounts, lowest and highest are of all candidates. ValueError where there is
    none.
    """
    given = list(candidates)
    if not given:
        raise ValueError(f"{organisation} has no rate to collapse")
    voices = [_of_network(each) for each in _networks(_newest(_first_hand(given)))]
    won = _over_networks(voices)
    return Vote(
        organisation=organisation,
        name=name,
        state=state,
        amount=won.amount,
        rows=sum(each.rows for each in given),
        distinct=len({each.amount for each in given}),
        low=min(each.amount for each in given),
        high=max(each.amount for each in given),
        npis=won.npis,
        place=won.place,
        medicare=won.medicare,
    )


def _first_hand(given: Sequence[Candidate]) -> Sequence[Candidate]:
    own = [each for each in given if each.publisher_kind == "payer"]
    return own or given


def _newest(given: Sequence[Candidate]) -> Sequence[Candidate]:
    newest: dict[str, str] = {}
    for each in given:
        newest[each.publisher] = max(each.day, newest.get(each.publisher, ""))
    return [each for each in given if each.day == newest[each.publisher]]


def _networks(given: Sequence[Candidate]) -> Sequence[Sequence[Candidate]]:
    groups: dict[tuple[str, str], list[Candidate]] = {}
    for each in given:
        groups.setdefault((each.place.file, each.network), []).append(each)
    return list(groups.values())


@dataclass(frozen=True, slots=True)
class _Amount:
    """What supports one amount: how many say it, for how many NPIs, and where first."""

    amount: Decimal
    said: int
    npis: int
    day: str
    place: Place
    medicare: Decimal | None


def _of_network(given: Sequence[Candidate]) -> _Amount:
    """The amount of one file and network."""
    amounts = _supported(
        [_Amount(c.amount, c.rows, c.npis, c.day, c.place, c.medicare) for c in given]
    )
    return min(amounts, key=lambda a: (-a.said, -a.npis, a.amount, _position(a.place)))


def _over_networks(given: Sequence[_Amount]) -> _Amount:
    """The amount over files and networks, each of which says one."""
    amounts = _supported([_Amount(a.amount, 1, a.npis, a.day, a.place, a.medicare) for a in given])
    most = max(a.said for a in amounts)
    left = [a for a in amounts if a.said == most]
    most_npis = max(a.npis for a in left)
    left = [a for a in left if a.npis == most_npis]
    newest = max(a.day for a in left)
    return min((a for a in left if a.day == newest), key=lambda a: (a.amount, _position(a.place)))


def _supported(given: Sequence[_Amount]) -> list[_Amount]:
    """Equal amounts as one: sayings added, the most NPIs, the newest day, the earliest place."""
    found: dict[Decimal, _Amount] = {}
    for each in sorted(given, key=lambda a: _position(a.place)):
        so_far = found.get(each.amount)
        if so_far is None:
            found[each.amount] = each
            continue
        medicare = so_far.medicare if so_far.medicare is not None else each.medicare
        found[each.amount] = _Amount(
            so_far.amount,
            so_far.said + each.said,
            max(so_far.npis, each.npis),
            max(so_far.day, each.day),
            so_far.place,
            medicare,
        )
    return list(found.values())


def _position(place: Place) -> tuple[str, int, int, int]:
    return place.file, place.item, place.rate, place.price
