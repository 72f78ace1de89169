"""Typesetting: from a Page to the PageView that every renderer prints.

Numbers figures over the page and notes over each section, and decides where a note's mark stands:
beside its figure, on the row, or in the column's heading.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from string import ascii_lowercase

from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.time import Period
from payeratlas.pages.page import (
    Block,
    Bullets,
    Cell,
    Chart,
    Gap,
    Grid,
    Name,
    Page,
    Paragraph,
    Section,
    Span,
    Subsection,
    Text,
    Tiles,
)
from payeratlas.publish.notes import Key, Note, Notes, Place, Sources
from payeratlas.publish.view import (
    BlockView,
    BulletsView,
    CellView,
    ChartView,
    Figure,
    GapView,
    GridView,
    HeadView,
    Ink,
    Label,
    Line,
    PageView,
    ParagraphView,
    SectionView,
    SubsectionView,
    TilesView,
    TileView,
    When,
    Words,
)
from payeratlas.publish.wording import (
    REASON_WORDS,
    clean,
    date_text,
    known_on_text,
    last_known_text,
    period_iso,
    period_text,
    ranges_text,
    source_name,
    unknown_text,
    value_text,
)

_MANY = 8  # rows from which on a column that never varies is said once
_SAFE_LINK = re.compile(r"(https?://|mailto:|#|\.{0,2}/|[\w%~-][\w%~.-]*(/|\.html\b|$|[?#]))", re.A)

Shared = dict[Key, Fact]
"""Notes that several figures share, each with a figure that stands for them."""
Cited = tuple[Fact, tuple[Key, ...]]
"""A figure with the notes it needs."""
Places = set[Place]


def typeset(page: Page, beside: Container[str] = ()) -> PageView:
    """Lay the page out; ``beside`` are the codes whose pages are published beside it."""
    setter = _Setter(beside)
    day = page.as_of.service_date
    summary = setter.line(page.summary)
    notices = tuple(setter.line(notice) for notice in page.notices)
    notes = setter.turn_page()
    contents = tuple(setter.section(section) for section in page.sections)
    answers = next((s for s in contents if any(isinstance(b, TilesView) for b in s.blocks)), None)
    return PageView(
        code=clean(page.code),
        system=clean(page.system),
        title=clean(page.title),
        as_of=When(date_text(day), day.isoformat(), True),
        known_on=known_on_text(page.as_of),
        edition=clean(page.edition),
        version=clean(page.version),
        releases=tuple(
            (f"{source_name(r.source)} {clean(r.id)}", clean(r.title)) for r in page.releases
        ),
        summary=summary,
        notices=notices,
        notes=notes,
        answers=answers,
        sections=tuple(section for section in contents if section is not answers),
        contents=contents,
    )


def safe_link(href: str) -> str:
    """The address if it is http, https, mail, an anchor or a relative path; else nothing.

    ``javascript:`` and ``data:`` addresses never pass, however they are spelt.
    """
    href = href.strip()
    if any(ord(c) < 33 or c in "\\\x7f" for c in href) or href.startswith("//"):
        return ""
    return href if _SAFE_LINK.match(href) else ""


class _Setter:
    """Sets spans and blocks, numbering figures over the page and notes over the section."""

    def __init__(self, beside: Container[str] = ()) -> None:
        self.beside = beside
        self.sources = Sources()
        self.notes = Notes(self.sources)
        self.figures = 0
        self.blocks_set = 0
        self.reasons: dict[str, str] = {}

    def turn_page(self) -> tuple[Note, ...]:
        """The notes so far; the next ones start at 1 again."""
        notes, self.notes = self.notes.all(), Notes(self.sources)
        return notes

    def section(self, section: Section) -> SectionView:
        lead = self.line(section.lead)
        blocks = self.run(section.blocks)
        return SectionView(
            id=clean(section.id),
            letter=clean(section.letter),
            title=clean(section.title),
            lead=lead,
            blocks=blocks,
            empty=section.empty,
            notes=self.turn_page(),
        )

    def run(self, blocks: Iterable[Block | Subsection]) -> tuple[BlockView, ...]:
        return tuple(self.block(block) for block in blocks)

    def block(self, block: Block | Subsection) -> BlockView:
        match block:
            case Subsection():
                return SubsectionView(clean(block.title), self.run(block.blocks), block.folded)
            case Paragraph():
                return ParagraphView(self.line(block.text))
            case Bullets():
                return BulletsView(tuple(self.line(item) for item in block.items))
            case Tiles():
                return self.tiles(block)
            case Grid():
                return self.grid(block)
            case Chart():
                return self.chart(block)
            case Gap():
                return GapView(clean(block.what), self.line(block.why), self.line(block.fill))

    def tiles(self, tiles: Tiles) -> TilesView:
        """The answer box: short answers, each reason once below them."""
        texts = [text for tile in tiles.tiles for text in (tile.answer, tile.note)]
        self.reasons = _reasons([s for text in texts for s in text if isinstance(s, Fact)], 1)
        set_tiles = tuple(
            TileView(clean(t.label), self.line(t.answer), self.line(t.note), t.tone)
            for t in tiles.tiles
        )
        return TilesView(set_tiles, self.told_reasons())

    def told_reasons(self) -> tuple[tuple[str, str], ...]:
        """The reasons that figures have pointed to by letter; the next block starts anew."""
        reasons, self.reasons = self.reasons, {}
        return tuple((letter, text) for text, letter in reasons.items())

    def chart(self, chart: Chart) -> ChartView:
        return ChartView(
            id=self.next_id("chart"),
            chart=chart,
            title=clean(chart.title),
            description=clean(chart.description),
            marks=tuple(sorted({n for fact in chart.facts for n in self.numbers(fact)})),
        )

    def grid(self, grid: Grid) -> GridView:
        """A table; notes shared by a column stand in its heading, by a row on its first cell."""
        grid = _told_once(grid)
        identity = self.next_id("table")
        cited = [[self.cited(cell) for cell in row] for row in grid.rows]
        self.reasons = _reasons([f for row in cited for cell in row for f, _ in cell], 2)
        below = [
            [one for row in cited if column < len(row) for one in row[column]]
            for column in range(len(grid.head))
        ]
        columns = [_shared(facts, 3) for facts in below]
        common = [self.common_places(facts) for facts in below] if grid.folded else None
        head = tuple(
            HeadView(clean(text), column in grid.numeric, self.marks(columns[column]))
            for column, text in enumerate(grid.head)
        )
        above = [frozenset(shared) for shared in columns]
        rows = tuple(
            self.row(row, facts, above, common) for row, facts in zip(grid.rows, cited, strict=True)
        )
        reasons = self.told_reasons()
        return GridView(
            id=identity,
            caption=clean(grid.caption),
            head=head,
            rows=rows,
            folded=grid.folded,
            note=self.line(grid.note),
            reasons=reasons,
        )

    def row(
        self,
        cells: Sequence[Cell],
        cited: Sequence[Sequence[Cited]],
        above: Sequence[frozenset[Key]],
        common: Sequence[Places] | None,
    ) -> tuple[CellView, ...]:
        """One row: ``cited`` are the figures of its cells, ``above`` the notes that the headings of
        its columns carry.

        ``common`` are the records that each column as a whole rests on, where the table is folded:
        there a row whose notes all stand in headings or on its first cell has one source.
        """
        known = [above[i] if i < len(above) else frozenset() for i in range(len(cells))]
        inside = [one for cell in cited for one in cell]
        shared = _shared(inside, 2, frozenset().union(*known)) if len(inside) > 1 else {}
        carried = [keys.union(shared) for keys in known] if shared else known
        source = ""
        if common is not None and all(
            fact.known and carried[column].issuperset(keys)
            for column, cell in enumerate(cited)
            for fact, keys in cell
        ):
            source = self.row_source(cited, common)
        identity = self.next_figure() if source else ""
        return tuple(
            [
                CellView(
                    self.line(cell.text, carried[column], identified=not source),
                    cell.tone,
                    self.marks(shared) if column == 0 else (),
                    source if column == 0 else "",
                    identity if column == 0 else "",
                )
                for column, cell in enumerate(cells)
            ]
        )

    def row_source(self, cited: Sequence[Sequence[Cited]], common: Sequence[Places]) -> str:
        """The records that are this row's own, and the notes that say the rest."""
        own: dict[Place, None] = {}
        numbers: set[int] = set()
        for column, cell in enumerate(cited):
            for fact, _ in cell:
                numbers.update(self.notes.numbers(fact))
                for place in self.sources.places(fact):
                    if column >= len(common) or place not in common[column]:
                        own[place] = None
        if not numbers:
            return ""
        return "; ".join([*map(_place_words, own), _notes_below(tuple(sorted(numbers)))])

    def cited(self, cell: Cell) -> list[Cited]:
        """The figures of a cell, each with the notes it needs."""
        keys = self.sources.keys
        return [(span, keys(span)) for span in cell.text if isinstance(span, Fact)]

    def common_places(self, cited: Sequence[Cited]) -> Places:
        """The records that all figures with a source rest on."""
        found = [set(places) for fact, _ in cited if (places := self.sources.places(fact))]
        return set.intersection(*found) if found else set()

    def marks(self, shared: Shared) -> tuple[int, ...]:
        return tuple(sorted(self.notes.number(key, fact) for key, fact in shared.items()))

    def numbers(self, fact: Fact) -> tuple[int, ...]:
        return tuple(sorted(self.notes.numbers(fact)))

    def line(self, text: Text, above: Collection[Key] = (), *, identified: bool = True) -> Line:
        """Spans as ink; notes named in ``above`` are carried by the heading or the row, and figures
        that are not ``identified`` by the row altogether."""
        if len(text) == 1:  # most are: cells of tables
            return (self.ink(text[0], above, identified),)
        return tuple([self.ink(span, above, identified) for span in text])

    def ink(self, span: Span, above: Collection[Key], identified: bool) -> Ink:
        if isinstance(span, str):
            return Words(clean(span))
        if isinstance(span, Fact):
            return self.figure(span, above) if identified else self.plain(span)
        if isinstance(span, Name):
            return Label(clean(span.text), span.code, self.link(span.href))
        if isinstance(span, Period):
            return When(period_text(span), period_iso(span), False)
        return When(date_text(span), span.isoformat(), True)

    def link(self, href: str) -> str:
        """A safe address; that of another page only where it is published beside this one."""
        if not href:
            return ""
        scheme, _, code = href.partition(":")
        if scheme != "page":
            return safe_link(href)
        return f"../{code}/{code}.html" if code in self.beside else ""

    def figure(self, fact: Fact, above: Collection[Key]) -> Figure:
        keys = self.sources.keys(fact)
        numbers = self.notes.numbers(fact)
        marks = [n for n, key in zip(numbers, keys, strict=True) if key not in above]
        text, last, letter, sources = "", "", "", self.sources.lines(fact)
        if isinstance(fact.value, Unknown):
            text, last = unknown_text(fact.value), last_known_text(fact.value)
            letter = self.reasons.get(text, "")
            if letter:
                text, sources = REASON_WORDS[fact.value.reason], (text, *sources)
        else:
            text = value_text(fact)
        return Figure(
            fact=fact,
            id=self.next_figure(),
            text=text,
            last=last,
            about=_about(fact),
            sources=sources,
            notes=tuple(sorted(numbers)),
            marks=tuple(sorted(marks)),
            letter=letter,
        )

    def plain(self, fact: Fact) -> Figure:
        """A known figure whose source its row tells."""
        return Figure(fact, "", value_text(fact), "", "", (), self.numbers(fact), ())

    def next_figure(self) -> str:
        self.figures += 1
        return f"s{self.figures}"

    def next_id(self, kind: str) -> str:
        self.blocks_set += 1
        return f"{kind}-{self.blocks_set}"


def _told_once(grid: Grid) -> Grid:
    """The table without columns that say the same words in every one of many rows: they are said
    once, in the note under it."""
    alike = [
        column
        for column in range(1, len(grid.head))
        if len(grid.rows) >= _MANY and _same_words([row[column : column + 1] for row in grid.rows])
    ]
    if not alike or len(grid.head) - len(alike) < 2:
        return grid
    kept = [column for column in range(len(grid.head)) if column not in alike]
    note = list(grid.note)
    for column in alike:
        before = " " if note else ""
        (words,) = grid.rows[0][column].text
        note.append(f"{before}{grid.head[column]}, in every row: {words}")
        if not str(words).endswith("."):
            note.append(".")
    return replace(
        grid,
        head=tuple([grid.head[column] for column in kept]),
        rows=tuple([tuple([row[c] for c in kept if c < len(row)]) for row in grid.rows]),
        numeric=tuple([place for place, column in enumerate(kept) if column in grid.numeric]),
        note=tuple(note),
    )


def _same_words(cells: Sequence[Sequence[Cell]]) -> bool:
    """Whether all hold the same words, and nothing but words."""
    first = cells[0]
    return (
        len(first) == 1
        and first[0].tone == "plain"
        and len(first[0].text) == 1
        and isinstance(first[0].text[0], str)
        and all(one == first for one in cells)
    )


def _about(fact: Fact) -> str:
    """Measure, subject and period of a figure, in one line."""
    words = f"{clean(fact.measure)} of {clean(fact.subject)}"
    if fact.unit not in ("code", "flag", "text", ""):
        words += f", {clean(fact.unit)}"
    return words + (f", {period_text(fact.period)}" if fact.period else "")


def _place_words(place: Place) -> str:
    name, record = place
    return f"{name}, record {record:,}"


@lru_cache(maxsize=256)
def _notes_below(notes: tuple[int, ...]) -> str:
    return f"note{'s' if len(notes) > 1 else ''} {ranges_text(notes)} below"


def _reasons(facts: Sequence[Fact], least: int) -> dict[str, str]:
    """Reasons that at least so many figures give, each with a letter, in reading order."""
    counted = Counter(unknown_text(f.value) for f in facts if isinstance(f.value, Unknown))
    repeated = [text for text, count in counted.items() if count >= least]
    return {text: ascii_lowercase[i % 26] * (1 + i // 26) for i, text in enumerate(repeated)}


def _shared(cited: Sequence[Cited], least: int, without: Collection[Key] = ()) -> Shared:
    """The notes that all figures with a source share, if there are at least that many figures."""
    sourced = [one for one in cited if one[1]]
    if len(sourced) < least:
        return {}
    first, keys = sourced[0]
    common = set(keys).intersection(*[keys for _, keys in sourced]).difference(without)
    return {key: first for key in keys if key in common}
