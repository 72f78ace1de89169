"""A dot and its interval for each label, panel by panel, beside a marked amount.

A label whose figure is not known has a ring for each of the amounts beside it.
"""

from __future__ import annotations

from decimal import Decimal

from payeratlas.model.facts import Fact
from payeratlas.pages.page import Chart, Point, Series
from payeratlas.publish.svg.parts import (
    SMALL,
    Anchor,
    Axis,
    Drawing,
    amount,
    draw_axis,
    is_narrow,
    ticks,
    wide,
    wrap,
)
from payeratlas.publish.wording import value_text

_SIDE = 14.0
_ROW = 26.0
_LINE = 15.0
_BOLD = 1.15  # how much wider words are that are set in bold


def dots(drawing: Drawing, chart: Chart) -> None:
    """Draw the chart and set the drawing's height; each panel has an axis of its own."""
    top = _legend(drawing, chart)
    began = top
    for series in chart.series:
        if any(_amounts(point) for point in series.points):
            top = _panel(drawing, series, chart.marked_as, top)
    if top == began:
        drawing.height = 40
        drawing.text(0, 24, "No amount on hand to draw.", fill=drawing.theme.muted)
        return
    drawing.height = top


def _legend(drawing: Drawing, chart: Chart) -> float:
    """What the marks are, where both kinds stand in the drawing; returns where it ends."""
    known = {amount(p.fact) is not None for s in chart.series for p in s.points if _amounts(p)}
    if False not in known:
        return 0.0
    ink = drawing.theme.ink
    _circle(drawing, 6, 10, ink)
    drawing.text(16, 14, "the rate of one organisation", fill=drawing.theme.muted, size=SMALL)
    if True in known:
        x = 34 + wide("the rate of one organisation", SMALL)
        drawing.add("circle", cx=x, cy=10, r=4.5, fill=ink)
        drawing.text(x + 10, 14, "a median", fill=drawing.theme.muted, size=SMALL)
    return 30.0


def _circle(drawing: Drawing, x: float, y: float, colour: str, title: str = "") -> None:
    drawing.add("circle", title, cx=x, cy=y, r=4.5, fill="none", stroke=colour, stroke_width=1.8)


def _panel(drawing: Drawing, series: Series, called: str, top: float) -> float:
    """One panel; returns where the next one begins."""
    narrow = is_narrow(drawing.width)
    names = {id(p): wrap(p.label, _room(drawing)) for p in series.points}
    marked = series.marked if series.marked and amount(series.marked) is not None else None
    reach = [Decimal(0)]
    for point in series.points:
        reach += _amounts(point)
    if marked:
        reach.append(amount(marked) or Decimal(0))
    dollars = ticks(min(reach), max(reach), 4 if narrow else 7)
    axis = Axis(dollars[0], dollars[-1], _left(drawing), drawing.width - _SIDE - 8)
    drawing.mark(series.key, 6, top + 10, 4)
    drawing.text(16, top + 14, series.title, fill=drawing.theme.of(series.key), weight="600")
    head = top + (44 if marked else 28)
    rows = [max(_ROW, len(names[id(p)]) * _LINE + (20 if narrow else 11)) for p in series.points]
    foot = head + sum(rows)
    draw_axis(drawing, axis, dollars, head, foot)
    if marked:
        _marked(drawing, axis, marked, called, head, foot)
    at = head
    for point, height in zip(series.points, rows, strict=True):
        _row(drawing, axis, series, point, names[id(point)], at, height)
        at += height
    return foot + 40


def _left(drawing: Drawing) -> float:
    """Where the axis begins: beside the names, or on a phone below them."""
    return _SIDE if is_narrow(drawing.width) else 190.0


def _room(drawing: Drawing) -> float:
    return drawing.width - 2 * _SIDE if is_narrow(drawing.width) else 176.0


def _row(
    drawing: Drawing,
    axis: Axis,
    series: Series,
    point: Point,
    name: list[str],
    top: float,
    height: float,
) -> None:
    """A label, the interval as a bar, the dot, and its figure."""
    value = amount(point.fact)
    narrow = is_narrow(drawing.width)
    first = top + _LINE if narrow else top + height / 2 + 4 - (len(name) - 1) * _LINE / 2
    for line, words in enumerate(name):
        x, anchor = (0.0, "start") if narrow else (axis.left - 12, "end")
        drawing.text(x, first + line * _LINE, words, anchor=_anchor(anchor), halo=narrow)
    middle = top + (len(name) * _LINE + 9 if narrow else height / 2)
    colour = drawing.theme.of(series.key)
    if value is None:
        for fact in point.more:
            _ring(drawing, axis, fact, middle, colour, f"{point.label}, {series.title}")
        return
    told = f"{point.label}, {series.title}: {value_text(point.fact)}"
    ends = [v for f in point.more if (v := amount(f)) is not None]
    if len(ends) == 2:
        told += f", interval {value_text(point.more[0])} to {value_text(point.more[1])}"
        drawing.add(
            "line",
            x1=axis.x(ends[0]),
            y1=middle,
            x2=axis.x(ends[1]),
            y2=middle,
            stroke=colour,
            stroke_width=5,
            stroke_opacity=0.35,
            stroke_linecap="round",
        )
    drawing.mark(series.key, axis.x(value), middle, 5, "" if drawing.bare else told)
    _figure(drawing, axis, value_text(point.fact), axis.x(max([value, *ends])), middle + 4)


def _ring(drawing: Drawing, axis: Axis, fact: Fact, middle: float, colour: str, whose: str) -> None:
    """One amount of a label that has no figure of its own."""
    value = amount(fact)
    if value is None:
        return
    title = "" if drawing.bare else f"{whose}, one organisation: {value_text(fact)}"
    _circle(drawing, axis.x(value), middle, colour, title)


def _amounts(point: Point) -> list[Decimal]:
    return [v for fact in (point.fact, *point.more) if (v := amount(fact)) is not None]


def _figure(drawing: Drawing, axis: Axis, words: str, x: float, y: float) -> None:
    """The median in figures, right of its mark; left of the frame's edge where it is near."""
    x += 11
    if x + wide(words) * _BOLD <= drawing.width:
        drawing.text(x, y, words, weight="600", halo=True)
    else:
        drawing.text(drawing.width, y - 12, words, weight="600", anchor="end", halo=True)


def _marked(
    drawing: Drawing, axis: Axis, fact: Fact, called: str, head: float, foot: float
) -> None:
    """The marked amount as a dashed line through the panel, its value above."""
    value = amount(fact)
    assert value is not None
    words = f"{called} {value_text(fact)}"
    x = axis.x(value)
    drawing.add(
        "line",
        words,
        x1=x,
        y1=head - 8,
        x2=x,
        y2=foot,
        stroke=drawing.theme.ink,
        stroke_dasharray="4 3",
    )
    half = wide(words) / 2
    centre = max(half, min(x, drawing.width - half))
    drawing.text(centre, head - 13, words, anchor="middle")


def _anchor(name: str) -> Anchor:
    return "end" if name == "end" else "start"
