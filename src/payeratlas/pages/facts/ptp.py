"""Facts of the NCCI procedure-to-procedure edits: how many a code has, in which column.

A code has thousands of edits, so a count cites the first that it counts and names the pinned table
of all; ``ncci.ptp.count`` counts that table again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial

from payeratlas.coding.ptp import REFERENCE, counted_together, in_effect
from payeratlas.model.errors import InputError, StoreError
from payeratlas.model.facts import Fact, Measure, Unknown, Value
from payeratlas.model.provenance import Derivation, Release, Step
from payeratlas.model.time import AsOf, Period
from payeratlas.pages.latest import newest
from payeratlas.store import Published, Store, Tally
from payeratlas.tables.contract import Row

TABLE = "ncci_ptp"
RULE = "ncci.ptp.count"
SERVICES = {
    "practitioner": "practitioners and surgery centers",
    "hospital": "outpatient hospital services",
}
COLUMNS = {
    "column1": ("paid", "Edits in which the code is paid and another is denied beside it."),
    "column2": ("denied", "Edits in which the code is denied beside another that is paid."),
}
MEASURES: tuple[Measure, ...] = tuple(
    Measure(
        f"ncci.ptp.{service}.{column}.count",
        f"PTP edits with the code {role}, {words}",
        "edits",
        f"{meaning} Those in effect on the date of service.",
        f"counted in the CMS NCCI procedure-to-procedure edits, {words}",
    )
    for service, words in SERVICES.items()
    for column, (role, meaning) in COLUMNS.items()
)
UNIT = "edits"
_HOW = f"{REFERENCE}: edits in effect on the day"
BY = ("effective", "deletion", "modifier_indicator")
"""By what the edits of a code are counted: it settles which of them are in effect on a day."""
CODES = ("column1", "column2")
_INDICATORS = {"0": "No modifier lifts the edit", "1": "A modifier may lift the edit"}

_PART = ("rationale", "modifier_indicator")  # settings of a count that leaves edits out

Place = tuple[str, str, str]  # digest of the release, service type, column

_loaded: dict[Place, dict[str, list[Tally]]] = {}
"""Counts of all codes, by what they depend on: the digest names the pinned tables."""


def facts(code: str, as_of: AsOf, store: Store) -> list[Fact]:
    """The number of edits of the code in each column, for each service type; or why there is none.

    A whole release that has no edit of the code gives 0: the list is all there is.
    """
    return [
        _counted(code, service, column, as_of, store) for service in SERVICES for column in COLUMNS
    ]


def load(as_of: AsOf, store: Store) -> None:
    """Count the edits of all codes at once, for whoever asks for thousands of codes one by one.

    The counts are those of :func:`facts`, a few seconds after which each costs next to nothing:
    of the release in force, else of the newest, whose counts are shown as last known. A data set
    that was shipped with them needs no counting.
    """
    for service in SERVICES:
        published = store.in_force(TABLE, as_of, service=service)
        if isinstance(published, Unknown):
            last = newest(TABLE, as_of, store, service=service)
            if last is None:
                continue
            published = last[0]
        if store.counted(TABLE, published, BY, evidence=CODES):
            continue
        for column in COLUMNS:
            codes = _loaded.setdefault((published.digest, service, column), {})
            if not codes:
                for tally in store.tally(
                    TABLE, published, (column, *BY), evidence=CODES, service=service
                ):
                    codes.setdefault(str(tally.values[column]), []).append(tally)


def recount(values: Mapping[str, Value], settings: Mapping[str, str], store: Store) -> int:
    """Count again what a Derivation with the rule ``ncci.ptp.count`` says it counted.

    StoreError where its release is not on hand or was made of other tables since, InputError where
    a setting is missing.
    """
    try:
        source, release, pinned = (settings[n] for n in ("source", "release", "tables"))
        service, column, code = (settings[n] for n in ("service", "column", "code"))
        day = date.fromisoformat(settings["day"])
    except (KeyError, ValueError) as error:
        raise InputError(f"the rule {RULE} cannot be run again: {error!r}.") from error
    held = [p for p in store.releases(source) if p.release.id == release]
    if not held or column not in COLUMNS:
        raise StoreError(
            f"release {release} of {source} is not on hand, or has no {column!r}.",
            cure="add it with 'payeratlas sources add'.",
        )
    if _pinned(held[0], service) != pinned:
        raise StoreError(
            f"the tables of {release} are not those that were counted.",
            cure="make the page again from the release that is now on hand.",
        )
    part = {name: settings[name] for name in _PART if name in settings}
    if part:
        where = {"service": service, column: code, **part}
        tallies: Sequence[Tally] = store.tally(TABLE, held[0], BY, **where)
    else:
        tallies = _tallies(code, service, column, held[0], store)
    return sum(_by_indicator(tallies, day).values())


RULES = {RULE: recount}


def part_count(edits: Sequence[Row], column: str, as_of: AsOf, store: Store) -> Fact:
    """How many edits of a code have the rationale and modifier indicator of the first of them.

    ``edits`` are all such rows of the release in force that are in effect on the date, with the
    code in ``column``; there is at least one.
    """
    first = edits[0]
    service, code = first.text("service"), first.text(column)
    (published,) = (p for p in store.releases(first.source) if p.release.id == first.release)
    basis = Derivation(
        rule=RULE,
        inputs=(("first", _witness(first, column, store)),),
        settings=(
            *_settings(published, service, column, code, as_of.service_date),
            *((name, first.text(name)) for name in _PART),
        ),
        reference=_HOW,
    )
    release = published.release
    measure = f"ncci.ptp.{service}.{column}.part"
    return Fact(measure, code, len(edits), UNIT, release.covers, basis)


def _counted(code: str, service: str, column: str, as_of: AsOf, store: Store) -> Fact:
    measure = f"ncci.ptp.{service}.{column}.count"
    match = store.in_force(TABLE, as_of, service=service)
    if isinstance(match, Unknown):
        last = newest(TABLE, as_of, store, service=service)
        whole = last is not None and last[0].release.complete
        known = _count(code, service, column, *last, store) if last and whole else None
        return Fact(measure, code, replace(match, last_known=known), UNIT, None)
    if not match.release.complete:
        why = f"{match.release.id} is on hand only as an excerpt, which cannot be counted."
        return Fact(measure, code, Unknown("not_covered", why), UNIT, match.release.covers)
    return _count(code, service, column, match, as_of.service_date, store)


def _told(numbers: Mapping[str, int]) -> tuple[Step, ...]:
    """The count by modifier indicator, a step each."""
    return tuple(
        Step(_INDICATORS[indicator], f"modifier indicator {indicator}", f"{number:,}")
        for indicator, number in numbers.items()
    )


def _count(
    code: str, service: str, column: str, published: Published, day: date, store: Store
) -> Fact:
    tallies = _tallies(code, service, column, published, store)
    numbers = _by_indicator(tallies, day)
    holding = [tally for tally in tallies if in_effect(tally.values, day)]
    release = published.release
    basis = Derivation(
        rule=RULE,
        inputs=tuple(("first", _witness(tally.first, column, store)) for tally in holding[:1]),
        settings=_settings(published, service, column, code, day),
        reference=_HOW,
        tell=partial(_told, numbers),
    )
    return Fact(
        f"ncci.ptp.{service}.{column}.count",
        code,
        sum(numbers.values()),
        UNIT,
        _period(tallies, release, day),
        basis,
    )


def _settings(
    published: Published, service: str, column: str, code: str, day: date
) -> tuple[tuple[str, str], ...]:
    """What counting again needs to know."""
    return (
        ("source", published.release.source),
        ("release", published.release.id),
        ("tables", _pinned(published, service)),
        ("service", service),
        ("column", column),
        ("code", code),
        ("day", day.isoformat()),
    )


def _tallies(
    code: str, service: str, column: str, published: Published, store: Store
) -> Sequence[Tally]:
    loaded = _loaded.get((published.digest, service, column))
    if loaded is not None:
        return loaded.get(code, [])
    return store.tally(TABLE, published, BY, evidence=CODES, **{"service": service, column: code})


def _by_indicator(tallies: Sequence[Tally], day: date) -> Mapping[str, int]:
    return counted_together(((tally.values, tally.rows) for tally in tallies), day)


def _witness(row: Row, column: str, store: Store) -> Fact:
    """The first edit counted: its other code, cited."""
    other = next(name for name in CODES if name != column)
    return store.fact(
        "ncci.ptp.edit",
        row,
        other,
        unit="code",
        subject=f"{row.text('column1')}/{row.text('column2')}",
    )


def _period(tallies: Sequence[Tally], release: Release, day: date) -> Period:
    """The days of the release around a day on which no edit of the code begins or ends."""
    start, end = release.covers.start, release.covers.end
    for tally in tallies:
        deletion = tally.values["deletion"]
        after = deletion + timedelta(days=1) if isinstance(deletion, date) else None
        for change in (tally.values["effective"], after):
            if isinstance(change, date):
                if start < change <= day:
                    start = change
                elif change > day and (end is None or change < end):
                    end = change
    return Period(start, end, release.covers.observed)


def _pinned(published: Published, service: str) -> str:
    """The pinned tables of a service type by the first digits of their sha256."""
    return ", ".join(part.sha256[:12] for part in published.parts_of(TABLE, {"service": service}))
