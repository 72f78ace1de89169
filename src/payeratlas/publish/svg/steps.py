"""Dollars over time: one step line a series, held flat for each period, gaps left open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from payeratlas.model.time import Period
from payeratlas.pages.page import Chart, Point, Series
from payeratlas.publish.svg.parts import (
    SIZE,
    SMALL,
    Drawing,
    Key,
    amount,
    amounts,
    is_narrow,
    ticks,
    wide,
)
from payeratlas.publish.wording import period_text, value_text

_NO_RELEASE = "no release on hand"
_TOP, _LEFT, _FOOT, _RIGHT = 34.0, 42.0, 44.0, 46.0


@dataclass(frozen=True, slots=True)
class _Plane:
    """Where days and dollars stand."""

    first: date
    last: date
    top_dollar: int
    left: float
    right: float
    top: float
    bottom: float

    def x(self, day: date) -> float:
        """A day's place across, held inside the frame."""
        share = (min(max(day, self.first), self.last) - self.first) / (self.last - self.first)
        return self.left + share * (self.right - self.left)

    def y(self, dollars: Decimal | int) -> float:
        """A dollar amount's height."""
        return self.bottom - float(dollars) / self.top_dollar * (self.bottom - self.top)

    def ends(self, period: Period) -> date:
        """The end of a period inside the frame; a period without end runs to the edge."""
        return period.end or self.last


def steps(drawing: Drawing, chart: Chart) -> None:
    """Draw the chart and set the drawing's height."""
    values = amounts(chart.series)
    if not values:
        drawing.height = 40
        drawing.text(0, 24, "No amount on hand to draw.", fill=drawing.theme.muted)
        return
    narrow = is_narrow(drawing.width)
    drawing.height = 300.0 if narrow else 330.0
    axis = ticks(Decimal(0), max(values) * Decimal("1.08"), 6)
    first, last = _extent(chart.series)
    plane = _Plane(
        first,
        last,
        axis[-1],
        _LEFT,
        drawing.width - _RIGHT,
        _TOP,
        drawing.height - _FOOT,
    )
    for dollars in axis:
        drawing.line(plane.left, plane.y(dollars), plane.right, plane.y(dollars))
        drawing.text(
            plane.left - 6,
            plane.y(dollars) + 4,
            f"${dollars:,}",
            fill=drawing.theme.muted,
            anchor="end",
            size=SMALL,
        )
    _years(drawing, plane)
    gaps = _gaps(chart.series, plane)
    if gaps:
        _mark_gaps(drawing, plane, gaps, plane.y(min(values)) + SIZE + 12)
    for series in chart.series:
        _series(drawing, plane, series)
    _legend(drawing, chart.series, bool(gaps))


def _extent(series: tuple[Series, ...]) -> tuple[date, date]:
    """From the first day held to the last; a period without end is drawn for its first year."""
    periods = [p.period for s in series for p in s.points]
    first = min(p.start for p in periods)
    last = max(p.end or p.start + timedelta(days=365) for p in periods)
    return first, last


def _gaps(series: tuple[Series, ...], plane: _Plane) -> list[tuple[date, date]]:
    """The spans inside the frame that no period of any series holds."""
    periods = sorted({p.period for s in series for p in s.points})
    found = []
    reached = plane.first
    for period in periods:
        if period.start > reached:
            found.append((reached, period.start))
        reached = max(reached, plane.ends(period))
    return found


def _years(drawing: Drawing, plane: _Plane) -> None:
    """A rule at each New Year (each year has its own conversion factor) and the year between."""
    for year in range(plane.first.year, plane.last.year + 1):
        start, end = plane.x(date(year, 1, 1)), plane.x(date(year + 1, 1, 1))
        if plane.first < date(year, 1, 1) < plane.last:
            drawing.line(start, plane.top, start, plane.bottom + 6)
        words = f"{year}" if end - start >= 34 else f"’{year % 100:02d}"
        if end - start >= wide(words, SMALL):
            drawing.text(
                (start + end) / 2,
                plane.bottom + 18,
                words,
                fill=drawing.theme.muted,
                anchor="middle",
                size=SMALL,
            )
    drawing.line(plane.left, plane.bottom, plane.right, plane.bottom, drawing.theme.muted)


def _mark_gaps(
    drawing: Drawing, plane: _Plane, gaps: list[tuple[date, date]], ceiling: float
) -> None:
    """Hatch each gap, and say why below ``ceiling``, where no amount is written."""
    paint = drawing.hatch()
    base = plane.bottom - 8
    fits = wide(_NO_RELEASE, SMALL) <= base - ceiling
    words = _NO_RELEASE if fits else _NO_RELEASE.removesuffix(" on hand")
    for start, end in gaps:
        left, right = plane.x(start), plane.x(end)
        span = period_text(Period(start, end))
        drawing.add(
            "rect",
            f"{span}: {_NO_RELEASE}",
            x=left,
            y=plane.top,
            width=right - left,
            height=plane.bottom - plane.top,
            fill=paint,
        )
        if right - left >= SMALL * 1.3:
            middle = (left + right) / 2
            length = wide(words, SMALL)
            drawing.add(
                "rect",
                x=middle - SMALL * 0.65,
                y=base - length,
                width=SMALL * 1.3,
                height=length + 4,
                fill=drawing.theme.paper,
            )
            drawing.text(
                middle + SMALL * 0.35,
                base,
                words,
                fill=drawing.theme.muted,
                size=SMALL,
                turned=True,
            )


def _series(drawing: Drawing, plane: _Plane, series: Series) -> None:
    """The line (broken at gaps), a mark for each period, which a resting pointer explains, and
    values at changes."""
    known = sorted(
        ((p, value) for p in series.points if (value := amount(p.fact)) is not None),
        key=lambda entry: entry[0].period,
    )
    path: list[str] = []
    reached: date | None = None
    for point, value in known:
        start, end = plane.x(point.period.start), plane.x(plane.ends(point.period))
        joined = reached is not None and point.period.start <= reached
        move = "L" if joined else "M"
        path.append(f"{move}{start:.2f} {plane.y(value):.2f}H{end:.2f}")
        reached = plane.ends(point.period)
    drawing.add(
        "path",
        d="".join(path),
        fill="none",
        stroke=drawing.theme.of(series.key),
        stroke_width=2,
        stroke_linejoin="round",
    )
    places = [(plane.x(point.period.start), plane.y(value)) for point, value in known]
    drawing.marks(series.key, places, 3)
    if not is_narrow(drawing.width) and not drawing.bare:  # a phone has no pointer to rest
        for (point, _), (start, height) in zip(known, places, strict=True):
            end = plane.x(plane.ends(point.period))
            drawing.ground(_title(series, point), start, height - 12, end - start, 24)
    _values(drawing, plane, series.key, known)


def _title(series: Series, point: Point) -> str:
    label = f"{point.label}, " if point.label else ""
    return f"{series.title}, {label}{period_text(point.period)}: {value_text(point.fact)}"


def _values(drawing: Drawing, plane: _Plane, key: Key, known: list[tuple[Point, Decimal]]) -> None:
    """Write the amount where it changes, the newest first, leaving out what would collide."""
    changes = [
        (point, value)
        for i, (point, value) in enumerate(known)
        if i == 0 or known[i - 1][1] != value
    ]
    free = float(drawing.width)
    for point, value in reversed(changes):
        words = value_text(point.fact)
        left = min(plane.x(point.period.start), drawing.width - wide(words))
        if left + wide(words) > free:
            continue
        free = left - 4
        height = plane.y(value) - 8 if key == "office" else plane.y(value) + SIZE + 7
        drawing.text(left, height, words, fill=drawing.theme.of(key), weight="600", halo=True)


def _legend(drawing: Drawing, series: tuple[Series, ...], gaps: bool) -> None:
    """Which line is which, in the head; what the hatching means, in the foot."""
    x = 0.0
    for one in series:
        drawing.add(
            "line",
            x1=x,
            y1=10,
            x2=x + 22,
            y2=10,
            stroke=drawing.theme.of(one.key),
            stroke_width=2,
        )
        drawing.mark(one.key, x + 11, 10, 3.5)
        drawing.text(x + 28, 14, one.title, fill=drawing.theme.of(one.key), weight="600")
        x += 28 + wide(one.title) + 18
    if gaps:
        base = drawing.height - 6
        drawing.add(
            "rect",
            x=0.5,
            y=base - 10,
            width=22,
            height=11,
            fill=f"url(#{drawing.id}-hatch)",
            stroke=drawing.theme.rule,
        )
        drawing.text(28, base, _NO_RELEASE, fill=drawing.theme.muted, size=SMALL)
