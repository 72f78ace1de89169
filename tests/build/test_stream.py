"""A file read as it comes in: whole, taken up where it ended, or refused; never two mixed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from payeratlas.build.download import Limits, Moment, Watch
from payeratlas.build.guard import SiteError, Unreachable
from payeratlas.build.posting import Sum, total
from payeratlas.build.posting_run import Measured, duration, estimate
from payeratlas.build.price_stream import Target, signed_until
from payeratlas.build.resume import Changed, Pace
from payeratlas.build.stream import Streamed
from payeratlas.build.web import Web
from sitekit import URL, Clock, Reply, Site

PATH = "/files/zip/rvu25d.zip"
DATA = bytes(range(256)) * 2000
Open = Callable[..., Streamed]


@pytest.fixture
def moments() -> list[Moment]:
    return []


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def opened(web: Web, moments: list[Moment], said: list[str]) -> Iterator[Open]:
    streams: list[Streamed] = []

    def go(**options: Any) -> Streamed:
        watch = Watch(options.pop("clock", Clock()), moments.append, said.append)
        streams.append(Streamed(web, URL, "rates", watch, options.pop("limits", None)))
        return streams[-1]

    yield go
    for stream in streams:
        stream.close()


def test_all_of_it_comes_in_order(site: Site, opened: Open, moments: list[Moment]) -> None:
    site.serve(PATH, Reply(DATA, kind="application/gzip"))
    stream = opened(clock=Clock(0.5))
    assert b"".join(stream) == DATA
    assert stream.got == len(DATA)
    assert stream.version is not None
    assert (stream.version.total, bool(stream.version.etag)) == (len(DATA), True)
    assert next(stream, b"") == b""
    assert len(site.asked) == 1
    last = moments[-1]
    assert (last.got, last.total, last.left) == (len(DATA), len(DATA), 0)
    assert last.rate


@pytest.mark.parametrize("ranges", [True, False], ids=["ranges", "no ranges"])
def test_a_break_is_taken_up(site: Site, opened: Open, ranges: bool) -> None:
    """Also where the site sends all of it again: the bytes on hand are then passed over."""
    site.serve(PATH, Reply(DATA, cut=70_000, ranges=ranges), Reply(DATA, ranges=ranges))
    assert b"".join(opened()) == DATA
    assert site.ranges()[1] == "bytes=70000-"


def test_a_file_without_marks_cannot_be_continued(site: Site, opened: Open) -> None:
    site.serve(PATH, Reply(DATA, cut=70_000, etag="", dated=False), Reply(DATA))
    with pytest.raises(Changed):
        b"".join(opened())


@pytest.mark.parametrize("ranges", [True, False], ids=["ranges", "no ranges"])
def test_two_versions_are_never_mixed(site: Site, opened: Open, ranges: bool) -> None:
    other = DATA[::-1]
    site.serve(PATH, Reply(DATA, cut=70_000), Reply(other, ranges=ranges))
    with pytest.raises(Changed):
        b"".join(opened())


def test_a_site_that_gives_a_little_each_time_is_given_up(site: Site, opened: Open) -> None:
    site.serve(PATH, Reply(DATA, cut=10))
    with pytest.raises(Unreachable):
        b"".join(opened(limits=Limits(gain=1000)))
    assert 20 < len(site.asked) < 60


def test_a_slow_site_is_dropped_and_asked_again(site: Site, opened: Open, said: list[str]) -> None:
    site.serve(PATH, Reply(DATA))
    with pytest.raises(Unreachable, match="next to nothing"):
        b"".join(opened(clock=Clock(1000.0), limits=Limits(window=1.0, slowest=1e9)))
    assert len(site.asked) > 3
    assert any("next to nothing" in words for words in said)


def test_packing_on_the_way_is_refused_unless_it_is_gzip(site: Site, opened: Open) -> None:
    site.serve(PATH, Reply(DATA, headers=(("Content-Encoding", "br"),)))
    with pytest.raises(SiteError, match=r"packs the file on the way \(br\)"):
        b"".join(opened())
    packed = (("Content-Encoding", "gzip"),)
    site.serve(PATH, Reply(DATA, headers=packed))
    assert b"".join(opened()) == DATA
    site.serve(PATH, Reply(DATA, headers=packed, cut=70_000), Reply(DATA, headers=packed))
    with pytest.raises(Changed):
        b"".join(opened())


def test_pace_counts_from_window_to_window() -> None:
    pace = Pace(10.0, 100.0, 0.0, 0)
    pace.check(9.0, 0, "x")
    pace.check(10.0, 1000, "x")
    with pytest.raises(Unreachable):
        pace.check(20.0, 1999, "x")


# -- what fetching takes -------------------------------------------------------------------------


def target(size: int | None, **more: Any) -> Target:
    return Target("n", "https://x.example/n", "https://x.example/n?s", 1, 1, size=size, **more)


def test_sizes_that_are_not_known_are_estimated_and_counted() -> None:
    assert total([]) == Sum(0, 0, 0)
    assert total([target(None)]) == Sum(0, 1, None)
    assert total([target(100), target(300), target(None)]) == Sum(400, 1, 600)


def test_time_is_estimated_at_the_measured_rate_or_an_assumed_one() -> None:
    found = estimate([target(10**9)], None)
    assert (found.seconds, found.basis) == (100, "assumed")
    found = estimate([target(10**9)], 2e6)
    assert (found.seconds, found.rate) == (500, 2e6)
    assert "came in" in found.basis
    assert estimate([target(None)], None).seconds is None


def test_small_files_measure_nothing() -> None:
    measured = Measured(Watch(Clock()))
    measured.watch().moment(Moment("x", 1000, None, 5e9, None))
    assert measured.rate is None
    measured.watch().moment(Moment("x", 2 << 20, None, 7e6, None))
    assert measured.rate == 7e6


@pytest.mark.parametrize(
    ("seconds", "words"), [(5, "5 s"), (600, "10 min"), (7200, "2.0 h"), (89.6, "90 s")]
)
def test_spans_are_told_in_a_fitting_unit(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("query", "day"),
    [
        ("Expires=1683676800&Signature=x&Key-Pair-Id=y", "2023-05-10"),
        ("sv=2021&se=2026-12-01T00%3A00%3A00Z&sig=x", "2026-12-01"),
        ("X-Amz-Date=20260101T000000Z&X-Amz-Expires=60", ""),
        ("expires=soon", ""),
        ("expires=999999999999999", ""),
        ("", ""),
    ],
)
def test_until_when_an_address_is_signed(query: str, day: str) -> None:
    assert signed_until(f"https://x.example/a?{query}") == day


def test_hosts_are_those_of_the_address() -> None:
    assert target(None).host == "x.example"
    assert Target("n", "https://X.example:443/n", "", 1, 1).host == "x.example"
