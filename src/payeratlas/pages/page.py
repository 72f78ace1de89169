"""The Page: everything a publication says about one code, before any rendering.

A number can stand in a page only as a Fact (or as a name: a code, a date, an identifier). Text
that carries a figure is written with :func:`sentence`, whose template may hold no digit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from string import Formatter
from typing import Literal

from payeratlas.model.facts import Fact
from payeratlas.model.provenance import Release
from payeratlas.model.time import AsOf, Period

Tone = Literal["plain", "good", "caution", "bad", "unknown"]


@dataclass(frozen=True, slots=True)
class Name:
    """An identifier printed as it is: a billing code, modifier, locality, release or rule id.

    ``code`` True sets it in the page's code face. ``href`` may link it; ``page:64624`` means the
    page of another code, which is a link only where that page is published beside this one.
    """

    text: str
    code: bool = True
    href: str = ""


Span = str | Fact | Name | date | Period
Text = tuple[Span, ...]


def sentence(template: str, **parts: Span | Text) -> Text:
    """Words around Facts: ``sentence("{office} in the office.", office=fact)``.

    The template itself may hold no digit, so that a figure can only come from a part; ValueError
    otherwise, and where a placeholder has no part or a part no placeholder.
    """
    spans: list[Span] = []
    used: set[str] = set()
    for literal, name, _, _ in Formatter().parse(template):
        if re.search(r"\d", literal):
            raise ValueError(f"a literal digit in a sentence: {literal!r}")
        if literal:
            spans.append(literal)
        if name is not None:
            part = parts[name]
            used.add(name)
            spans.extend(part if isinstance(part, tuple) else (part,))
    if unused := set(parts) - used:
        raise ValueError(f"parts without a place: {sorted(unused)}")
    return tuple(spans)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: Text


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short texts."""

    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """One answer of the answer box: a question, its answer, and a line under it."""

    label: str
    answer: Text
    note: Text = ()
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Tiles:
    """The answer box."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a grid; ``tone`` colours a verdict, always beside words that say the same."""

    text: Text
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. ``folded`` grids are shown closed with their caption as the summary.

    ``numeric`` lists the column positions (from 0) to align right. The first column heads the row.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: tuple[int, ...] = ()
    folded: bool = False
    note: Text = ()


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a chart: its Fact, the span it holds for, and a label.

    ``more`` are Facts drawn beside it: of ``dots`` the two ends of an interval; of ``funnel`` the
    rows that the step sets aside, where it sets any, and last the median after it.
    """

    fact: Fact
    period: Period
    label: str = ""
    more: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """Points of one kind, e.g. the office amounts; ``key`` names its colour: office, facility.

    ``marked`` is a figure that the points of this series are held against.
    """

    key: Literal["office", "facility"]
    title: str
    points: tuple[Point, ...]
    marked: Fact | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing. ``steps`` is dollars over time, held flat for each period, gaps left open;
    ``spread`` is one mark a place or organisation along a dollar axis; ``dots`` a dot with its
    interval for each label, beside a marked amount; ``funnel`` a bar for each step, as long as what
    is left after it. A Grid with the same figures follows. ``marked_as`` are the words before the
    marked figure."""

    kind: Literal["steps", "spread", "dots", "funnel"]
    title: str
    series: tuple[Series, ...]
    description: str
    marked: Fact | None = None
    marked_as: str = "National"

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every figure in it, in reading order."""
        found: list[Fact] = []
        for one in self.series:
            for point in one.points:
                found += [point.fact, *point.more]
            found += [one.marked] if one.marked else []
        return (*found, *([self.marked] if self.marked else []))


@dataclass(frozen=True, slots=True)
class Gap:
    """Something the page cannot say: what was looked for, why it is absent, what would fill it."""

    what: str
    why: Text
    fill: Text


Block = Paragraph | Bullets | Tiles | Grid | Chart | Gap


@dataclass(frozen=True, slots=True)
class Subsection:
    """A titled run of blocks inside a section; a ``folded`` one is shown closed, and holds no
    folded table."""

    title: str
    blocks: tuple[Block, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """One section. ``id`` is its anchor, ``letter`` its place in the publication (A to J).

    ``empty`` sections hold only gaps; a page's list of contents shows them as such.
    """

    id: str
    letter: str
    title: str
    blocks: tuple[Block | Subsection, ...]
    lead: Text = ()
    empty: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One publication about one billing code at one service date.

    ``facts`` are all Facts of the code; those inside sections are among them or beside them.
    ``releases`` are those in force that the page rests on; ``edition`` digests all of them and
    the software version.
    """

    code: str
    system: str
    title: str
    summary: Text
    as_of: AsOf
    edition: str
    version: str
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    releases: tuple[Release, ...]
    notices: tuple[Text, ...] = ()


def texts(blocks: Sequence[Block | Subsection]) -> list[Text]:
    """Every Text of the blocks, in reading order (charts give none: their grids do)."""
    found: list[Text] = []
    for block in blocks:
        match block:
            case Subsection(blocks=inner):
                found += texts(inner)
            case Paragraph(text=text):
                found.append(text)
            case Bullets(items=items):
                found += items
            case Tiles(tiles=tiles):
                for tile in tiles:
                    found += [tile.answer, tile.note]
            case Grid(rows=rows, note=note):
                found += [cell.text for row in rows for cell in row]
                found.append(note)
            case Gap(why=why, fill=fill):
                found += [why, fill]
            case Chart():
                pass
    return found
