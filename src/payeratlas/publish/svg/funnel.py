"""A funnel: a bar for each step, as long as the rows left after it, and the median then."""

from __future__ import annotations

from payeratlas.model.facts import Fact
from payeratlas.pages.page import Chart, Point, Series
from payeratlas.publish.svg.parts import SIZE, SMALL, Drawing, wide
from payeratlas.publish.wording import value_text

_BAR = 12.0
_STEP = 37.0
_HEAD = 22.0
_MEDIANS = 84.0  # what the medians take at the right


def funnel(drawing: Drawing, chart: Chart) -> None:
    """Draw the chart and set the drawing's height; each step's words stand over its bar."""
    top = 0.0
    for series in chart.series:
        if most := max((_count(point.fact) for point in series.points), default=0):
            top = _steps(drawing, series, most, top)
    if not top:
        drawing.height = 40
        drawing.text(0, 24, "No posted rate on hand to draw.", fill=drawing.theme.muted)
        return
    drawing.height = top


def _steps(drawing: Drawing, series: Series, most: int, top: float) -> float:
    """The steps of one series; returns where the next begins."""
    muted = drawing.theme.muted
    drawing.text(0, top + 12, "Posted rates left", fill=muted, size=SMALL)
    drawing.text(drawing.width, top + 12, "Median then", fill=muted, anchor="end", size=SMALL)
    top += _HEAD
    widest = max(wide(value_text(point.fact), SMALL) for point in series.points)
    reach = drawing.width - _MEDIANS - widest - 8
    for point in series.points:
        _step(drawing, series, point, top, reach * _count(point.fact) / most)
        top += _STEP
    return top + 4


def _step(drawing: Drawing, series: Series, point: Point, top: float, length: float) -> None:
    """What the step is, how many it sets aside, the bar of those left, and the median then."""
    aside = point.more[0] if len(point.more) > 1 else None
    last = point.more[-1] if point.more else None
    left = value_text(point.fact)
    words = point.label if aside is None else f"{point.label}: −{value_text(aside)}"
    told = f"{words}; {left} left"
    if last is not None and last.known:
        told += f"; median {value_text(last)}"
    drawing.text(0, top + 12, _fitting(words, drawing.width))
    drawing.add(
        "rect",
        "" if drawing.bare else told,
        x=0,
        y=top + 17,
        width=max(length, 1.0),
        height=_BAR,
        fill=drawing.theme.of(series.key),
    )
    drawing.text(length + 6, top + 27, left, size=SMALL)
    if last is not None and last.known:
        drawing.text(drawing.width, top + 27, value_text(last), anchor="end", weight="600")
    else:
        muted = drawing.theme.muted
        drawing.text(drawing.width, top + 27, "too few", fill=muted, anchor="end", size=SMALL)


def _fitting(words: str, width: float) -> str:
    """Words on one line, cut where there are too many."""
    most = int(width / (SIZE * 0.6))
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _count(fact: Fact) -> int:
    """Rows; nothing where the fact is no count."""
    return fact.value if isinstance(fact.value, int) and not isinstance(fact.value, bool) else 0
