"""Our own SVG writer for the charts of a page. Positions are drawn, no figure is computed."""

from __future__ import annotations

from payeratlas.pages.page import Chart
from payeratlas.publish.svg.dots import dots
from payeratlas.publish.svg.funnel import funnel
from payeratlas.publish.svg.parts import PAPER, SCREEN, Drawing, Theme
from payeratlas.publish.svg.spread import spread
from payeratlas.publish.svg.steps import steps

WIDE, NARROW = 720, 358
"""Widths drawn for, in pixels at text size: the measure of a page, and a phone's."""


def draw(
    chart: Chart, *, id: str, width: int = WIDE, theme: Theme = SCREEN, bare: bool = False
) -> str:
    """The chart as one ``<svg>`` element, its ids prefixed with ``id``.

    Drawn for a width in pixels at which its text has its true size. SCREEN takes its colours
    from the CSS variables of the page, PAPER has them fixed. ``bare`` leaves out the titles of
    marks that a table beside the chart repeats by the hundred.
    """
    drawing = Drawing(width, theme, id, bare)
    kind = {"steps": steps, "spread": spread, "dots": dots, "funnel": funnel}[chart.kind]
    kind(drawing, chart)
    return drawing.svg(chart.title, chart.description)


__all__ = ["NARROW", "PAPER", "SCREEN", "WIDE", "Theme", "draw"]
