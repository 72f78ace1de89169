"""One mark a locality along a dollar axis: a strip for the office, a strip for the facility."""

from __future__ import annotations

from decimal import Decimal
from math import sqrt

from payeratlas.model.facts import Fact
from payeratlas.pages.page import Chart, Point, Series
from payeratlas.publish.svg.parts import (
    SIZE,
    Anchor,
    Axis,
    Drawing,
    amount,
    amounts,
    draw_axis,
    is_narrow,
    ticks,
    wide,
    wrap,
)
from payeratlas.publish.wording import value_text

_SIDE = 14.0
_LINE = 16.0

_End = tuple[float, int, Anchor, str]
"""A line of words under a strip: place across, line below, anchor, words."""


def spread(drawing: Drawing, chart: Chart) -> None:
    """Draw the chart and set the drawing's height."""
    values = amounts(chart.series)
    if not values:
        drawing.height = 40
        drawing.text(0, 24, "No amount on hand to draw.", fill=drawing.theme.muted)
        return
    marked = chart.marked if chart.marked and amount(chart.marked) is not None else None
    reach = [*values, *([amount(marked) or Decimal(0)] if marked else [])]
    round_dollars = ticks(min(reach), max(reach), 5 if is_narrow(drawing.width) else 8)
    axis = Axis(round_dollars[0], round_dollars[-1], _SIDE, drawing.width - _SIDE - 6)
    radius = 2.2 if is_narrow(drawing.width) else 3.2
    bands = [_Band(series, axis, radius, drawing.width) for series in chart.series]
    foot = sum(band.height for band in bands)
    draw_axis(drawing, axis, round_dollars, 0, foot)
    top = 0.0
    for band in bands:
        if marked and _belongs(marked, band.series, chart.series):
            band.draw_marked(drawing, axis, top, marked, chart.marked_as)
        band.draw(drawing, axis, top)
        top += band.height
    drawing.height = foot + 26


def _belongs(marked: Fact, series: Series, every: tuple[Series, ...]) -> bool:
    """Whether the marked fact measures what the series does; it stands in all if in none."""
    same = [any(p.fact.measure == marked.measure for p in one.points) for one in every]
    return not any(same) or same[every.index(series)]


class _Band:
    """One strip: title, swarm, and the names of the lowest and highest."""

    def __init__(self, series: Series, axis: Axis, radius: float, width: int) -> None:
        known = [
            (value, p.label, p) for p in series.points if (value := amount(p.fact)) is not None
        ]
        self.series = series
        self.radius = radius
        self.points: list[tuple[Decimal, str, Point]] = sorted(known, key=lambda k: k[:2])
        self.places = swarm([axis.x(value) for value, _, _ in self.points], radius)
        reach = max((abs(y) for _, y in self.places), default=0.0) + radius
        self.ends = self._ends(axis, width)
        self.head = 2 * _LINE + 4
        self.middle = self.head + reach
        self.labels = self.middle + reach + _LINE
        self.height = self.labels + max((end[1] for end in self.ends), default=0) * _LINE + 22

    def draw(self, drawing: Drawing, axis: Axis, top: float) -> None:
        """Every mark, the two ends named. Where a pointer can rest on a mark it has a title."""
        colour = drawing.theme.of(self.series.key)
        drawing.mark(self.series.key, 6, top + 10, 4)
        drawing.text(16, top + 14, self.series.title, fill=colour, weight="600")
        if not self.points:
            return
        low, high = self.points[0][0], self.points[-1][0]
        places = [(x, top + self.middle + y) for x, y in self.places]
        for (value, _, _), (x, centre) in zip(self.points, places, strict=True):
            if value in (low, high):
                drawing.add(
                    "circle",
                    cx=x,
                    cy=centre,
                    r=self.radius + 3,
                    fill="none",
                    stroke=drawing.theme.ink,
                )
        titles = [
            f"{label}, {self.series.title}: {value_text(point.fact)}"
            for _, label, point in self.points
        ]
        drawing.marks(
            self.series.key, places, self.radius, [] if is_narrow(drawing.width) else titles
        )
        for x, line, anchor, words in self.ends:
            drawing.text(x, top + self.labels + line * _LINE, words, anchor=anchor, halo=True)

    def _ends(self, axis: Axis, width: int) -> list[_End]:
        """Name the lowest and the highest, beside each other where both fit, else below."""
        if not self.points:
            return []
        low, high = self.points[0], self.points[-1]
        lowest = wrap(f"Lowest {value_text(low[2].fact)}, {low[1]}", width)
        start = max(0.0, min(axis.x(low[0]) - 8, width - _widest(lowest)))
        ends: list[_End] = [(start, line, "start", words) for line, words in enumerate(lowest)]
        if low[0] == high[0]:
            return ends
        highest = wrap(f"Highest {value_text(high[2].fact)}, {high[1]}", width)
        at = axis.x(high[0])
        if at - 8 + _widest(highest) <= width:
            anchor: Anchor = "start"
            x = left = at - 8
        else:
            anchor, x = "end", max(at + 8, _widest(highest))
            left = x - _widest(highest)
        down = 0 if start + _widest(lowest) + 12 <= left else len(lowest)
        return ends + [(x, down + line, anchor, words) for line, words in enumerate(highest)]

    def draw_marked(
        self, drawing: Drawing, axis: Axis, top: float, fact: Fact, called: str
    ) -> None:
        """The marked fact as a line through the strip, with its value above."""
        value = amount(fact)
        if value is None:
            return
        words = f"{called} {value_text(fact)}"
        x = axis.x(value)
        base = top + self.head - 6
        drawing.add(
            "line",
            words,
            x1=x,
            y1=base + 4,
            x2=x,
            y2=top + self.labels - SIZE,
            stroke=drawing.theme.ink,
            stroke_dasharray="4 3",
        )
        half = wide(words) / 2
        centre = max(half, min(x, drawing.width - half))
        drawing.text(centre, base, words, anchor="middle", weight="600")


def _widest(lines: list[str]) -> float:
    return max(map(wide, lines))


def swarm(places: list[float], radius: float) -> list[tuple[float, float]]:
    """Set marks beside each other without overlap, each at its own dollar, as near the middle
    line as it can: above and below in turn. ``places`` are in ascending order."""
    step, apart = radius * 0.5, radius * 2.1
    # How far apart marks must stand across that are so many levels apart in height.
    reach = [sqrt(apart**2 - (step * levels) ** 2) for levels in range(int(apart / step) + 1)]
    near = [(levels, reach[abs(levels)]) for levels in range(1 - len(reach), len(reach))]
    free: dict[int, float] = {}  # from where on a level can be used again
    placed: list[tuple[float, float]] = []
    for x in places:
        turn = level = 0
        while x < free.get(level, x):
            turn += 1
            level = (turn + 1) // 2 * (1 if turn % 2 else -1)
        placed.append((x, step * level))
        for other, room in near:
            free[level + other] = max(free.get(level + other, x), x + room)
    return placed
