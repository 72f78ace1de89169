"""Which release answers for a date. Pure: releases in, one release out, nothing opened.

The rule: final or correction, covering the date of service, issued no later than the day whose
knowledge is used; whole releases before excerpts, then the latest issued. There is no
carry-forward: where nothing covers the date, nothing is in force.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from payeratlas.model.facts import Unknown
from payeratlas.model.provenance import Release
from payeratlas.model.time import AsOf


def rank(release: Release) -> tuple[bool, date, bool, str, str]:
    """What decides between releases that cover the same day; the greatest is in force.

    Whole before excerpt, then the latest issued; on one day of issue a correction stands above
    what it corrects, and the release id settles the rest.
    """
    correction = release.status == "correction"
    return release.complete, release.issued, correction, release.id, release.source


def in_force(releases: Iterable[Release], as_of: AsOf) -> Release | None:
    """The one release in force on ``as_of.service_date`` as known on ``as_of.known_on``."""
    answering = (
        release
        for release in releases
        if release.status != "proposed"
        and as_of.service_date in release.covers
        and as_of.knows(release.issued)
    )
    return max(answering, key=rank, default=None)


def gap(releases: Iterable[Release], as_of: AsOf, sought: str) -> Unknown:
    """Why no release is in force: what was looked for, and the nearest releases on either side.

    ``sought`` names the table (and constants) in words. The neighbours are shown so that a reader
    can see the gap; they never stand in for it.
    """
    day = as_of.service_date
    held = sorted(releases, key=lambda r: (r.covers.start, *rank(r)))
    if not held:
        return Unknown("not_covered", f"no release of {sought} is on hand.")
    usable = [r for r in held if r.status != "proposed" and as_of.knows(r.issued)]
    known = f", as known on {as_of.known_on}" if as_of.known_on else ""
    words = [f"no release of {sought} on hand covers {day}{known}"]
    ended = [r for r in usable if r.covers.end is not None and r.covers.end <= day]
    if ended:
        words.append(f"before it {_named(max(ended, key=lambda r: (r.covers.end, *rank(r))))}")
    if later := [r for r in usable if r.covers.start > day]:
        start = min(r.covers.start for r in later)
        words.append(
            f"after it {_named(max((r for r in later if r.covers.start == start), key=rank))}"
        )
    for release in held:
        if day in release.covers and release not in usable:
            why = (
                "is only proposed"
                if release.status == "proposed"
                else f"was issued on {release.issued}, later than that day"
            )
            words.append(f"{release.id} ({release.source}) covers it but {why}")
    return Unknown("not_covered", "; ".join(words) + ".")


def _named(release: Release) -> str:
    return f"{release.id} ({release.source}) covers {release.covers}"
