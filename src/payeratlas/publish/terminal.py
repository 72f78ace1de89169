"""The page for a terminal: compact, plain where the output is no terminal, NO_COLOR honoured."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

from payeratlas.model.descriptors import MARK, Descriptor
from payeratlas.pages.page import Block, Chart, Grid, Page, Paragraph, Subsection, Tone
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
    ParagraphView,
    SectionView,
    SubsectionView,
    TilesView,
)
from payeratlas.publish.wording import clean

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

_TONES: dict[Tone, str] = {
    "plain": "",
    "good": "green",
    "caution": "yellow",
    "bad": "red",
    "unknown": "dim",
}


def render(
    page: Page,
    *,
    width: int = 100,
    full: bool = False,
    descriptors: Sequence[Descriptor] = (),
) -> str:
    """The page as plain text without colour, of a width in columns.

    Folded tables and drawings are named and left out unless ``full``. ``descriptors`` are the
    user's own licensed ones, shown under a mark that they are not for distribution.
    """
    from rich.console import Console

    console = Console(file=io.StringIO(), width=width, no_color=True, color_system=None)
    with console.capture() as captured:
        _print(page, console, full, descriptors)
    lines = (line.rstrip() for line in captured.get().split("\n"))
    return "\n".join(lines).rstrip("\n") + "\n"


def show(
    page: Page,
    file: TextIO | None = None,
    *,
    full: bool = False,
    descriptors: Sequence[Descriptor] = (),
) -> None:
    """Print the page to a file (standard output by default), with colour where it is a terminal
    and NO_COLOR is not set."""
    from rich.console import Console

    console = Console(file=file)
    if console.is_terminal:
        _print(page, console, full, descriptors)
    else:
        console.file.write(render(page, full=full, descriptors=descriptors))


def _print(page: Page, console: Console, full: bool, descriptors: Sequence[Descriptor]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    laid_out = typeset(page if full else _abridged(page))
    head = Text(f"{laid_out.system} {laid_out.code}", style="bold")
    console.print(head.append(f"  {laid_out.title}", style="bold"), soft_wrap=False)
    if descriptors:
        console.print(Text(f"This page {MARK}.", style="bold red"))
    for one in descriptors:
        console.print(Text(clean(one.text)))
        console.print(Text(f"Licence: {clean(one.licence)}", style="dim"))
    console.print(_text(laid_out.summary))
    for notice in laid_out.notices:
        console.print(Padding(_text(notice), (0, 0, 0, 2)))
    about = (
        f"For services on {laid_out.as_of.text}, knowing {laid_out.known_on}. "
        f"Edition {laid_out.short_edition}. Releases in force: "
        f"{', '.join(name for name, _ in laid_out.releases) or 'none'}."
    )
    console.print(Text(about, style="dim"))
    _print_notes(laid_out.notes, console)
    first = (laid_out.answers,) if laid_out.answers else ()
    for section in (*first, *laid_out.sections):
        _section(section, console)


def _abridged(page: Page) -> Page:
    """The page with its folded tables and their drawings named only, so that their notes go too."""

    def short(block: Block | Subsection) -> Block | Subsection:
        match block:
            case Subsection(folded=True):
                return Paragraph((f"Not shown here: “{block.title}”.",))
            case Subsection():
                return replace(block, blocks=tuple(map(short_block, block.blocks)))
            case _:
                return short_block(block)

    def short_block(block: Block) -> Block:
        match block:
            case Grid(folded=True):
                return Paragraph((f"Not shown here: the table “{block.caption}”.",))
            case Chart():
                return Paragraph((f"Not shown here: the drawing “{block.title}”.",))
        return block

    sections = (
        replace(section, blocks=tuple(map(short, section.blocks))) for section in page.sections
    )
    return replace(page, sections=tuple(sections))


def _section(section: SectionView, console: Console) -> None:
    from rich.text import Text

    console.print()
    console.print(Text(f"{section.letter}  {section.title}", style="bold cyan"))
    if section.lead:
        console.print(_text(section.lead))
    for block in section.blocks:
        for part in _block(block):
            console.print(part)
    _print_notes(section.notes, console)


def _print_notes(notes: Iterable[Note], console: Console) -> None:
    from rich.text import Text

    for note in notes:
        console.print(Text(f"[{note.number}] {' · '.join(note.lines)}", style="dim"))


def _block(block: BlockView) -> Iterable[RenderableType]:
    from rich.padding import Padding
    from rich.text import Text

    match block:
        case SubsectionView():
            yield Text(f"\n{block.title}", style="bold")
            for inner in block.blocks:
                yield from _block(inner)
        case ParagraphView():
            yield _text(block.line)
        case BulletsView():
            for item in block.items:
                yield Padding(Text("• ").append_text(_text(item)), (0, 0, 0, 2))
        case TilesView():
            table = _frame()
            for _ in range(3):
                table.add_column()
            for tile in block.tiles:
                answer = _text(tile.answer, _TONES[tile.tone] or "bold")
                table.add_row(Text(tile.label), answer, _text(tile.note, "dim"))
            yield table
            yield from _reasons(block.reasons)
        case GridView():
            yield from _grid(block)
        case ChartView():
            yield Text(f"{block.title}: drawn in HTML and PDF", style="dim")
        case GapView():
            yield Text(block.what, style="bold dim")
            yield Padding(Text("why: ").append_text(_text(block.why)), (0, 0, 0, 2))
            yield Padding(Text("to fill it: ").append_text(_text(block.fill)), (0, 0, 0, 2))


def _grid(grid: GridView) -> Iterable[RenderableType]:
    from rich.text import Text

    yield Text(grid.caption, style="italic")
    table = _frame(heads=True)
    for head in grid.head:
        table.add_column(
            Text(head.text + _marks(head.marks)), justify="right" if head.numeric else "left"
        )
    for row in grid.rows:
        cells = [_text(cell.line, _TONES[cell.tone]).append(_marks(cell.marks)) for cell in row]
        table.add_row(*cells)
    yield table
    yield from _reasons(grid.reasons)
    if grid.note:
        yield _text(grid.note, "dim")


def _reasons(reasons: Iterable[tuple[str, str]]) -> Iterable[RenderableType]:
    from rich.text import Text

    return (Text(f"({letter}) {reason}", style="dim") for letter, reason in reasons)


def _frame(*, heads: bool = False) -> Table:
    from rich import box
    from rich.table import Table

    return Table(box=box.SIMPLE, show_header=heads, pad_edge=False, show_edge=False)


def _text(line: Line, style: str = "") -> Text:
    """A line as rich Text: built from parts, so that no markup in a source is ever read."""
    from rich.text import Text

    text = Text(style=style)
    for ink in line:
        text.append_text(_ink(ink))
    return text


def _ink(ink: Ink) -> Text:
    from rich.text import Text

    match ink:
        case Figure(known=True):
            return Text(ink.text, style="bold").append(_marks(ink.marks), style="dim")
        case Figure():
            letter = f" ({ink.letter})" if ink.letter else ""
            last = f" {ink.last[:1].upper()}{ink.last[1:]}." if ink.last else ""
            return Text(ink.text + letter + last, style="italic dim").append(_marks(ink.marks))
        case Label():
            return Text(ink.text, style="cyan" if ink.code else "")
        case _:
            return Text(ink.text)


def _marks(numbers: tuple[int, ...]) -> str:
    return f" [{', '.join(map(str, numbers))}]" if numbers else ""
