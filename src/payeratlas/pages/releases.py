"""Which releases a page rests on, and which span each really governs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from payeratlas.model.facts import Unknown
from payeratlas.model.provenance import Release
from payeratlas.model.time import AsOf, Period
from payeratlas.store import Store, Watched
from payeratlas.tables.catalog import contract

CODE = "hcpcs"
"""The column that names a billing code in every table of codes."""
_SCHEDULE = "pfs_rvu"


def releases_in_force(as_of: AsOf, store: Store) -> tuple[Release, ...]:
    """The releases that answer for the date, over all tables, by source and id."""
    return store.once(("releases_in_force", as_of), lambda: _in_force(as_of, store))


def resting_on(as_of: AsOf, store: Store) -> tuple[Release, ...]:
    """Of the releases in force, those that something was read from, by source and id.

    What a page rests on, once all its sections but the last have been composed. A store that is
    not watched cannot tell: then all that are in force.
    """
    answering = releases_in_force(as_of, store)
    if not isinstance(store, Watched):
        return answering
    used = store.used
    return tuple(release for release in answering if release in used)


def series_read(store: Store) -> tuple[str, ...]:
    """The series of which something was read, in order; all on hand where nobody watched."""
    if isinstance(store, Watched):
        return tuple(sorted({release.source for release in store.used}))
    return tuple(dict.fromkeys(published.release.source for published in store.releases()))


def _in_force(as_of: AsOf, store: Store) -> tuple[Release, ...]:
    found = {}
    for table, constants in store.series():
        match = store.in_force(table, as_of, **constants)
        if not isinstance(match, Unknown):
            found[match.release.source, match.release.id] = match.release
    return tuple(release for _, release in sorted(found.items()))


@lru_cache(maxsize=256)
def last_listed(code: str, store: Store) -> Release | None:
    """The newest physician fee schedule release on hand that lists the code, or None."""
    rows = store.history(_SCHEDULE, hcpcs=code)
    return store.release_of(rows[-1]) if rows else None


def dropped_by(latest: Release, as_of: AsOf, store: Store) -> Release | None:
    """The first whole release after ``latest``, the last that lists a code: it no longer does.

    None where the code is still listed by the newest whole release that was known.
    """
    end = latest.covers.end
    later = [
        published.release
        for published in store.releases(latest.source)
        if published.holds(_SCHEDULE)
        and published.release.complete
        and as_of.knows(published.release.issued)
        and end is not None
        and published.release.covers.start >= end
    ]
    return min(later, key=lambda release: release.covers.start, default=None)


def tables_of_codes(store: Store) -> tuple[str, ...]:
    """The tables on hand whose rows are of billing codes, by name."""
    on_hand = dict.fromkeys(table for table, _ in store.series())
    return tuple(
        table for table in on_hand if any(column.name == CODE for column in contract(table).columns)
    )


def default_day(code: str, today: date, store: Store) -> date:
    """Today where a release on hand covers the code today, else the last day that one does.

    The physician fee schedule decides where it lists the code; for other codes any table does.
    """
    standard = {"participation": ("all", "nonqpp")}
    if not isinstance(
        store.look_up(_SCHEDULE, AsOf(today), constants=standard, hcpcs=code), Unknown
    ):
        return today
    if rows := store.history(_SCHEDULE, hcpcs=code):
        return _last_day({store.release_of(row) for row in rows}, today)
    holding = {
        store.release_of(row)
        for table in tables_of_codes(store)
        if table != _SCHEDULE
        for row in store.history(table, hcpcs=code)
    }
    return _last_day(holding, today)


def _last_day(releases: Collection[Release], today: date) -> date:
    """The last day that one of them covers, today at the latest; today where none has begun."""
    ends = [release.covers.end for release in releases if release.covers.start <= today]
    ended = [end for end in ends if end is not None and end <= today]
    return max(ended) - timedelta(days=1) if ended and len(ended) == len(ends) else today


def effective(release: Release, among: tuple[Release, ...], as_of: AsOf) -> Period:
    """The span a release governs once later corrections known at the time are applied.

    RVU24A was issued for January to March 2024; RVU24AR took over from 9 March, so RVU24A
    governs to 8 March where the correction is known.
    """
    covers = release.covers
    for other in among:
        if (
            other.source == release.source
            and as_of.knows(other.issued)
            and (other.complete, other.issued, other.id)
            > (release.complete, release.issued, release.id)
            and covers.start < other.covers.start
            and other.covers.start in covers
        ):
            covers = replace(covers, end=other.covers.start)
    return covers
