"""A funnel: a bar for each step, as long as the rows left after it, and the median then."""

from __future__ import annotations

from payeratlas.model.facts import Fact
from payeratlas.pages.page import Chart, Point, Series
from payeratlas.publish.svg.parts import SMALL, Drawing, is_narrow, wide
from payeratlas.publish.wording import value_text

_BAR = 12.0
_STEP = 37.0
_HEAD = 22.0


def funnel(drawing: Drawing, chart: Chart) -> None:
    """Draw the chart and set the drawing's height: step over bar, so that words never meet it."""
    top = 0.0
    for series in chart.series:
        counts = [_count(point.fact) for point in series.points]
        most = max(counts, default=0)
        if not most:
            continue
        top = _steps(drawing, series, most, top)
    if not top:
        drawing.height = 40
        drawing.text(0, 24, "No posted rate on hand to draw.", fill=drawing.theme.muted)
        return
    drawing.height = top


def _steps(drawing: Drawing, series: Series, most: int, top: float) -> float:
    right = "Median then"
    drawing.text(drawing.width, top + 12, right, fill=drawing.theme.muted, anchor="end", size=SMALL)
    drawing.text(0, top + 12, "Posted rates left", fill=drawing.theme.muted, size=SMALL)
    top += _HEAD
    reach = drawing.width - 92.0
    for point in series.points:
        _step(drawing, series, point, top, reach * _count(point.fact) / most, reach)
        top += _STEP
    return top + 4


def _step(
    drawing: Drawing, series: Series, point: Point, top: float, length: float, reach: float
) -> None:
    """What the step is, how many it sets aside, the bar of those left, and the median then."""
    aside = point.more[0] if len(point.more) > 1 else None
    last = point.more[-1] if point.more else None
    words = point.label
    left = value_text(point.fact)
    if aside is not None:
        words += f": −{value_text(aside)}"
    told = f"{words}; {left} left"
    if last is not None and last.known:
        told += f"; median {value_text(last)}"
    drawing.text(
        0,
        top + 12,
        _fitting(words, drawing.width - 92),
        size=SMALL if is_narrow(drawing.width) else 12.0,
    )
    drawing.add(
        "rect", told, x=0, y=top + 17, width=max(length, 1.0), height=_BAR,
        fill=drawing.theme.of(series.key),
    )  # fmt: skip
    room = wide(left, SMALL) + 6
    x = min(length + 6, reach - room + 6)
    drawing.text(x, top + 27, left, size=SMALL, halo=True)
    if last is not None and last.known:
        drawing.text(drawing.width, top + 27, value_text(last), anchor="end", weight="600")
    else:
        drawing.text(
            drawing.width, top + 27, "too few", fill=drawing.theme.muted, anchor="end", size=SMALL
        )


def _fitting(words: str, width: float) -> str:
    most = int(width / (SMALL * 0.6))
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _count(fact: Fact) -> int:
    """Rows; nothing where the fact is no count."""
    return fact.value if isinstance(fact.value, int) and not isinstance(fact.value, bool) else 0
