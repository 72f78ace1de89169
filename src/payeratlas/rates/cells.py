"""Judged posted rates to cells: votes, figures and the funnel of each.

A cell is made for each payer family, line and series over all that is on hand, and for each state
that an organisation of it is in, at every strictness. A cell of which all was set aside is there
too: its funnel says why.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from payeratlas.model.facts import Unknown
from payeratlas.rates.against_medicare import median_of_ratios, ratio_of_medians
from payeratlas.rates.benchmark import (
    LEAST_FOR_MEDIAN,
    LEAST_FOR_QUARTILES,
    LEAST_FOR_TAILS,
    STRICTNESSES,
    Basis,
    Cell,
    CellKey,
    Line,
    Medicare,
    Series,
    Step,
    Strictness,
    Vote,
)
from payeratlas.rates.collapse import Candidate, collapse
from payeratlas.rates.grade import grade
from payeratlas.rates.judge import KEPT, Context, Judged, order
from payeratlas.rates.percentiles import (
    P10,
    P25,
    P75,
    P90,
    median,
    median_interval,
    quantiles,
)
from payeratlas.rates.rows import Member, OnHand
from payeratlas.rates.weights import median_by_npi, median_by_volume

READ: Literal["read"] = "read"
LAST: Literal["kept"] = "kept"
_NO_DAY = Unknown("not_covered", "The price files print no day.")
_FEW = "organisations stand behind it; a median is shown from 6 on."

_Set = tuple[str, int | None]
"""A provider set: file and number."""
_At = tuple[_Set, int, str, str]
"""Where an organisation is paid: set, NPIs there, state, ZIP code."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A judged group in one cell, with its place in the order of reasons."""

    judged: Judged
    place: int
    members: tuple[Member, ...]


def cells_of(
    code: str, judged: Sequence[Judged], context: Context, *, as_of: date | None
) -> tuple[Cell, ...]:
    """Every cell of a code, in the order of their keys; ``as_of`` is the day of the grade."""
    groups: dict[tuple[str, Line, Series], list[Judged]] = defaultdict(list)
    for each in judged:
        if each.series is not None:
            groups[each.payer.family, each.payer.line, each.series].append(each)
    cells = []
    for (family, line, series), members in groups.items():
        maker = _Maker(code, series, context, as_of)
        states = sorted({one.state for each in members for one in each.members if one.state})
        for state in ("", *states):
            for level in STRICTNESSES:
                key = CellKey(code, family, line, series, state, level)
                cells.append(maker.cell(key, members))
    return tuple(sorted(cells, key=lambda cell: cell.key))


class _Maker:
    """Makes the cells of one code and series."""

    def __init__(self, code: str, series: Series, context: Context, as_of: date | None) -> None:
        self._code = code
        self._series = series
        self._context = context
        self._as_of = as_of

        self._members: dict[tuple[int, str, bool], tuple[Member, ...]] = {}
        self._made: dict[tuple[tuple[int, int, int], ...], Cell] = {}

    def cell(self, key: CellKey, judged: Sequence[Judged]) -> Cell:
        """The cell of that key; one that rests on the same as another has its figures."""
        entries = self._entries(judged, key.state, key.strictness)
        same = tuple((id(each.judged), each.place, id(each.members)) for each in entries)
        if same not in self._made:
            self._made[same] = self._cell(key, entries)
        made = self._made[same]
        if made.key == key:
            return made
        paid = self._medicare(key.state, "", made.basis.last_day)
        return replace(made, key=key, medicare=paid)

    def _entries(self, judged: Sequence[Judged], state: str, level: Strictness) -> list[_Entry]:
        """What belongs in a cell: all, or what an organisation in the state is paid."""
        places = order()
        found = []
        for each in judged:
            if state and not any(one.state == state for one in each.members):
                continue
            members = self._accepted(each.members, state, remote=level == STRICTNESSES[0])
            found.append(_Entry(each, places[each.reasons[level]], members))
        return found

    def _accepted(
        self, members: tuple[Member, ...], state: str, *, remote: bool
    ) -> tuple[Member, ...]:
        """Those of a set who have a vote in a cell; the set itself where all of them have."""
        key = (id(members), state, remote)
        if key not in self._members:
            accepted = ("known", "remote") if remote else ("known",)
            found = tuple(
                one
                for one in members
                if one.known in accepted and (not state or one.state == state)
            )
            self._members[key] = members if len(found) == len(members) else found
        return self._members[key]

    def _cell(self, key: CellKey, entries: Sequence[_Entry]) -> Cell:
        kept = [each for each in entries if each.place == _KEPT and each.members]
        votes = self._votes(kept)
        amounts = [vote.amount for vote in votes]
        n = len(votes)
        shown = n >= LEAST_FOR_MEDIAN
        few = Unknown("not_covered", f"{n} {_FEW}")
        basis = _basis(kept or entries, votes)
        rows = sum(each.judged.group.rows for each in entries if each.place == _KEPT)
        read = sum(each.judged.group.rows for each in entries)
        interval = median_interval(amounts)
        number, reasons = grade(
            key.series,
            votes,
            interval,
            day=_oldest(kept),
            as_of=self._as_of or date.max,
            read=read,
            kept=rows,
            medians=_by_kind(votes, kept),
        )
        tested = sum(vote.medicare is not None and vote.medicare > 0 for vote in votes)
        compared = tested >= LEAST_FOR_MEDIAN
        lower, upper = _pair(amounts, LEAST_FOR_QUARTILES, P25, P75)
        tenth, ninetieth = _pair(amounts, LEAST_FOR_TAILS, P10, P90)
        return Cell(
            key=key,
            organisations=n,
            npis=sum(vote.npis for vote in votes),
            rows=rows,
            median=median(amounts) if shown else None,
            quartiles=None if lower is None or upper is None else (lower, upper),
            tails=None if tenth is None or ninetieth is None else (tenth, ninetieth),
            interval=interval,
            by_npi=median_by_npi(votes) if shown else few,
            by_volume=median_by_volume(votes, None) if shown else few,
            medicare=self._medicare(key.state, "", basis.last_day),
            ratio_of_medians=ratio_of_medians(votes) if compared else None,
            median_of_ratios=median_of_ratios(votes) if compared else None,
            grade=number,
            grade_reasons=reasons,
            basis=basis,
            funnel=_funnel(entries),
            votes=votes,
        )

    def _medicare(self, state: str, zip_code: str, day: str) -> Medicare | Unknown:
        if not day:
            return _NO_DAY
        when = date.fromisoformat(day)
        return self._context.medicare(self._code, self._series, state, zip_code, when)

    def _votes(self, kept: Sequence[_Entry]) -> tuple[Vote, ...]:
        """One vote for each organisation, in their order.

        Organisations that are paid through the same sets have the same candidates, and are
        collapsed once.
        """
        by_set: dict[_Set, list[_Entry]] = defaultdict(list)
        for each in kept:
            by_set[each.judged.file.note.id, each.judged.group.provider_set].append(each)
        where: dict[str, list[_At]] = defaultdict(list)
        names: dict[str, tuple[str, str]] = {}
        for number, entries in by_set.items():
            for one in entries[0].members:
                where[one.organisation].append((number, one.npis, one.state, one.zip))
                name, state = names.get(one.organisation, ("", ""))
                names[one.organisation] = name or one.name, state or one.state
        alike: dict[tuple[_At, ...], Vote] = {}
        votes = []
        for organisation in sorted(where):
            at = tuple(where[organisation])
            name, state = names[organisation]
            vote = alike.get(at)
            if vote is None:
                candidates = self._candidates(at, by_set)
                vote = alike[at] = collapse(organisation, name, state, candidates)
            votes.append(replace(vote, organisation=organisation, name=name, state=state))
        return tuple(votes)

    def _candidates(
        self, at: Sequence[_At], by_set: Mapping[_Set, Sequence[_Entry]]
    ) -> Iterable[Candidate]:
        for number, npis, state, zip_code in at:
            for each in by_set[number]:
                group, file = each.judged.group, each.judged.file
                paid = self._medicare(state, zip_code, file.note.day)
                assert group.amount is not None  # a rule sets aside what has none
                yield Candidate(
                    amount=group.amount,
                    rows=group.rows,
                    npis=npis,
                    publisher_kind=file.note.kind,
                    day=file.note.day,
                    network=network_of(each.judged),
                    place=group.place,
                    publisher=issued_as(file),
                    medicare=None if isinstance(paid, Unknown) else paid.amount,
                )


_KEPT = order()[KEPT]


def network_of(judged: Judged) -> str:
    """What tells contracts of one file apart: networks, else payer and plan as printed."""
    group = judged.group
    if judged.file.note.kind == "payer" and group.network_name:
        return group.network_name
    return f"{group.payer_name} | {group.plan_name}"


def issued_as(file: OnHand) -> str:
    """A publisher and its series: files of one payer for other networks do not replace it."""
    return f"{file.note.publisher.casefold()} | {file.series}"


def _funnel(entries: Sequence[_Entry]) -> tuple[Step, ...]:
    """Rows taken by each reason, and the median of the posted rows left after it."""
    names = {place: name for name, place in order().items()}
    taken: dict[int, int] = defaultdict(int)
    last: dict[_Set, int] = {}
    members: dict[_Set, tuple[Member, ...]] = {}
    for each in entries:
        group = each.judged.group
        taken[each.place] += group.rows
        number = each.judged.file.note.id, group.provider_set
        last[number] = max(last.get(number, 0), each.place)
        members[number] = each.members
    priced = sorted(
        (each.judged.group.amount, each.judged.group.rows, each.place)
        for each in entries
        if each.judged.group.amount is not None
    )

    def middle(after: int) -> Decimal | None:
        organisations: set[str] = set()
        for number, place in last.items():
            if place > after:
                organisations.update(one.organisation for one in members[number])
                if len(organisations) >= LEAST_FOR_MEDIAN:
                    break
        else:
            return None
        return middle_row([(amount, rows) for amount, rows, place in priced if place > after])

    left = sum(taken.values())
    steps = [Step(READ, left, left, middle(-1))]
    for place in sorted(taken):
        if place != _KEPT:
            left -= taken[place]
            steps.append(Step(names[place], taken[place], left, middle(place)))
    return (*steps, Step(LAST, left, left, steps[-1].median))


def middle_row(rows: Sequence[tuple[Decimal, int]]) -> Decimal | None:
    """Median of amounts that stand in so many rows each; sorted, None where there is no row."""
    whole = sum(count for _, count in rows)
    if not whole:
        return None
    found = []
    for wanted in ((whole - 1) // 2, whole // 2):
        reached = 0
        for amount, count in rows:
            reached += count
            if reached > wanted:
                found.append(amount)
                break
    return found[0] if found[0] == found[1] else (found[0] + found[1]) / 2


def _pair(
    amounts: Sequence[Decimal], least: int, low: Fraction, high: Fraction
) -> tuple[Decimal | None, Decimal | None]:
    if len(amounts) < least:
        return None, None
    first, second = quantiles(amounts, (low, high))
    return first, second


def _by_kind(votes: Sequence[Vote], kept: Sequence[_Entry]) -> dict[str, Decimal]:
    """Medians by kind of publisher, each from enough organisations."""
    kinds = {each.judged.file.note.id: each.judged.file.note.kind for each in kept}
    amounts: dict[str, list[Decimal]] = defaultdict(list)
    for vote in votes:
        amounts[kinds[vote.place.file]].append(vote.amount)
    return {
        kind: median(found)
        for kind, found in sorted(amounts.items())
        if len(found) >= LEAST_FOR_MEDIAN
    }


def _oldest(kept: Sequence[_Entry]) -> date | None:
    days = {each.judged.file.note.day for each in kept}
    return date.fromisoformat(min(days)) if days and "" not in days else None


def _basis(entries: Sequence[_Entry], votes: Sequence[Vote]) -> Basis:
    notes = {each.judged.file.note.id: each.judged.file.note for each in entries}
    days = sorted(note.day for note in notes.values() if note.day)
    return Basis(
        files=tuple(sorted(notes)),
        publishers=tuple(sorted({note.publisher for note in notes.values()})),
        kinds=tuple(sorted({note.kind for note in notes.values()})),
        states=tuple(sorted({vote.state for vote in votes if vote.state})),
        first_day=days[0] if days else "",
        last_day=days[-1] if days else "",
    )
