"""Notes: every figure has its sources, each file and rule is told once a section."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import sample

from payeratlas.model.provenance import Derivation
from payeratlas.pages.page import Cell, Page
from payeratlas.publish.notes import source_lines, source_text
from payeratlas.publish.typeset import safe_link, typeset
from payeratlas.publish.view import (
    BlockView,
    BulletsView,
    ChartView,
    Figure,
    GapView,
    GridView,
    Line,
    ParagraphView,
    SubsectionView,
    TilesView,
)
from payeratlas.publish.wording import file_text, ranges_text, record_of


def grids(blocks: Iterable[BlockView]) -> Iterator[GridView]:
    for block in blocks:
        if isinstance(block, GridView):
            yield block
        elif isinstance(block, SubsectionView):
            yield from grids(block.blocks)


def lines(blocks: Iterable[BlockView]) -> Iterator[Line]:
    """Every line outside tables."""
    for block in blocks:
        match block:
            case SubsectionView():
                yield from lines(block.blocks)
            case ParagraphView():
                yield block.line
            case BulletsView():
                yield from block.items
            case TilesView():
                for tile in block.tiles:
                    yield from (tile.answer, tile.note)
            case GapView():
                yield from (block.why, block.fill)
            case GridView():
                yield block.note


def figures(line: Line) -> list[Figure]:
    return [ink for ink in line if isinstance(ink, Figure)]


def test_every_note_of_a_figure_is_marked_where_a_reader_finds_it(page: Page) -> None:
    seen = 0
    for section in typeset(page).contents:
        numbers = {note.number for note in section.notes}
        for line in (section.lead, *lines(section.blocks)):
            for figure in figures(line):
                assert figure.marks == figure.notes
                assert set(figure.notes) <= numbers
                seen += 1
        for grid in grids(section.blocks):
            for row in grid.rows:
                for head, cell in zip(grid.head, row, strict=True):
                    for figure in figures(cell.line):
                        shown = {*head.marks, *row[0].marks, *figure.marks}
                        assert set(figure.notes) <= shown
                        assert set(figure.notes) <= numbers
                        seen += 1
    assert seen > 600


def test_a_known_figure_always_has_a_note_and_its_own_source(page: Page) -> None:
    for section in typeset(page).contents:
        found = [f for line in lines(section.blocks) for f in figures(line)]
        found += [
            f for g in grids(section.blocks) for r in g.rows for c in r for f in figures(c.line)
        ]
        notes = {note.number: " ".join(note.lines) for note in section.notes}
        for figure in (f for f in found if f.known):
            assert figure.notes
            told = " ".join(figure.sources)
            if not figure.id:  # in a folded table, whose row and headings lead to the notes
                assert not figure.marks
                assert not told
                told = " ".join(notes[number] for number in figure.notes)
            for citation in figure.fact.citations():
                assert file_text(citation) in told
            if isinstance(figure.fact.basis, Derivation):
                assert f"rule {figure.fact.basis.rule}" in told


def test_notes_name_every_file_and_rule_of_their_figures(page: Page) -> None:
    for section in typeset(page).contents:
        notes = {note.number: " ".join(note.lines) for note in section.notes}
        found = [
            f for g in grids(section.blocks) for r in g.rows for c in r for f in figures(c.line)
        ]
        for figure in (f for f in found if f.known):
            told = " ".join(notes[number] for number in figure.notes)
            for citation in figure.fact.citations():
                assert file_text(citation) in told


def test_109_localities_are_cited_by_file_with_their_rows() -> None:
    (medicare,) = [s for s in typeset(sample.page()).contents if s.id == "medicare"]
    grid = next(g for g in grids(medicare.blocks) if g.caption == "All payment localities")
    assert len(grid.rows) == 109
    assert not any(f.marks for row in grid.rows for cell in row for f in figures(cell.line))
    office = grid.head[5]
    told = [" ".join(n.lines) for n in medicare.notes if n.number in office.marks]
    assert len(told) == 3
    assert any("records 4–112" in text and "2025 PE GPCI" in text for text in told)
    assert any(text.startswith("Computed by rule pfs.payment") for text in told)
    assert len(medicare.notes) < 30


def test_a_row_of_a_folded_table_names_its_records_and_notes() -> None:
    (medicare,) = [s for s in typeset(sample.page()).contents if s.id == "medicare"]
    (localities,) = [g for g in grids(medicare.blocks) if g.caption == "All payment localities"]
    for row in localities.rows:
        shown = [figure for cell in row for figure in figures(cell.line)]
        (citation,) = shown[0].fact.citations()
        numbers = {number for figure in shown for number in figure.notes}
        assert row[0].source == (
            f"GPCI2025.csv, record {record_of(citation)}; notes {ranges_text(numbers)} below"
        )
        assert row[0].id
        assert not any(cell.source for cell in row[1:])
    (history,) = [g for g in grids(medicare.blocks) if g.caption.startswith("Every release")]
    assert history.rows[1][0].source.startswith("PPRRVU2025_Oct.csv, record 7,011; note")
    (amounts,) = [g for g in grids(medicare.blocks) if g.caption.startswith("Relative")]
    assert not any(row[0].source for row in amounts.rows)
    assert all(f.id for row in amounts.rows for cell in row for f in figures(cell.line))


def test_a_row_with_something_unknown_tells_each_source() -> None:
    page = sample.page()
    grid = sample.locality_grid()
    cells = (*grid.rows[0][:6], Cell((sample.QUALIFYING,)))
    changed = replace(grid, rows=(cells, *grid.rows[1:]))
    section = replace(page.sections[2], blocks=(changed,))
    (set_down,) = grids(typeset(replace(page, sections=(section,))).sections[0].blocks)
    assert [bool(row[0].source) for row in set_down.rows[:3]] == [False, True, True]
    assert all(f.id for cell in set_down.rows[0] for f in figures(cell.line))


def test_one_figure_tells_its_arithmetic() -> None:
    told = source_lines(sample.OFFICE)
    assert told[0].startswith("Computed by rule pfs.payment (42 CFR 414.20;")
    assert "setting nonfacility" in told[0]
    assert "Amount: 7.45 × 32.3465 = 240.98" in told
    assert "record 7,011: WORK RVU printed 1.98" in told[-1]
    assert source_text(sample.OFFICE) == " · ".join(told)
    assert source_text(sample.QUALIFYING) == ""


def test_reasons_that_cells_share_are_told_once(page: Page) -> None:
    (coding,) = [s for s in typeset(page).contents if s.id == "coding"]
    grid = next(g for g in grids(coding.blocks) if g.caption.startswith("Medically"))
    ((letter, reason),) = grid.reasons
    cells = [figures(cell.line)[0] for cell in grid.rows[1][1:]]
    assert {f.letter for f in cells} == {letter} == {"a"}
    assert {f.text for f in cells} == {"Not covered by a release on hand"}
    assert "that of 2024Q3" in reason
    assert all(reason in f.sources for f in cells)


def test_a_drawing_names_the_notes_of_its_figures(page: Page) -> None:
    (medicare,) = [s for s in typeset(page).contents if s.id == "medicare"]
    charts = [
        b
        for sub in medicare.blocks
        if isinstance(sub, SubsectionView)
        for b in sub.blocks
        if isinstance(b, ChartView)
    ]
    assert len(charts) == 2
    assert all(chart.marks for chart in charts)


def test_the_answer_box_comes_first_and_contents_keep_their_order(page: Page) -> None:
    laid_out = typeset(page)
    assert laid_out.answers is not None
    assert laid_out.answers.letter == "B"
    assert [s.letter for s in laid_out.contents] == list("ABCDEFGHIJ")
    assert [s.letter for s in laid_out.sections] == list("ACDEFGHIJ")


def test_only_harmless_addresses_become_links() -> None:
    for href in (
        "https://www.cms.gov/x?a=1&b=2",
        "http://example.org",
        "#coverage",
        "../64632/",
        "./a",
        "/64632",
        "64640.json",
        "64632/",
        "mailto:a@example.org",
    ):
        assert safe_link(href) == href
    for href in (
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example",
        "\\\\evil",
        "\x01javascript:x",
        "blob:x",
        "file:///etc/passwd",
        "",
    ):
        assert safe_link(href) == ""
