"""What other schedules and lists say of a code, from one release to another.

One list of what is followed serves the page (release by release) and the report on a list of
codes (between two days). The physician fee schedule has its own module, :mod:`.changes`: its
amounts are split by cause.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from payeratlas.model.amounts import CENT, Money
from payeratlas.model.codes import subject
from payeratlas.model.facts import Fact, Unknown, Value
from payeratlas.model.provenance import Release
from payeratlas.model.time import AsOf
from payeratlas.pages.changes import Moved
from payeratlas.pages.facts import asc, asp, clfs, mue, opps
from payeratlas.store import Published, Store
from payeratlas.store.manifest import Wanted
from payeratlas.store.row_changes import row_changes
from payeratlas.tables.catalog import contract
from payeratlas.tables.contract import Row

COMPARABLE = 2
"""How many releases of a list have to be on hand before anything can be compared."""

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class Followed:
    """One list whose changes are told: a table, its columns worth telling, and their names.

    ``columns`` maps each column to its title, the first one with an amount or value last. ``facts``
    states a row where the list's own family knows better than its cells (a rate beside a code
    that is not paid); ``part`` names the columns that a file settles for all its rows.
    """

    id: str
    group: str
    title: str
    table: str
    columns: Mapping[str, str] = field(hash=False)
    facts: Callable[[Row, Store], Sequence[Fact]] | None = None
    part: Mapping[str, Wanted] = field(default_factory=dict, hash=False)
    key: str = "hcpcs"


_ASC = {
    "payment_indicator": "Payment indicator",
    "multiple_procedure_discount": "Multiple procedure discount",
    "payment_rate": "Payment",
}
FOLLOWED: tuple[Followed, ...] = (
    Followed(
        "opps",
        "opps",
        "Hospital outpatient (OPPS)",
        opps.TABLE,
        {"status_indicator": "Status indicator", "apc": "APC", "payment_rate": "Payment"},
        opps.row_facts,
    ),
    Followed("asc_aa", "asc", "Surgery center (ASC), surgery", asc.SURGERY, _ASC, asc.row_facts),
    Followed(
        "asc_bb",
        "asc",
        "Surgery center (ASC), beside surgery",
        asc.ANCILLARY,
        {name: title for name, title in _ASC.items() if name != "multiple_procedure_discount"},
        asc.row_facts,
    ),
    Followed("asc_ee", "asc", "Surgery center (ASC), surgery not paid for", asc.NOT_PAID, {}),
    *(
        Followed(
            f"mue_{service}",
            "mue",
            f"Unit limit (MUE), {words}",
            mue.TABLE,
            {"mai": "Adjudication indicator", "rationale": "Rationale", "mue": "Most units"},
            part={"service": service},
        )
        for service, words in mue.SERVICES.items()
    ),
    Followed(
        "clfs",
        "other",
        "Laboratory fee schedule",
        clfs.TABLE,
        {"indicator": "Indicator", "rate": "Payment"},
        lambda row, store: [clfs.row_fact(row, store)],
    ),
    Followed(
        "asp",
        "other",
        "Drug payment limit",
        asp.TABLE,
        {"coinsurance": "Patient's share", "dosage": "Billing unit", "payment_limit": "Limit"},
        asp.row_facts,
    ),
    Followed(
        "hcpcs",
        "other",
        "HCPCS Level II code list",
        "hcpcs_code",
        {"terminated": "Last day of use"},
        key="code",
    ),
)
"""What is followed, in the order in which it is told."""

_STATED = {
    measure.id: measure.source.rpartition(", ")[2]
    for family in (opps, asc, asp)
    for measure in family.MEASURES
} | {clfs.PAYMENT.id: "rate"}
"""Measures of the families, and the columns that they state."""


@dataclass(frozen=True, slots=True)
class TableStep:
    """One row of a list that differs between two releases.

    ``moved`` holds the columns that differ; of a row ``added`` or ``removed``, the last column
    followed, whose other side is Unknown: not listed.
    """

    followed: Followed
    subject: str
    before: Release
    after: Release
    kind: Kind
    moved: tuple[Moved, ...]


def table_steps(followed: Followed, code: str, as_of: AsOf, store: Store) -> tuple[TableStep, ...]:
    """What a list changed of the code from release to release up to the date of service.

    Only releases known on ``as_of.known_on`` that begin by the date of service count. What an
    excerpt leaves out was not removed: it is passed over where it has no row.
    """
    held = releases_until(followed, as_of, store)
    if len(held) < COMPARABLE:
        return ()
    rows: dict[str, list[Row]] = {}
    for row in store.history(followed.table, constants=followed.part, **{followed.key: code}):
        rows.setdefault(row.release, []).append(row)
    telling = [
        (published, rows.get(published.release.id, []))
        for published in held
        if published.release.complete or published.release.id in rows
    ]
    return tuple(
        step
        for before, after in pairwise(telling)
        for step in between(followed, before, after, store)
    )


def releases_until(followed: Followed, as_of: AsOf, store: Store) -> list[Published]:
    """The releases of a list that a page of the date may tell of, oldest first.

    Those that were in force on some day up to the date, as known when issued; found by asking for
    the first day of each release, so that a page rests on nothing else of them.
    """
    part = tuple(sorted(followed.part.items()))
    key = "releases_until", followed.table, part, as_of
    return store.once(key, lambda: _in_turn(followed, as_of, store))


def _in_turn(followed: Followed, as_of: AsOf, store: Store) -> list[Published]:
    moments = {
        (p.release.covers.start, p.release.issued)
        for p in store.releases()
        if as_of.knows(p.release.issued) and p.release.covers.start <= as_of.service_date
    }
    found: dict[tuple[str, str], Published] = {}
    for moment in sorted(moments):
        match = store.in_force(followed.table, AsOf(*moment), **followed.part)  # type: ignore[arg-type]
        if not isinstance(match, Unknown):
            found.setdefault((match.release.source, match.release.id), match)
    return sorted(
        found.values(), key=lambda p: (p.release.covers.start, p.release.issued, p.release.id)
    )


def rows_of_codes(
    followed: Followed, codes: Sequence[str], published: Published, store: Store
) -> dict[str, list[Row]]:
    """The rows of some codes in one release, by code."""
    found: dict[str, list[Row]] = {}
    where = {**followed.part, followed.key: tuple(codes)}
    for row in store.rows(followed.table, published, **where):
        found.setdefault(row.text(followed.key), []).append(row)
    return found


def between(
    followed: Followed,
    before: tuple[Published, Sequence[Row]],
    after: tuple[Published, Sequence[Row]],
    store: Store,
) -> Iterator[TableStep]:
    """What differs of a code's rows between two releases, a step a row.

    A column that one layout alone has is not compared. Rows that an excerpt lacks were not removed.
    """
    (old, old_rows), (new, new_rows) = before, after
    table = contract(followed.table)
    silent = _columns(followed, old, store) ^ _columns(followed, new, store)
    if not old_rows and not new_rows:
        return
    added, removed, changed = row_changes(table, old_rows, new_rows, silent=silent)
    releases = old.release, new.release
    told = [name for name in followed.columns if name not in silent]
    for row in added if old.release.complete else ():
        yield TableStep(
            followed, _who(row, followed), *releases, "added", _one_sided(followed, row, old, store)
        )
    for row in removed if new.release.complete else ():
        found = _one_sided(followed, row, new, store, gone=True)
        yield TableStep(followed, _who(row, followed), *releases, "removed", found)
    for pair in changed:
        moved = [
            Moved(
                name,
                cell_fact(followed, pair.before, name, store),
                cell_fact(followed, pair.after, name, store),
            )
            for name in told
            if name in pair.columns
        ]
        moved = [each for each in moved if each.before.value != each.after.value]
        if moved:
            yield TableStep(
                followed, _who(pair.after, followed), *releases, "changed", tuple(moved)
            )


def cell_fact(followed: Followed, row: Row, column: str, store: Store) -> Fact:
    """A cell as its family states it, else as it stands; dollars in whole cents are Money."""
    for fact in followed.facts(row, store) if followed.facts else ():
        if _STATED.get(fact.measure) == column:
            return fact
    unit = contract(row.table).column(column).unit
    value: Value | None = None
    if unit == "USD":
        exact = row.decimal(column)
        cents = exact.quantize(CENT)
        value = Money(cents) if cents == exact else exact
    return store.fact(
        f"{row.table}.{column}", row, column, unit=unit, subject=_who(row, followed), value=value
    )


def _one_sided(
    followed: Followed, row: Row, other: Published, store: Store, *, gone: bool = False
) -> tuple[Moved, ...]:
    """The last column followed of a row that the other release, which is whole, does not list."""
    for name in list(followed.columns)[-1:]:
        here = cell_fact(followed, row, name, store)
        absent = not_listed(here, other.release)
        return (Moved(name, here, absent) if gone else Moved(name, absent, here),)
    return ()


def not_listed(fact: Fact, release: Release) -> Fact:
    """The same measure in a release that is whole and does not list it."""
    why = Unknown("not_listed", f"{release.id} is whole and has no row of it.")
    return Fact(fact.measure, fact.subject, why, fact.unit, release.covers)


def _columns(followed: Followed, published: Published, store: Store) -> frozenset[str]:
    """The columns that all files of a release print or settle for a list."""
    release = published.release

    def find() -> frozenset[str]:
        parts = store.handed(published).parts_of(followed.table, followed.part)
        return frozenset.intersection(*(frozenset({*p.bindings, *p.constants}) for p in parts))

    return store.once(("columns", followed.id, release.source, release.id), find)


def _who(row: Row, followed: Followed) -> str:
    modifier = row.text("modifier") if "modifier" in row.values else ""
    return subject(row.text(followed.key), modifier)
