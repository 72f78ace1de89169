"""The inline marks of a site's pages: the same words in a third of the bytes.

A site holds tens of thousands of pages, each with hundreds of figures, and most of what a single
page spells out beside each figure is alike on all of them. Here the sources of all figures stand
in one list at the page's foot, its phrases each once; the site's script (``sources.js``) puts them
where a single page has them. Without script each figure still has its note mark, which leads to
the sources of its section. Drawings name classes of the site's style sheet for what repeats.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from html import escape
from itertools import chain
from pathlib import Path

from markupsafe import Markup

from payeratlas.publish.spans import Pen, reason, told_lines
from payeratlas.publish.view import CellView, ChartView, Figure, GridView, HeadView, When

_HALO = ' stroke="var(--paper)" stroke-width="4" paint-order="stroke" stroke-linejoin="round"'
_STYLES = {
    "h1": f' fill="var(--office)" font-size="12" font-weight="600"{_HALO}',
    "h2": f' fill="var(--facility)" font-size="12" font-weight="600"{_HALO}',
    "h3": f' fill="var(--ink)" font-size="12"{_HALO}',
    "t1": ' fill="var(--muted)" font-size="11" text-anchor="middle"',
    "t2": ' fill="var(--muted)" font-size="11" text-anchor="end"',
    "t3": ' fill="var(--muted)" font-size="11"',
    "t4": ' fill="var(--ink)" font-size="12" font-weight="600" text-anchor="middle"',
    "t5": ' fill="var(--office)" font-size="12" font-weight="600"',
    "t6": ' fill="var(--facility)" font-size="12" font-weight="600"',
    "t7": ' fill="var(--ink)" font-size="12" font-weight="600" text-anchor="end"',
    "t8": ' fill="var(--ink)" font-size="12"',
    "t9": ' fill="var(--ink)" font-size="11"',
    "r": ' stroke="var(--rule)"',
    "o": ' fill="var(--office)"',
    "f": ' fill="var(--facility)"',
    "c": ' fill="transparent"',
}
"""Attributes that repeat in drawings, by the class that stands for them; longer ones first."""
_UNITLESS = ("font-weight", "stroke-width", "stroke-linejoin", "paint-order", "text-anchor")
_PLAIN = re.compile(r"[\w.:#/+%-]+", re.ASCII)
_RECORD = re.compile(r"(?<=record )[\d,]*\d")
_CLOSED = re.compile(
    r"</(?:p|li|dd|dt)>\n(?=</|<(?:p|li|d[dlt]|div|ul|ol|h\d|details|section|nav|figure)\b)"
)
_PHRASE = re.compile(r"(?<=[,;:]) | (?=of )")


class LeanPen(Pen):
    """Writes for a page of a site, and keeps the sources of what it wrote, in reading order."""

    lean = True

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}
        self._told: list[list[int]] = []

    @property
    def lines(self) -> Iterable[str]:
        """Every line kept so far, once."""
        return self._lines

    def sources(self) -> dict[str, Sequence[object]]:
        """Where the figures come from, each phrase and line once.

        ``told`` has for every figure (``data``, ``u``, ``i``, ``em``) and every row with one
        source, in the page's order, the lines of its source; ``lines`` the phrases of each, which
        a blank joins; both by position, where ``phrases`` go on from :func:`common`. The source of
        a row is one line, and the record that stands in it for a ``#``.
        """
        known = {phrase: place for place, phrase in enumerate(common())}
        own = len(known)
        number = known.setdefault
        lines = [[number(p, len(known)) for p in _PHRASE.split(line)] for line in self._lines]
        return {"phrases": list(known)[own:], "lines": lines, "told": self._told}

    def tell(self, *lines: str) -> None:
        """Keep the source of the element that is written now."""
        number = self._lines.setdefault
        self._told.append([number(line, len(self._lines)) for line in lines])

    def tell_row(self, source: str) -> None:
        """Keep the source of a row: rows of a table differ in little but the record."""
        found = _RECORD.search(source)
        if found is None:
            self.tell(source)
            return
        pattern = f"{source[: found.start()]}#{source[found.end() :]}"
        line = self._lines.setdefault(pattern, len(self._lines))
        self._told.append([line, int(found[0].replace(",", ""))])

    def svg(self, chart: ChartView, wide: bool) -> Markup:
        return Markup(classed(str(super().svg(chart, wide))))

    def rows(self, grid: GridView, scope: str) -> Markup:
        """The body of a table; it says itself where every row of it has one source."""
        ones = bool(grid.rows) and all(row and row[0].source for row in grid.rows)
        rows = str(super().rows(grid, scope))
        if ones:
            return Markup("<tbody class=ones>" + rows.replace("<tr class=one>", "<tr>"))
        return Markup("<tbody>" + rows)

    def row(
        self, row: Sequence[CellView], head: Sequence[HeadView], wordy: bool, scope: str
    ) -> str:
        source = row[0].source if row else ""
        if source:
            self.tell_row(source)
        cells = ["\n<tr class=one>" if source else "\n<tr>"]
        for position, cell in enumerate(row):
            tag = "<td" if position else "<th"
            opened = f"{tag}>" if cell.tone == "plain" else f"{tag} class={cell.tone}>"
            line = cell.line
            if len(line) == 1:
                inside = self.ink(line[0], scope)
            else:
                inside = "".join([self.ink(ink, scope) for ink in line])
            cells.append(opened + inside)
            if cell.marks:
                cells.append(self.noted(cell.marks, scope))
        return "".join(cells)

    def coded(self, text: str) -> str:
        return f"<code>{text}</code>"

    def dated(self, when: When, text: str) -> str:
        return text

    def figure(self, figure: Figure) -> str:
        if not figure.id:  # its row tells its source, and the JSON holds the bare value
            return escape(figure.text, quote=False)
        self.tell(figure.about, *told_lines(figure))
        if figure.known and figure.value == figure.text:
            return f"<u>{escape(figure.text, quote=False)}</u>"
        if figure.known:
            return f"<data value={_quoted(figure.value)}>{escape(figure.text, quote=False)}</data>"
        name = "i" if figure.letter else "em"  # a few words that open a reason, or the whole
        return f"<{name}>{reason(figure)}</{name}>"

    def noted(self, numbers: Sequence[int], scope: str) -> str:
        if not numbers:
            return ""
        return f"<sup class=mark>{', '.join(map(str, numbers))}</sup>"


@cache
def common() -> tuple[str, ...]:
    """The phrases that stand in the site's script, because many pages use them.

    Which ones changes the size of a site and nothing else; ``perf/phrases.py`` finds them.
    """
    text = Path(__file__).with_name("phrases.txt").read_text("utf-8")
    return tuple(text.splitlines())


def phrases_of(lines: Iterable[str]) -> Iterator[str]:
    """What lines of sources are made of."""
    return chain.from_iterable(map(_PHRASE.split, lines))


def thinned(page: str) -> str:
    """A whole page without the end tags that HTML lets one leave out before what follows them."""
    return _CLOSED.sub("\n", page)


def classed(svg: str) -> str:
    """A drawing with classes of :func:`chart_style` for the attributes that repeat in it."""
    svg = svg.replace(' xmlns="http://www.w3.org/2000/svg"', "", 1)
    for name, attributes in _STYLES.items():
        svg = svg.replace(attributes, f' class="{name}"')
    return svg


def chart_style() -> str:
    """The style sheet of the classes in drawings."""
    rules = []
    for name, attributes in _STYLES.items():
        told = re.findall(r' ([\w-]+)="([^"]*)"', attributes)
        inside = ";".join(
            f"{key}:{value}{'px' if value.isdigit() and key not in _UNITLESS else ''}"
            for key, value in told
        )
        rules.append(f".chart svg .{name}{{{inside}}}\n")
    return "".join(rules)


def _quoted(value: str) -> str:
    """A value of an attribute, in quotes where HTML asks for them."""
    return value if _PLAIN.fullmatch(value) else f'"{escape(value)}"'
