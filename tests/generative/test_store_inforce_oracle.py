"""The release in force against a slow, obvious twin: a calendar painted day by day."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from payeratlas.model.provenance import Release
from payeratlas.model.time import AsOf, Period
from payeratlas.store.inforce import gap, in_force

ORIGIN = date(2024, 1, 1)
SPAN = 24


def day(number: int) -> date:
    return ORIGIN + timedelta(days=number)


@st.composite
def releases(draw: st.DrawFn) -> list[Release]:
    """Up to nine releases in a window of a few weeks: gaps, overlaps, corrections, excerpts."""
    found = []
    for number in range(draw(st.integers(0, 9))):
        start = draw(st.integers(1, SPAN - 2))
        end = draw(st.none() | st.integers(start + 1, SPAN))
        found.append(
            Release(
                source=draw(st.sampled_from(["a", "b"])),
                id=f"r{number}",
                title="",
                issued=day(draw(st.integers(0, SPAN))),
                issued_basis="printed",
                covers=Period(day(start), day(end) if end else None),
                status=draw(st.sampled_from(["final", "final", "correction", "proposed"])),
                complete=draw(st.sampled_from([True, True, False])),
            )
        )
    return draw(st.permutations(found))


def calendar(found: Sequence[Release], known_on: date | None) -> dict[date, Release]:
    """Which release a person would have on the desk for each day of service.

    Issues arrive in the order of their days, corrections after what is final on the same day.
    Each is laid over the days it covers, except that an excerpt never hides a whole release.
    """
    desk: dict[date, Release] = {}
    arriving = sorted(found, key=lambda r: (r.issued, r.status == "correction", r.id, r.source))
    for release in arriving:
        if release.status == "proposed" or (known_on is not None and release.issued > known_on):
            continue
        for number in range(SPAN + 2):
            served = day(number)
            if served < release.covers.start:
                continue
            if release.covers.end is not None and served >= release.covers.end:
                continue
            if served in desk and desk[served].complete and not release.complete:
                continue
            desk[served] = release
    return desk


@settings(max_examples=500, deadline=None)
@given(releases(), st.none() | st.integers(0, SPAN))
def test_in_force_equals_the_calendar_on_every_day(found: list[Release], known: int | None) -> None:
    known_on = None if known is None else day(known)
    desk = calendar(found, known_on)
    for number in range(SPAN + 2):
        assert in_force(found, AsOf(day(number), known_on)) == desk.get(day(number))


@settings(max_examples=300, deadline=None)
@given(releases(), st.integers(0, SPAN), st.none() | st.integers(0, SPAN))
def test_a_gap_names_the_nearest_on_each_side(
    found: list[Release], number: int, known: int | None
) -> None:
    as_of = AsOf(day(number), None if known is None else day(known))
    if in_force(found, as_of) is not None:
        return
    desk = calendar(found, as_of.known_on)
    unknown = gap(found, as_of, "a_table")
    assert unknown.reason == "not_covered"
    assert "a_table" in unknown.detail
    before = next((desk[day(n)] for n in range(number, -1, -1) if day(n) in desk), None)
    after = next((desk[day(n)] for n in range(number, SPAN + 2) if day(n) in desk), None)
    for side, expected in (("before it", before), ("after it", after)):
        named = re.search(rf"{side} (r\d) \((.)\) covers (\S+ on|\S+ to [\d-]+)", unknown.detail)
        assert (named is None) == (expected is None)
        if named and expected:
            (match,) = [r for r in found if r.id == named[1]]
            assert (named[2], named[3]) == (match.source, str(match.covers))
            edge = "end" if side == "before it" else "start"
            assert getattr(match.covers, edge) == getattr(expected.covers, edge)
    for release in found:
        if day(number) in release.covers:
            assert f"{release.id} ({release.source}) covers it but" in unknown.detail


@given(releases(), st.integers(0, SPAN))
def test_learning_more_never_brings_an_older_issue_back(found: list[Release], number: int) -> None:
    whole = [dataclasses.replace(r, complete=True) for r in found]
    issued = [
        match.issued
        for known in range(SPAN + 1)
        if (match := in_force(whole, AsOf(day(number), day(known)))) is not None
    ]
    assert issued == sorted(issued)
