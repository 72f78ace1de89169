"""Which releases a page rests on, and which span each really governs."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from payeratlas.model.facts import Unknown
from payeratlas.model.provenance import Release
from payeratlas.model.time import AsOf, Period
from payeratlas.store import Store, Watched


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
    return tuple(release for release in answering if release in store.used)


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
    rows = store.history("pfs_rvu", hcpcs=code)
    return store.release_of(rows[-1]) if rows else None


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
