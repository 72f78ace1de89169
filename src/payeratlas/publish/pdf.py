"""The page as PDF, set by Typst from our own template: tagged, and the same bytes every time.

The template gets the page as JSON and never as markup, so no text of a source can be code. Only
the faces inside the Typst package are used: the same page looks the same on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from payeratlas.model.descriptors import MARK, Descriptor
from payeratlas.pages.page import Page
from payeratlas.publish.notes import Note
from payeratlas.publish.svg import PAPER, draw
from payeratlas.publish.typeset import typeset
from payeratlas.publish.view import (
    BlockView,
    BulletsView,
    ChartView,
    Figure,
    GridView,
    Ink,
    Label,
    Line,
    PageView,
    ParagraphView,
    SectionView,
    SubsectionView,
    TilesView,
)
from payeratlas.publish.wording import clean

Json = dict[str, Any]

_NARROW, _WORDIEST = 32, 120  # characters: wider columns are wrapped, up to a share of the latter
_SHORT = 24  # characters of an answer that still fit a tile in large type


def render(page: Page, *, descriptors: Sequence[Descriptor] = ()) -> bytes:
    """The page as a PDF/UA-1 document.

    ``descriptors`` are the user's own licensed ones, shown under a mark that they are not for
    distribution, which then stands on each sheet.
    """
    import typst

    data = json.dumps(document(page, descriptors), ensure_ascii=False)
    made: bytes = typst.compile(
        _template(),
        font_paths=_fonts(),
        sys_inputs={"page": data},
        pdf_standards=["ua-1"],
        timestamp=0,
    )
    return made


@cache
def _template() -> bytes:
    return (Path(__file__).parent / "templates" / "page.typ").read_bytes()


@cache
def _fonts() -> Any:
    import typst

    return typst.Fonts(include_system_fonts=False)


def document(page: Page, descriptors: Sequence[Descriptor] = ()) -> Json:
    """What the template prints, as JSON values; a page's own and, apart, the user's descriptors."""
    laid_out = typeset(page)
    contents = ([laid_out.answers] if laid_out.answers else []) + list(laid_out.sections)
    anchors = {f"#{section.id}": f"section-{i}" for i, section in enumerate(contents)}
    summary = _Scope("summary", laid_out.notes, anchors)
    return {
        "name": f"{laid_out.system} {laid_out.code}: {laid_out.title}",
        "head": f"{laid_out.system} {laid_out.code}  {laid_out.title}",
        "about": f"For services on {laid_out.as_of.text}. Edition {laid_out.edition}.",
        "keywords": [laid_out.code, laid_out.system, "billing code", laid_out.edition],
        "version": laid_out.version,
        "edition": laid_out.edition,
        "system": laid_out.system,
        "code": laid_out.code,
        "title": laid_out.title,
        "summary": summary.line(laid_out.summary),
        "notices": [summary.line(notice) for notice in laid_out.notices],
        "mark": MARK if descriptors else "",
        "licensed": [[clean(one.text), clean(one.licence)] for one in descriptors],
        "meta": _meta(laid_out),
        "sections": [
            _section(section, f"section-{i}", anchors) for i, section in enumerate(contents)
        ],
    }


def _meta(page: PageView) -> list[list[str]]:
    releases = ", ".join(name for name, _ in page.releases) or "none"
    return [
        ["For services on", page.as_of.text],
        ["Knowing", page.known_on],
        ["Edition", page.short_edition],
        ["Releases in force", releases],
    ]


def _section(section: SectionView, anchor: str, anchors: dict[str, str]) -> Json:
    scope = _Scope(anchor, section.notes, anchors)
    return {
        "anchor": anchor,
        "heading": f"{section.letter}  {section.title}",
        "lead": scope.line(section.lead),
        "blocks": [scope.block(block) for block in section.blocks],
    }


class _Scope:
    """One section's blocks as JSON; each note travels with the first mark that names it."""

    def __init__(self, name: str, notes: tuple[Note, ...], anchors: dict[str, str]) -> None:
        self.name = name
        self.notes = {note.number: note for note in notes}
        self.anchors = anchors
        self.used: set[int] = set()

    def block(self, block: BlockView) -> Json:
        match block:
            case SubsectionView():
                inner = [self.block(one) for one in block.blocks]
                return {"kind": "subsection", "title": block.title, "blocks": inner}
            case ParagraphView():
                return {"kind": "paragraph", "line": self.line(block.line)}
            case BulletsView():
                return {"kind": "bullets", "items": [self.line(item) for item in block.items]}
            case TilesView():
                tiles = [
                    {
                        "label": tile.label,
                        "short": sum(len(ink.text) for ink in tile.answer) <= _SHORT,
                        "answer": self.line(tile.answer),
                        "note": self.line(tile.note),
                        "tone": tile.tone,
                    }
                    for tile in block.tiles
                ]
                return {"kind": "tiles", "tiles": tiles, "reasons": _reasons(block.reasons)}
            case GridView():
                return self.grid(block)
            case ChartView():
                return {
                    "kind": "chart",
                    "title": block.title,
                    "alt": f"{block.title}. {block.description}",
                    "svg": draw(block.chart, id=block.id, theme=PAPER),
                }
            case gap:
                return {
                    "kind": "gap",
                    "what": gap.what,
                    "why": self.line(gap.why),
                    "fill": self.line(gap.fill),
                }

    def grid(self, grid: GridView) -> Json:
        """A table. Its heading is repeated on every page it reaches, so a note that opens there
        is set beside the caption and only referred to in the heading."""
        shared = dict.fromkeys(number for head in grid.head for number in head.marks)
        return {
            "kind": "grid",
            "caption": grid.caption,
            "marks": self.marks(tuple(n for n in shared if n not in self.used)),
            "columns": _columns(grid),
            "head": [
                {"text": head.text, "numeric": head.numeric, "marks": self.marks(head.marks)}
                for head in grid.head
            ],
            "rows": [
                [
                    {
                        "line": self.line(cell.line),
                        "marks": self.marks(cell.marks),
                        "tone": cell.tone,
                        "left": any(isinstance(i, Figure) and not i.known for i in cell.line),
                    }
                    for cell in row
                ]
                for row in grid.rows
            ],
            "reasons": _reasons(grid.reasons),
            "note": self.line(grid.note),
        }

    def line(self, line: Line) -> list[Json]:
        return [self.ink(ink) for ink in line]

    def ink(self, ink: Ink) -> Json:
        match ink:
            case Figure(known=True):
                return {"kind": "figure", "text": ink.text, "marks": self.marks(ink.marks)}
            case Figure():
                return {
                    "kind": "unknown",
                    "text": ink.text,
                    "letter": ink.letter,
                    "last": f"{ink.last[:1].upper()}{ink.last[1:]}." if ink.last else "",
                    "marks": self.marks(ink.marks),
                }
            case Label():
                label: Json = {"kind": "label", "text": ink.text, "code": ink.code}
                if ink.href in self.anchors:
                    label["anchor"] = self.anchors[ink.href]
                elif ink.href.startswith(("http://", "https://")):
                    label["href"] = ink.href
                return label
            case _:
                return {"kind": "words", "text": ink.text}

    def marks(self, numbers: tuple[int, ...]) -> list[Json]:
        return [self.mark(number) for number in numbers]

    def mark(self, number: int) -> Json:
        mark: Json = {"id": f"{self.name}-note-{number}"}
        if number not in self.used:
            self.used.add(number)
            mark["lines"] = list(self.notes[number].lines)
        return mark


def _reasons(reasons: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [list(reason) for reason in reasons]


def _columns(grid: GridView) -> list[int]:
    """How columns share the width: 0 takes what its content needs, others divide the rest.

    Wordy columns divide it by their length; without one, the wordiest not set to the right takes
    it all.
    """
    lengths = [len(head.text) for head in grid.head]
    for row in grid.rows:
        for column, cell in enumerate(row[: len(lengths)]):
            words = sum(len(_shown(ink)) for ink in cell.line)
            lengths[column] = max(lengths[column], words)
    shares = [min(length, _WORDIEST) if length > _NARROW else 0 for length in lengths]
    if not any(shares) and lengths:
        texts = [0 if head.numeric else n for head, n in zip(grid.head, lengths, strict=True)]
        shares[texts.index(max(texts))] = 1
    return shares


def _shown(ink: Ink) -> str:
    return ink.text + ink.last if isinstance(ink, Figure) else ink.text
