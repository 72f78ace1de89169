"""The newest release of a table: what an Unknown points to, and which day to ask about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from payeratlas.model.facts import Unknown
from payeratlas.model.time import AsOf
from payeratlas.store import Published, Store


def newest(
    table: str, as_of: AsOf, store: Store, **constants: str
) -> tuple[Published, date] | None:
    """The newest release that was known, whole ones before excerpts, and the last day it covers.

    For a release without an end the day is its first. None where no release was known.
    """
    key = "newest", table, as_of, tuple(constants.items())
    return store.once(key, lambda: _newest(table, as_of, store, constants))


def _newest(
    table: str, as_of: AsOf, store: Store, constants: Mapping[str, str]
) -> tuple[Published, date] | None:
    held = [
        published
        for published in store.releases()
        if published.holds(table, **constants) and as_of.knows(published.release.issued)
    ]
    if not held:
        return None
    last = max(held, key=lambda p: (p.release.complete, p.release.covers.start, p.release.issued))
    covers = last.release.covers
    return last, covers.end - timedelta(days=1) if covers.end else covers.start


def default_day(table: str, store: Store, today: date, **constants: str) -> date:
    """Today where a release on hand covers it, else the nearest day before it that one covers.

    Where releases cover only days to come, the first of those; today where there is none at all.
    """
    if not isinstance(store.in_force(table, AsOf(today), **constants), Unknown):
        return today
    spans = [p.release.covers for p in store.releases() if p.holds(table, **constants)]
    ended = [span.end for span in spans if span.end is not None and span.end <= today]
    if ended:
        return max(ended) - timedelta(days=1)
    return min((span.start for span in spans if span.start > today), default=today)
