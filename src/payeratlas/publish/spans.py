"""Inline marks as HTML: spans of a line, a figure with its source, note marks, rows of a table.

Written out here rather than in a template because a page holds thousands of them. Every text is
escaped; no white space stands between spans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from markupsafe import Markup

from payeratlas.publish.svg import NARROW, WIDE, draw
from payeratlas.publish.view import (
    CellView,
    ChartView,
    Figure,
    GridView,
    HeadView,
    Ink,
    Label,
    Line,
    When,
)


class Pen:
    """Writes what stands in a line, each figure with its source inside it.

    :class:`~payeratlas.publish.lean.LeanPen` writes the same for the pages of a site, in fewer
    bytes.
    """

    lean = False
    """Whether what repeats is left to the site's style sheet and script."""

    def sources(self) -> Mapping[str, Sequence[object]]:
        """The sources of figures that are not told inside them: none."""
        return {}

    def line(self, inks: Line, scope: str) -> Markup:
        """A line of text; ``scope`` is the section whose notes its marks lead to."""
        return Markup("".join([self.ink(ink, scope) for ink in inks]))

    def marks(self, numbers: Sequence[int], scope: str) -> Markup:
        """Note marks; they show on paper, and on a screen once the notes are open."""
        return Markup(self.noted(numbers, scope))

    def rows(self, grid: GridView, scope: str) -> Markup:
        """The body rows of a table, one a line; the first cell heads its row."""
        wordy = grid.wordy
        return Markup("".join([self.row(row, grid.head, wordy, scope) for row in grid.rows]))

    def svg(self, chart: ChartView, wide: bool) -> Markup:
        """The drawing of a chart, for a wide window or a narrow one."""
        size, name = (WIDE, "wide") if wide else (NARROW, "narrow")
        return Markup(draw(chart.chart, id=f"{chart.id}-{name}", width=size, bare=self.lean))

    def row(
        self, row: Sequence[CellView], head: Sequence[HeadView], wordy: bool, scope: str
    ) -> str:
        """One row; in a ``wordy`` table, which a phone shows as cards, with its roles."""
        cells = []
        for position, cell in enumerate(row):
            attributes = f' class="{cell.tone}"' if cell.tone != "plain" else ""
            inside = "".join([self.ink(ink, scope) for ink in cell.line])
            if position == 0:
                attributes = ' scope="row"' + (' role="rowheader"' if wordy else "") + attributes
                told = _tooltip(cell.id, escape(cell.source)) if cell.source else ""
                cells.append(f"<th{attributes}>{inside}{self.noted(cell.marks, scope)}{told}</th>")
            else:
                if wordy:
                    named = escape(head[position].text)
                    attributes = f' role="cell" data-head="{named}"' + attributes
                cells.append(f"<td{attributes}>{inside}</td>")
        opened = ' role="row"' if wordy else ""
        if row and row[0].source:  # one stop for the keyboard, which shows the source of them all
            opened += f' class="one" tabindex="0" aria-describedby="{row[0].id}"'
        return f"\n<tr{opened}>{''.join(cells)}</tr>"

    def ink(self, ink: Ink, scope: str) -> str:
        """One span of a line."""
        if isinstance(ink, Figure):
            return self.figure(ink) + self.noted(ink.marks, scope)
        text = escape(ink.text, quote=False)
        if isinstance(ink, Label):
            shown = self.coded(text) if ink.code else text
            if not ink.href:
                return shown
            remote = ' rel="noopener noreferrer"' if ink.href.startswith("http") else ""
            return f'<a href="{escape(ink.href)}"{remote}>{shown}</a>'
        return self.dated(ink, text) if isinstance(ink, When) else text

    def dated(self, when: When, text: str) -> str:
        """An escaped date or period; a day with its machine-readable form."""
        if not when.single:
            return text
        return f'<time datetime="{escape(when.iso)}">{text}</time>'

    def coded(self, text: str) -> str:
        """An escaped text in the face of codes."""
        return f'<span class="name">{text}</span>'

    def figure(self, figure: Figure) -> str:
        """A value or the reason why there is none, with its source, which shows on hover and
        focus."""
        if not figure.id:
            return f'<data class="fact" value="{escape(figure.value)}">{escape(figure.text)}</data>'
        told = f'tabindex="0" aria-describedby="{figure.id}"'
        source = _source(figure)
        if figure.known:
            value = escape(figure.value)
            return f'<data class="fact" value="{value}" {told}>{escape(figure.text)}{source}</data>'
        brief = " brief" if figure.letter else ""
        return f'<span class="fact unknown{brief}" {told}>{reason(figure)}{source}</span>'

    def noted(self, numbers: Sequence[int], scope: str) -> str:
        """Note marks as text."""
        if not numbers:
            return ""
        links = [f'<a href="#{escape(scope)}-note-{n}">{n}</a>' for n in numbers]
        return f'<sup class="mark">{", ".join(links)}</sup>'


def reason(figure: Figure) -> str:
    """Why there is no value: its words, its letter where cells share it, the last known value."""
    letter = f"<sup>{escape(figure.letter)}</sup>" if figure.letter else ""
    last = ""
    if figure.last:
        opening = figure.last[:1].upper() + figure.last[1:]
        last = f' <span class="last">{escape(opening)}.</span>'
    return f"{escape(figure.text)}{letter}{last}"


def told_lines(figure: Figure) -> Sequence[str]:
    """The lines of a figure's source below what they speak of."""
    return figure.sources or ("No value, so nothing to cite.",)


def _source(figure: Figure) -> str:
    told = "".join([f"<span>{escape(text)}</span>" for text in told_lines(figure)])
    return _tooltip(figure.id, f"<b>{escape(figure.about)}</b>{told}")


def _tooltip(identity: str, inside: str) -> str:
    return f'<span class="src" role="tooltip" id="{identity}">{inside}</span>'
