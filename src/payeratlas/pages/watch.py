"""What changed for a list of codes between two days: the releases in force on each, compared.

A day that no release on hand covers is said to be so, list by list; nothing is carried forward from
a neighbour. Where nothing differs, that is an answer too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from payeratlas.model.codes import Coding, subject
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Release
from payeratlas.model.time import AsOf
from payeratlas.pages.changes import Moved, Revision, revision
from payeratlas.pages.facts import ptp
from payeratlas.pages.facts.pfs import SETTINGS, STANDARD, TABLE, row_facts
from payeratlas.pages.history import (
    FOLLOWED,
    Followed,
    TableStep,
    between,
    not_listed,
    rows_of_codes,
)
from payeratlas.store import Published, Store
from payeratlas.tables.contract import Row

_MANY = 40  # codes from which on all edits are counted at once

State = Literal["changed", "added", "removed", "same", "not_listed", "not_on_hand"]
Side = Release | Unknown

FEES = Followed(
    "pfs",
    "pfs",
    "Physician fee schedule",
    TABLE,
    {"nonfacility": "Office (non-facility)", "facility": "Facility"},
    part=STANDARD,
)
EDITS = tuple(
    Followed(
        f"ptp_{service}",
        "ptp",
        f"Edits on pairs (PTP), {words}",
        ptp.TABLE,
        {"column1": "Edits with the code paid", "column2": "Edits with the code denied"},
        part={"service": service},
        key="column1",
    )
    for service, words in ptp.SERVICES.items()
)
LISTS: tuple[Followed, ...] = (FEES, *FOLLOWED[:-3], *EDITS, *FOLLOWED[-3:])
"""Every list that a report tells of, in its order."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one list says of one code on the two days.

    ``state`` is ``same`` also where both days have one release, ``not_listed`` where neither day's
    release lists the code, and ``not_on_hand`` where a side cannot be told: ``before`` or
    ``after`` is then Unknown and says why. ``revisions`` are of the fee schedule, by subject;
    ``steps`` of the other lists; ``counts`` of edits.
    """

    code: str
    followed: Followed
    state: State
    before: Side
    after: Side
    revisions: Mapping[str, Revision] = field(default_factory=dict, hash=False)
    steps: tuple[TableStep, ...] = ()
    counts: tuple[Moved, ...] = ()

    @property
    def moved(self) -> bool:
        """Whether there is a change to tell."""
        return self.state in ("changed", "added", "removed")


@dataclass(frozen=True, slots=True)
class Report:
    """What changed for some codes from the releases in force on one day to those on another."""

    codes: tuple[str, ...]
    since: date
    as_of: AsOf
    findings: tuple[Finding, ...]
    edition: str
    version: str

    def of(self, code: str) -> tuple[Finding, ...]:
        """The findings of one code, in the order of the lists."""
        return tuple(finding for finding in self.findings if finding.code == code)

    def in_list(self, followed: Followed) -> tuple[Finding, ...]:
        """The findings of one list, in the order of the codes."""
        return tuple(finding for finding in self.findings if finding.followed == followed)


def quarter_of(text: str) -> tuple[date, date]:
    """The last day before a quarter such as ``2025Q4`` and its own last day; else InputError."""
    year, _, number = text.strip().upper().replace("-", "").partition("Q")
    if not (year.isdigit() and len(year) == 4 and number in ("1", "2", "3", "4")):
        raise InputError(f"'{text}' is not a quarter.", cure="year and quarter, such as 2025Q4")
    first = date(int(year), 3 * int(number) - 2, 1)
    return first - timedelta(days=1), _next_quarter(first) - timedelta(days=1)


def before_quarter(day: date) -> date:
    """The last day before the quarter that a day lies in."""
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1) - timedelta(days=1)


def _next_quarter(first: date) -> date:
    return date(first.year + (first.month > 9), (first.month + 2) % 12 + 1, 1)


def codes_in(text: str, where: str) -> tuple[str, ...]:
    """The codes of a list: one a line, ``#`` opens a comment; each once, in their order.

    InputError, naming the line, for anything else, and where there is no code at all.
    """
    codes: dict[str, None] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        words = line.partition("#")[0].strip()
        if not words:
            continue
        try:
            codes[Coding.parse(words).code] = None
        except InputError as error:
            raise InputError(
                error.what, where=f"{where}, line {number}", cure=f"one code a line; {error.cure}"
            ) from None
    if not codes:
        raise InputError("the list names no code.", where=where, cure="one code a line.")
    return tuple(codes)


def report(codes: Sequence[str], since: date, as_of: AsOf, store: Store) -> Report:
    """Compare, for each code, the releases in force on ``since`` and on the date of service.

    Both days are asked with the same knowledge (``as_of.known_on``). InputError where ``since`` is
    not before the date.
    """
    if since >= as_of.service_date:
        raise InputError(
            f"the period ends on {as_of.service_date} and begins on {since}.",
            cure="a first day before the last: --since and --as-of.",
        )
    start = AsOf(since, as_of.known_on)
    found: dict[tuple[str, str], Finding] = {}
    for followed in LISTS:
        for finding in _compared(followed, codes, start, as_of, store):
            found[finding.code, followed.id] = finding
    ordered = tuple(found[code, followed.id] for code in codes for followed in LISTS)
    return Report(tuple(codes), since, as_of, ordered, store.edition, store.version)


def _compared(
    followed: Followed, codes: Sequence[str], start: AsOf, end: AsOf, store: Store
) -> Iterator[Finding]:
    old = store.in_force(followed.table, start, source=None, **followed.part)
    new = store.in_force(followed.table, end, source=None, **followed.part)
    if isinstance(old, Unknown) or isinstance(new, Unknown):
        for code in codes:
            yield Finding(code, followed, "not_on_hand", _side(old), _side(new))
    elif followed in EDITS:
        yield from _edits(followed, codes, (start, old), (end, new), store)
    else:
        yield from _rows(followed, codes, (old, new), end, store)


def _side(found: Published | Unknown) -> Side:
    return found if isinstance(found, Unknown) else found.release


def _rows(
    followed: Followed,
    codes: Sequence[str],
    releases: tuple[Published, Published],
    end: AsOf,
    store: Store,
) -> Iterator[Finding]:
    old, new = releases
    one = old.digest == new.digest
    rows = [rows_of_codes(followed, codes, p, store) for p in releases[: 1 if one else 2]]
    for code in codes:
        before, after = rows[0].get(code, []), rows[-1].get(code, [])
        sides = _listing(old, before), _listing(new, after)
        state: State = "same"
        steps: tuple[TableStep, ...] = ()
        revised: dict[str, Revision] = {}
        if any(isinstance(side, Unknown) for side in sides):
            state = "not_on_hand"
        elif not before and not after:
            state = "not_listed"
        elif not one:
            if followed is FEES:
                revised, steps = _fees(code, (old, before), (new, after), end, store)
            else:
                steps = tuple(between(followed, (old, before), (new, after), store))
            if not before:
                state = "added"
            elif not after:
                state = "removed"
            elif steps or revised:
                state = "changed"
        yield Finding(code, followed, state, *sides, revised, steps)


def _fees(
    code: str,
    before: tuple[Published, Sequence[Row]],
    after: tuple[Published, Sequence[Row]],
    end: AsOf,
    store: Store,
) -> tuple[dict[str, Revision], tuple[TableStep, ...]]:
    """Rows of the fee schedule by modifier: what moved in those of both days, and the others.

    From 2026 a file for each kind of clinician follows one for all, so they cannot pair by that.
    """
    (old, old_rows), (new, new_rows) = before, after
    mates = {row.text("modifier"): row for row in old_rows}
    own = {row.text("modifier"): row for row in new_rows}
    revised = {
        subject(code, name): found
        for name, row in own.items()
        if name in mates and (found := revision(mates[name], row, end, store)).any
    }
    steps = []
    releases = old.release, new.release
    for name, row in own.items() if old.release.complete else ():
        if name not in mates:
            moved = _amounts(row, old.release, end, store, gone=False)
            steps.append(TableStep(FEES, subject(code, name), *releases, "added", moved))
    for name, row in mates.items() if new.release.complete else ():
        if name not in own:
            moved = _amounts(row, new.release, end, store, gone=True)
            steps.append(TableStep(FEES, subject(code, name), *releases, "removed", moved))
    return revised, tuple(steps)


def _amounts(row: Row, other: Release, end: AsOf, store: Store, *, gone: bool) -> tuple[Moved, ...]:
    """The amounts of a row that one release alone has."""
    stated = {fact.measure: fact for fact in row_facts(row, end, store)}
    found = []
    for setting in SETTINGS:
        here = stated[f"pfs.payment.{setting}"]
        absent = not_listed(here, other)
        found.append(Moved(setting, here, absent) if gone else Moved(setting, absent, here))
    return tuple(found)


def _listing(published: Published, rows: Sequence[Row]) -> Side:
    """The release, or why it says nothing of what it leaves out."""
    return published.release if rows or published.release.complete else _left_out(published)


def _left_out(published: Published) -> Unknown:
    return Unknown(
        "not_covered",
        f"{published.release.id} is on hand only as an excerpt, which has no row of it.",
    )


def _edits(
    followed: Followed,
    codes: Sequence[str],
    old: tuple[AsOf, Published],
    new: tuple[AsOf, Published],
    store: Store,
) -> Iterator[Finding]:
    """Edits in effect on each day, counted by column; one release can count differently by day."""
    if len(codes) > _MANY:
        for day, _ in (old, new):
            ptp.load(day, store)
    for code in codes:
        before, after = (_counts(code, followed, day, store) for day, _ in (old, new))
        sides = [
            next((fact.value for fact in counts.values() if isinstance(fact.value, Unknown)), None)
            or published.release
            for counts, (_, published) in ((before, old), (after, new))
        ]
        known = not any(isinstance(side, Unknown) for side in sides)
        moved = tuple(
            Moved(column, before[column], after[column])
            for column in followed.columns
            if known and before[column].value != after[column].value
        )
        state: State = "not_on_hand" if not known else "changed" if moved else "same"
        yield Finding(code, followed, state, sides[0], sides[1], counts=moved)


def _counts(code: str, followed: Followed, day: AsOf, store: Store) -> dict[str, Fact]:
    service = str(followed.part["service"])
    return {
        column: fact
        for fact in _edit_facts(code, day, store)
        for column in followed.columns
        if fact.measure == f"ncci.ptp.{service}.{column}.count"
    }


@lru_cache(maxsize=1024)
def _edit_facts(code: str, day: AsOf, store: Store) -> tuple[Fact, ...]:
    return tuple(ptp.facts(code, day, store))
