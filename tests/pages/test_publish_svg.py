"""Charts: every figure is drawn at its place, gaps stay open, nothing leaves the frame."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
import sample
from hypothesis import given
from hypothesis import strategies as st

import benchkit
from payeratlas.model.time import AsOf
from payeratlas.pages.benchmarks import plots
from payeratlas.pages.benchmarks.choose import headline
from payeratlas.pages.benchmarks.figures import Figures
from payeratlas.pages.page import Chart, Point, Series
from payeratlas.publish.svg import NARROW, PAPER, SCREEN, WIDE, draw
from payeratlas.publish.svg.parts import ticks, wide, wrap
from payeratlas.publish.svg.spread import swarm

SVG = "{http://www.w3.org/2000/svg}"
_FOUND = benchkit.benchmarks()
_MAKE = Figures(_FOUND, AsOf(date(2025, 10, 15)))
_CELLS = headline(_FOUND)


def dots_chart() -> Chart:
    """Payers beside Medicare, of benchmarks made by hand."""
    charts = plots.dots(_CELLS, _MAKE)
    return replace(charts[0], series=tuple(one for chart in charts for one in chart.series))


def funnel_chart() -> Chart:
    """The funnel of the first cell."""
    folded = plots.funnel(_CELLS[0], _MAKE)
    assert folded is not None
    chart = folded.blocks[0]
    assert isinstance(chart, Chart)
    return chart


CHARTS = (sample.trend_chart(), sample.spread_chart(), dots_chart(), funnel_chart())
NAMES = ("steps", "spread", "dots", "funnel")


def titles(svg: ET.Element, tag: str) -> list[str]:
    return [t.text or "" for e in svg.iter(SVG + tag) for t in e.findall(SVG + "title")]


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("chart", CHARTS, ids=NAMES)
def test_accessible_name_description_and_unique_ids(chart: Chart, width: int) -> None:
    svg = ET.fromstring(draw(chart, id="c1", width=width))
    assert svg.get("role") == "img"
    ids = [e.get("id") for e in svg.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    by_id = {e.get("id"): e for e in svg.iter()}
    assert by_id[svg.get("aria-labelledby")].text == chart.title
    assert by_id[svg.get("aria-describedby")].text == chart.description


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("chart", CHARTS, ids=NAMES)
def test_text_is_legible_and_inside_the_frame(chart: Chart, width: int) -> None:
    svg = ET.fromstring(draw(chart, id="c1", width=width))
    _, _, across, down = map(float, (svg.get("viewBox") or "").split())
    assert across == width
    for text in svg.iter(SVG + "text"):
        size, x, y = (float(text.get(a) or 0) for a in ("font-size", "x", "y"))
        assert size >= 11
        assert 0 <= y <= down
        if text.get("transform"):
            continue
        length = wide(text.text or "", size)
        left = {"end": x - length, "middle": x - length / 2}.get(text.get("text-anchor", ""), x)
        assert left >= -2
        assert left + length * 0.9 <= across + 2


def dots(svg: ET.Element) -> list[list[tuple[float, float]]]:
    """The places of the marks that are drawn as lines of no length, for each path of them."""
    found = []
    for path in svg.iter(SVG + "path"):
        if path.get("stroke-linecap") not in ("round", "square"):
            continue
        x = y = 0
        places = []
        for across, down in re.findall(r"m(-?\d+)[ ]?(-?\d+)h0", path.get("d") or ""):
            x, y = x + int(across), y + int(down)
            at = complex(x, y) / 10
            if "rotate(45)" in (path.get("transform") or ""):
                at *= complex(0.5**0.5, 0.5**0.5)
            places.append((at.real, at.imag))
        found.append(places)
    return found


def test_a_mark_for_every_period_says_release_period_and_amount() -> None:
    svg = ET.fromstring(draw(sample.trend_chart(), id="c1"))
    told = [t for t in titles(svg, "rect") if "no release" not in t]
    assert len(told) == 2 * len(sample.HISTORY)
    for narrow in (
        draw(sample.trend_chart(), id="c1", width=NARROW),
        draw(sample.trend_chart(), id="c1", bare=True),
    ):
        bare = ET.fromstring(narrow)
        assert all("no release" in t for t in titles(bare, "rect"))
        assert list(map(len, dots(bare))) == [len(sample.HISTORY)] * 2
    assert "Office (non-facility), RVU25A, January 1 to March 31, 2025: $240.98" in told
    assert "Facility, RVU24AR, March 9 to March 31, 2024: $118.50" in told


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_gaps_are_hatched_named_and_left_open(width: int) -> None:
    svg = ET.fromstring(draw(sample.trend_chart(), id="c1", width=width))
    gaps = [t for t in titles(svg, "rect") if t.endswith("no release on hand")]
    assert gaps == [
        "October 1 to December 31, 2024: no release on hand",
        "April 1 to September 30, 2025: no release on hand",
        "January 1 to June 30, 2026: no release on hand",
    ]
    assert "no release on hand" in [t.text for t in svg.iter(SVG + "text")]
    paths = [p.get("d") or "" for p in svg.iter(SVG + "path") if p.get("stroke-linejoin")]
    assert len(paths) == 2
    for path in paths:
        assert path.count("M") == 4  # one move a run of releases without a gap
        spans = [
            (float(r.get("x") or 0), float(r.get("x") or 0) + float(r.get("width") or 0))
            for r in svg.iter(SVG + "rect")
            for t in r.findall(SVG + "title")
            if (t.text or "").endswith("no release on hand")
        ]
        for start, _, end in re.findall(r"[ML]([\d.]+) ([\d.]+)H([\d.]+)", path):
            middle = (float(start) + float(end)) / 2
            assert not any(a < middle < b for a, b in spans)


def test_years_are_labelled() -> None:
    svg = ET.fromstring(draw(sample.trend_chart(), id="c1"))
    told = [t.text for t in svg.iter(SVG + "text")]
    assert [str(year) for year in range(2020, 2027)] == [
        t for t in told if t and re.fullmatch(r"20\d\d", t)
    ]


def test_heights_follow_amounts() -> None:
    svg = ET.fromstring(draw(sample.trend_chart(), id="c1"))
    bare = ET.fromstring(draw(sample.trend_chart(), id="c1", bare=True))
    marks = [place for path in dots(bare) for place in path]
    assert dots(svg) == []  # paper draws no line of no length: there each mark is a shape
    assert len(list(svg.iter(SVG + "circle"))) == len(sample.HISTORY) + 1
    grounds = [r for r in svg.iter(SVG + "rect") if "$" in (r.findtext(SVG + "title") or "")]
    found = {}
    for ground in grounds:
        x, y = float(ground.get("x") or 0), float(ground.get("y") or 0) + 12
        assert any(abs(a - x) < 0.2 and abs(b - y) < 0.2 for a, b in marks)
        found[Decimal((ground.findtext(SVG + "title") or "").rpartition("$")[2])] = y
    assert len(marks) == len(grounds)
    assert len(found) >= 6
    ordered = sorted(found)
    assert [found[a] for a in ordered] == sorted(found.values(), reverse=True)
    per_dollar = {
        round((found[a] - found[b]) / float(b - a), 2) for a, b in pairwise(ordered) if b - a > 20
    }
    assert max(per_dollar) - min(per_dollar) <= 0.02


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_mark_for_every_locality_with_both_ends_named(width: int) -> None:
    svg = ET.fromstring(draw(sample.spread_chart(), id="c1", width=width))
    told = titles(svg, "circle") + titles(svg, "path")
    if width == WIDE:
        assert len(told) == 218
        assert "Alaska*, AK, Facility: $150.09" in told
    else:  # no pointer rests on a mark of a phone: a path a series, a move a mark
        assert told == []
        assert list(map(len, dots(svg))) == [109, 109]
    bare = ET.fromstring(draw(sample.spread_chart(), id="c1", width=width, bare=True))
    office, facility = dots(bare)
    assert (len(office), len(facility)) == (109, 109)
    if width == WIDE:  # the same places, whichever way the marks are drawn
        circles = [e for e in svg.iter(SVG + "circle") if e.findall(SVG + "title")]
        for (x, y), circle in zip(office, circles, strict=True):
            assert abs(x - float(circle.get("cx") or 0)) <= 0.1
            assert abs(y - float(circle.get("cy") or 0)) <= 0.1
        diamonds = [e for e in svg.iter(SVG + "path") if e.findall(SVG + "title")]
        for (x, y), diamond in zip(facility, diamonds, strict=True):
            top = re.match(r"M([\d.]+) ([\d.]+)l([\d.]+)", diamond.get("d") or "")
            assert top is not None
            assert abs(x - float(top[1])) <= 0.15
            assert abs(y - float(top[2]) - float(top[3])) <= 0.15
    words = " ".join(t.text or "" for t in svg.iter(SVG + "text"))
    assert "Lowest $213.89, Arkansas, AR" in words
    assert "Highest $318.41, San Jose-Sunnyvale-Santa Clara (San Benito Cnty), CA" in words
    assert "Highest $150.09, Alaska*, AK" in words
    assert words.count("National $240.98") == 1  # in the strip of its own measure


def test_marks_differ_by_shape_as_well_as_colour() -> None:
    svg = ET.fromstring(draw(sample.spread_chart(), id="c1"))
    assert all(", Office" in t for t in titles(svg, "circle"))
    assert all(", Facility" in t for t in titles(svg, "path"))


def test_themes() -> None:
    screen = draw(sample.trend_chart(), id="c1", theme=SCREEN)
    paper = draw(sample.trend_chart(), id="c1", theme=PAPER)
    assert "var(--office)" in screen
    assert not re.search(r"#[0-9a-f]{6}", screen)
    assert "var(" not in paper


@pytest.mark.parametrize("chart", CHARTS, ids=NAMES)
def test_a_chart_without_amounts_says_so(chart: Chart) -> None:
    unknown = (Point(sample.QUALIFYING, sample.OCTOBER, "x"),)
    empty = replace(chart, series=(replace(chart.series[0], points=unknown),), marked=None)
    assert re.search("No (amount|posted rate) on hand to draw.", draw(empty, id="c1"))
    assert "$0.00" not in draw(empty, id="c1")


@pytest.mark.parametrize("chart", CHARTS[:3], ids=NAMES[:3])
def test_one_point_and_an_open_period_can_be_drawn(chart: Chart) -> None:
    period = replace(sample.OCTOBER, end=None)
    one = replace(
        chart, series=(Series("office", "Office", (Point(sample.OFFICE, period, "here"),)),)
    )
    for width in (WIDE, NARROW):
        assert "$240.98" in draw(one, id="c1", width=width)


def test_texts_are_escaped() -> None:
    poison = "<script>&\"'\x1b"
    chart = replace(sample.spread_chart(), title=poison, description=poison)
    svg = draw(chart, id=f"c{poison}")
    ET.fromstring(svg)
    assert "<script" not in svg


@given(st.decimals("0.01", 5000, places=2), st.decimals("0", 5000, places=2), st.integers(2, 9))
def test_ticks_hold_the_range_in_few_round_steps(low: Decimal, more: Decimal, most: int) -> None:
    found = ticks(low, low + more, most)
    assert found[0] <= low
    assert found[-1] >= low + more
    assert 2 <= len(found) <= most + 1
    assert len({b - a for a, b in pairwise(found)}) == 1


@given(st.lists(st.floats(0, 300), max_size=60))
def test_marks_never_overlap_nor_leave_their_dollar(places: list[float]) -> None:
    radius = 3.0
    set_down = swarm(sorted(places), radius)
    assert [x for x, _ in set_down] == sorted(places)
    for i, (x, y) in enumerate(set_down):
        for a, b in set_down[:i]:
            assert (x - a) ** 2 + (y - b) ** 2 >= (2 * radius) ** 2


def test_wrap_keeps_every_word() -> None:
    words = "Highest $318.41, San Jose-Sunnyvale-Santa Clara (San Benito Cnty), CA"
    lines = wrap(words, 200)
    assert len(lines) > 1
    assert " ".join(lines) == words
    assert all(wide(line) <= 200 for line in lines)


def test_dates_outside_one_year_stay_in_the_frame() -> None:
    start = replace(sample.OCTOBER, start=date(2025, 12, 31))
    chart = replace(
        sample.trend_chart(),
        series=(Series("office", "Office", (Point(sample.OFFICE, start, "day"),)),),
    )
    svg = ET.fromstring(draw(chart, id="c1"))
    assert all(
        0 <= float(c.get("cx") or 0) <= WIDE for c in svg.iter(SVG + "circle") if c.get("cx")
    )


def bars(svg: ET.Element) -> list[tuple[str, float]]:
    return [
        (r.findtext(SVG + "title") or "", float(r.get("width") or 0))
        for r in svg.iter(SVG + "rect")
    ]


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_bar_is_as_long_as_the_rows_left_and_its_number_beyond_it(width: int) -> None:
    chart = funnel_chart()
    svg = ET.fromstring(draw(chart, id="c1", width=width))
    drawn = bars(svg)
    left = [point.fact.value for point in chart.series[0].points]
    assert left == [220, 208, 200, 180, 108, 108]
    per_row = {round(length / count, 1) for (_, length), count in zip(drawn, left, strict=True)}
    assert len(per_row) == 1
    assert drawn[1][0] == "Zero, or less than zero: −12; 208 left; median $990.00"
    assert drawn[0][0] == "Posted rates read; 220 left; median $950.00"
    numbers = {t.text: float(t.get("x") or 0) for t in svg.iter(SVG + "text")}
    assert numbers["220"] > drawn[0][1]
    assert numbers["220"] + wide("220", 11) <= width - 84


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_dot_stands_at_its_median_inside_its_interval(width: int) -> None:
    chart = dots_chart()
    svg = ET.fromstring(draw(chart, id="c1", width=width))
    told = titles(svg, "circle") + titles(svg, "path")
    assert "Aetna, Professional, office: $445.00, interval $276.00 to $620.00" in told
    points = [point for one in chart.series for point in one.points]
    rings = [f for point in points if not point.fact.known for f in point.more]
    assert rings  # payers with too few organisations for a median
    assert sum("one organisation: $" in words for words in told) == len(rings)
    assert len(told) == len(rings) + sum(point.fact.known for point in points)
    spans = [
        (float(e.get("x1") or 0), float(e.get("x2") or 0))
        for e in svg.iter(SVG + "line")
        if e.get("stroke-linecap") == "round"
    ]
    circles = [
        e for e in svg.iter(SVG + "circle") if e.findall(SVG + "title") and e.get("fill") != "none"
    ]
    for circle, (low, high) in zip(circles, spans[: len(circles)], strict=True):
        assert low < float(circle.get("cx") or 0) < high
    medicare = [t for t in titles(svg, "line") if t.startswith("Medicare")]
    assert medicare == ["Medicare $244.31", "Medicare $890.29"]


def test_a_dot_without_an_interval_and_without_medicare_is_drawn_alone() -> None:
    chart = dots_chart()
    first = chart.series[0]
    bare = replace(first, marked=None, points=(replace(first.points[0], more=()),))
    svg = ET.fromstring(draw(replace(chart, series=(bare,)), id="c1"))
    assert titles(svg, "circle") == ["Aetna, Professional, office: $445.00"]
    assert not [e for e in svg.iter(SVG + "line") if e.get("stroke-linecap") == "round"]
    assert titles(svg, "line") == []


def test_organisations_are_marked_against_medicare() -> None:
    chart = plots.spread(_CELLS, _MAKE)
    assert chart is not None
    text = draw(chart, id="c1")
    assert text.count("<title>Medicare $890.29</title>") == len(chart.series)
    assert "National" not in text
