"""The page as GitHub-flavoured Markdown: tables, footnotes for sources, nothing that loads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape as escape_html
from urllib.parse import quote

from payeratlas.pages.page import Page
from payeratlas.publish.notes import Note
from payeratlas.publish.typeset import typeset
from payeratlas.publish.view import (
    BlockView,
    BulletsView,
    ChartView,
    Figure,
    GapView,
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

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&{}]|\$(?!\d)")
_OPENS_BLOCK = re.compile(r"^(\s*)(\d*)([#+=-]|(?<=\d)[.)](?=\s|$))")
_PLAIN_CODE = re.compile(r"[\w .,/@:+%'-]+", re.ASCII)


def render(page: Page) -> str:
    """The page as Markdown; every text of it is escaped."""
    laid_out = typeset(page)
    parts = [*_head(laid_out)]
    sections = ([laid_out.answers] if laid_out.answers else []) + list(laid_out.sections)
    scopes = _scopes(sections)
    for section, scope in zip(sections, scopes, strict=True):
        parts += _section(section, scope)
    parts.append(
        f"---\n\nPayer Atlas {_text(laid_out.version)}. Edition {_text(laid_out.edition)}."
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(page: PageView) -> Iterable[str]:
    yield f"# {_text(page.system)} {_text(page.code)}: {_text(page.title)}"
    yield _paragraph(page.summary, "summary")
    for notice in page.notices:
        yield f"> {_paragraph(notice, 'summary')}"
    releases = ", ".join(_text(name) for name, _ in page.releases) or "none"
    yield (
        f"For services on {_text(page.as_of.text)}, knowing {_text(page.known_on)}. "
        f"Edition {_code(page.short_edition)}. Releases in force: {releases}."
    )
    yield _notes(page.notes, "summary")


def _scopes(sections: Sequence[SectionView]) -> list[str]:
    """What the footnotes of each section are called: by its letter where letters are unique."""
    letters = [section.letter for section in sections]
    if len(set(letters)) == len(letters) and all(re.fullmatch("[A-Za-z]", x) for x in letters):
        return letters
    return [f"s{number}-" for number in range(1, len(sections) + 1)]


def _section(section: SectionView, scope: str) -> Iterable[str]:
    anchor = escape_html(section.id, quote=True)
    yield f'<a id="{anchor}"></a>\n\n## {_text(section.letter)}. {_text(section.title)}'
    yield _paragraph(section.lead, scope)
    for block in section.blocks:
        yield from _block(block, scope, 3)
    yield _notes(section.notes, scope)


def _block(block: BlockView, scope: str, level: int) -> Iterable[str]:
    match block:
        case SubsectionView():
            if block.folded:
                title = escape_html(block.title, quote=False)
                yield f"<details>\n<summary>{title}</summary>"
            else:
                yield f"{'#' * min(level, 6)} {_text(block.title)}"
            for inner in block.blocks:
                yield from _block(inner, scope, level + 1)
            if block.folded:
                yield "</details>"
        case ParagraphView():
            yield _paragraph(block.line, scope)
        case BulletsView():
            yield "\n".join(f"- {_paragraph(item, scope)}" for item in block.items)
        case TilesView():
            rows = [
                (_text(tile.label), _line(tile.answer, scope), _line(tile.note, scope))
                for tile in block.tiles
            ]
            yield _table(("Question", "Answer", "Remark"), (), rows)
            yield from _reasons(block.reasons)
        case GridView():
            yield from _grid(block, scope)
        case ChartView():
            yield (
                f"*Drawing: {_text(block.title)}.* {_text(block.description)} "
                "Its figures stand in the table that follows."
            )
        case GapView():
            yield (
                f"**{_text(block.what)}**  \nWhy: {_line(block.why, scope)}  \n"
                f"To fill it: {_line(block.fill, scope)}"
            )


def _grid(grid: GridView, scope: str) -> Iterable[str]:
    if grid.folded:
        caption = escape_html(grid.caption, quote=False)
        yield f"<details>\n<summary>{caption}</summary>"
    else:
        yield f"**{_text(grid.caption)}**"
    head = [_text(h.text) + _marks(h.marks, scope) for h in grid.head]
    numeric = [i for i, h in enumerate(grid.head) if h.numeric]
    rows = [
        [_line(cell.line, scope) + _marks(cell.marks, scope) for cell in row] for row in grid.rows
    ]
    yield _table(head, numeric, rows)
    yield from _reasons(grid.reasons)
    yield _paragraph(grid.note, scope)
    if grid.folded:
        yield "</details>"


def _reasons(reasons: Iterable[tuple[str, str]]) -> Iterable[str]:
    return (f"({letter}) {_text(reason)}" for letter, reason in reasons)


def _table(head: Sequence[str], numeric: Sequence[int], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---:" if i in numeric else "---" for i in range(len(head))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))


def _notes(notes: Sequence[Note], scope: str) -> str:
    return "\n".join(
        f"[^{scope}{note.number}]: " + " · ".join(_text(line) for line in note.lines)
        for note in notes
    )


def _marks(numbers: Sequence[int], scope: str) -> str:
    return "".join(f"[^{scope}{number}]" for number in numbers)


def _paragraph(line: Line, scope: str) -> str:
    """A line on its own, which must not open a heading or a list by its first character."""
    return _OPENS_BLOCK.sub(r"\1\2\\\3", _line(line, scope))


def _line(line: Line, scope: str) -> str:
    return "".join(_ink(ink, scope) for ink in line)


def _ink(ink: Ink, scope: str) -> str:
    match ink:
        case Figure(known=True):
            return _text(ink.text) + _marks(ink.marks, scope)
        case Figure():
            letter = f" ({ink.letter})" if ink.letter else ""
            last = f" {_text(ink.last[:1].upper() + ink.last[1:])}." if ink.last else ""
            return f"*{_text(ink.text)}*{letter}{last}{_marks(ink.marks, scope)}"
        case Label():
            text = _code(ink.text) if ink.code else _text(ink.text)
            if not ink.href:
                return text
            return f"[{text}]({quote(ink.href, safe='/:#?=&%~,@+;!.-_')})"
        case _:
            return _text(ink.text)


def _code(text: str) -> str:
    return f"`{text}`" if _PLAIN_CODE.fullmatch(text) and text.strip() else _text(text)


def _text(text: str) -> str:
    return _SPECIAL.sub(lambda found: "\\" + found[0], text)
