"""Inline marks as HTML: spans of a line, a figure with its source, note marks, rows of a table.

Written out here rather than in a template because a page holds thousands of them. Every text is
escaped; no white space stands between spans.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from payeratlas.publish.view import CellView, Figure, GridView, HeadView, Ink, Label, Line, When


def line(inks: Line, scope: str) -> Markup:
    """A line of text; ``scope`` is the section whose notes its marks lead to."""
    return Markup("".join([_ink(ink, scope) for ink in inks]))


def marks(numbers: Sequence[int], scope: str) -> Markup:
    """Note marks; they show on paper, and on a screen once the notes are open."""
    return Markup(_marks(numbers, scope))


def rows(grid: GridView, scope: str) -> Markup:
    """The body rows of a table, one a line; the first cell heads its row."""
    wordy = grid.wordy
    return Markup("".join([_row(row, grid.head, wordy, scope) for row in grid.rows]))


def _row(row: Sequence[CellView], head: Sequence[HeadView], role: bool, scope: str) -> str:
    cells = []
    for position, cell in enumerate(row):
        numeric = position < len(head) and head[position].numeric
        classes = ["num"] if numeric else []
        if cell.tone != "plain":
            classes.append(cell.tone)
        attributes = f' class="{" ".join(classes)}"' if classes else ""
        inside = "".join([_ink(ink, scope) for ink in cell.line])
        if position == 0:
            attributes = ' scope="row"' + (' role="rowheader"' if role else "") + attributes
            told = _tooltip(cell.id, escape(cell.source)) if cell.source else ""
            cells.append(f"<th{attributes}>{inside}{_marks(cell.marks, scope)}{told}</th>")
        else:
            if role:
                named = escape(head[position].text)
                attributes = f' role="cell" data-head="{named}"' + attributes
            cells.append(f"<td{attributes}>{inside}</td>")
    opened = ' role="row"' if role else ""
    if row and row[0].source:  # one stop for the keyboard, which shows the source of them all
        opened += f' class="one" tabindex="0" aria-describedby="{row[0].id}"'
    return f"\n<tr{opened}>{''.join(cells)}</tr>"


def _ink(ink: Ink, scope: str) -> str:
    if isinstance(ink, Figure):
        return _figure(ink) + _marks(ink.marks, scope)
    text = escape(ink.text)
    if isinstance(ink, Label):
        shown = f'<span class="name">{text}</span>' if ink.code else text
        if not ink.href:
            return shown
        remote = ' rel="noopener noreferrer"' if ink.href.startswith("http") else ""
        return f'<a href="{escape(ink.href)}"{remote}>{shown}</a>'
    if isinstance(ink, When) and ink.single:
        return f'<time datetime="{escape(ink.iso)}">{text}</time>'
    return text


def _figure(figure: Figure) -> str:
    """A value or the reason why there is none, with its source, which shows on hover and focus."""
    text = escape(figure.text)
    if not figure.id:
        return f'<data class="fact" value="{escape(figure.value)}">{text}</data>'
    told = f'tabindex="0" aria-describedby="{figure.id}"'
    if figure.known:
        value = escape(figure.value)
        return f'<data class="fact" value="{value}" {told}>{text}{_source(figure)}</data>'
    brief, letter = "", ""
    if figure.letter:
        brief, letter = " brief", f"<sup>{escape(figure.letter)}</sup>"
    last = ""
    if figure.last:
        opening = figure.last[:1].upper() + figure.last[1:]
        last = f' <span class="last">{escape(opening)}.</span>'
    return f'<span class="fact unknown{brief}" {told}>{text}{letter}{last}{_source(figure)}</span>'


def _source(figure: Figure) -> str:
    lines = figure.sources or ("No value, so nothing to cite.",)
    told = "".join([f"<span>{escape(text)}</span>" for text in lines])
    return _tooltip(figure.id, f"<b>{escape(figure.about)}</b>{told}")


def _tooltip(identity: str, inside: str) -> str:
    return f'<span class="src" role="tooltip" id="{identity}">{inside}</span>'


def _marks(numbers: Sequence[int], scope: str) -> str:
    if not numbers:
        return ""
    links = [f'<a href="#{escape(scope)}-note-{n}">{n}</a>' for n in numbers]
    return f'<sup class="mark">{", ".join(links)}</sup>'
