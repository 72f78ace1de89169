"""A Page laid out for any rendering: display texts, note marks and safe links, no markup.

Every renderer prints this and nothing else, so a figure reads the same in all of them. Text here
is free of control characters; escaping for a language is the renderer's.
"""

from __future__ import annotations

from dataclasses import dataclass

from payeratlas.model.facts import Fact
from payeratlas.pages.page import Chart, Tone
from payeratlas.publish.notes import Note
from payeratlas.publish.wording import fact_text, value_attribute


@dataclass(frozen=True, slots=True)
class Words:
    """Running words."""

    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """A name; ``href`` is empty or safe to put in a link."""

    text: str
    code: bool
    href: str


@dataclass(frozen=True, slots=True)
class When:
    """A date or period in words, and in ISO 8601; ``single`` for one day."""

    text: str
    iso: str
    single: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One occurrence of a Fact.

    ``text`` is the value, or the reason why there is none; ``last`` the last known value in
    words. ``notes`` are the numbers of its notes; ``marks`` those printed beside it, the others
    being carried by its column's heading or its row. ``sources`` are the lines of its own source,
    ``about`` what they speak of; where its row tells its source, both are empty and so is ``id``.
    ``letter`` points to the reason under the table where several cells share one; ``text`` is
    then only how the reason opens.
    """

    fact: Fact
    id: str
    text: str
    last: str
    about: str
    sources: tuple[str, ...]
    notes: tuple[int, ...]
    marks: tuple[int, ...]
    letter: str = ""

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return self.fact.known

    @property
    def value(self) -> str:
        """The value unformatted, for machines; only of a known figure."""
        return value_attribute(self.fact)

    @property
    def whole(self) -> str:
        """Value or reason, with the last known value after it."""
        return fact_text(self.fact)


Ink = Words | Label | When | Figure
Line = tuple[Ink, ...]

_FEW = 3  # columns that a phone can still set side by side
_SENTENCE = 48  # characters of a cell from which on it is read as a sentence


def _length(line: Line) -> int:
    return sum([len(ink.text) for ink in line])


@dataclass(frozen=True, slots=True)
class ParagraphView:
    """Running text."""

    line: Line


@dataclass(frozen=True, slots=True)
class BulletsView:
    """A list."""

    items: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class TileView:
    """One answer of the answer box."""

    label: str
    answer: Line
    note: Line
    tone: Tone


@dataclass(frozen=True, slots=True)
class TilesView:
    """The answer box; ``reasons`` are those of its Unknown figures, by letter, told below it."""

    tiles: tuple[TileView, ...]
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CellView:
    """A cell. On the first of its row, ``marks`` are the notes that all figures of the row share;
    in a folded table ``source`` tells in short where they all come from, and ``id`` names it."""

    line: Line
    tone: Tone
    marks: tuple[int, ...] = ()
    source: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class HeadView:
    """A column heading; ``marks`` are the notes that all figures of the column share."""

    text: str
    numeric: bool
    marks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class GridView:
    """A table; ``reasons`` are those that several of its Unknown figures share, by letter."""

    id: str
    caption: str
    head: tuple[HeadView, ...]
    rows: tuple[tuple[CellView, ...], ...]
    folded: bool
    note: Line
    reasons: tuple[tuple[str, str], ...]

    @property
    def wordy(self) -> bool:
        """Whether it holds sentences in several columns: a phone shows its rows as cards."""
        return len(self.head) > _FEW and any(
            _length(cell.line) > _SENTENCE for row in self.rows for cell in row[1:]
        )

    @property
    def sides(self) -> list[str]:
        """Classes that say which columns are set to the right, counted from 1: ``n4``."""
        return [f"n{place}" for place, head in enumerate(self.head, 1) if head.numeric]


@dataclass(frozen=True, slots=True)
class ChartView:
    """A drawing, and the notes its figures rest on."""

    id: str
    chart: Chart
    title: str
    description: str
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GapView:
    """Something the page cannot say."""

    what: str
    why: Line
    fill: Line


@dataclass(frozen=True, slots=True)
class SubsectionView:
    """A titled run of blocks; shown closed where it is ``folded``."""

    title: str
    blocks: tuple[BlockView, ...]
    folded: bool = False


BlockView = (
    ParagraphView | BulletsView | TilesView | GridView | ChartView | GapView | SubsectionView
)


@dataclass(frozen=True, slots=True)
class SectionView:
    """One section with its notes."""

    id: str
    letter: str
    title: str
    lead: Line
    blocks: tuple[BlockView, ...]
    empty: bool
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class PageView:
    """The whole page; ``notes`` are those of the summary and the notices.

    ``answers`` is the section of the answer box, which stands before the others; ``contents``
    are all sections by letter; ``releases`` are names with titles.
    """

    code: str
    system: str
    title: str
    as_of: When
    known_on: str
    edition: str
    version: str
    releases: tuple[tuple[str, str], ...]
    summary: Line
    notices: tuple[Line, ...]
    notes: tuple[Note, ...]
    answers: SectionView | None
    sections: tuple[SectionView, ...]
    contents: tuple[SectionView, ...]

    @property
    def short_edition(self) -> str:
        """The first characters of a long digest, as one cites it in a line."""
        return self.edition if len(self.edition) <= 16 else self.edition[:12]
