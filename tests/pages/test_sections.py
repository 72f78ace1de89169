"""Every section on real data: what it says of a code it can speak of, and where it cannot.

``golden/`` holds the words of each section of 64640 for October 15, 2025; after a wanted change
write them anew with ``UPDATE_GOLDEN=1 scripts/test tests/pages/test_sections.py``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import payeratlas
from payeratlas.model.errors import InputError
from payeratlas.pages.page import Page
from payeratlas.publish import view
from payeratlas.publish.typeset import typeset

ATLAS = payeratlas.open()
DAY = date(2025, 10, 15)
GOLDEN = Path(__file__).parent / "golden"
ANCHORS = [
    "identity",
    "answers",
    "medicare",
    "rates",
    "coverage",
    "coding",
    "clinical",
    "denials",
    "changes",
    "provenance",
]


def page_of(code: str, day: date = DAY) -> Page:
    return ATLAS.code(code, day).page


def _line(line: view.Line) -> str:
    return "".join(ink.whole if isinstance(ink, view.Figure) else ink.text for ink in line)


def _lines(blocks: tuple[view.BlockView, ...]) -> Iterator[str]:
    """The words of some blocks, a line a text; long tables by their head and first rows."""
    for block in blocks:
        match block:
            case view.SubsectionView():
                yield f"## {block.title}"
                yield from _lines(block.blocks)
            case view.ParagraphView():
                yield _line(block.line)
            case view.BulletsView():
                yield from (f"- {_line(item)}" for item in block.items)
            case view.TilesView():
                for tile in block.tiles:
                    yield f"[{tile.tone}] {tile.label}: {_line(tile.answer)} / {_line(tile.note)}"
            case view.GridView():
                yield f"{block.caption} ({len(block.rows)} rows)"
                yield " | ".join(head.text for head in block.head)
                yield from (" | ".join(_line(cell.line) for cell in r) for r in block.rows[:40])
                yield _line(block.note)
            case view.ChartView():
                yield f"chart: {block.title}: {block.description}"
            case view.GapView():
                yield f"gap: {block.what}: {_line(block.why)} / {_line(block.fill)}"


def words(page: Page, anchor: str) -> str:
    (section,) = [one for one in typeset(page).contents if one.id == anchor]
    return "\n".join([f"# {section.letter} {section.title}", *_lines(section.blocks)]) + "\n"


@pytest.fixture(scope="module")
def golden() -> Page:
    """The page whose words are on file."""
    return page_of("64640")


@pytest.mark.parametrize("anchor", ANCHORS)
def test_the_words_on_file(anchor: str, golden: Page) -> None:
    found, path = words(golden, anchor).replace(golden.edition[:12], "EDITION"), GOLDEN / anchor
    path = path.with_suffix(".md")
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text("utf-8")


@pytest.mark.parametrize("code", ["64640", "99213", "00142", "80053", "0213T", "J0585", "0001F"])
def test_every_code_has_all_sections_in_order(code: str) -> None:
    assert [section.id for section in page_of(code).sections] == ANCHORS


def test_a_code_without_a_price_says_why_and_draws_nothing() -> None:
    said = words(page_of("80053"), "medicare")
    assert "No Medicare price, because the law does not count it among physicians' services" in said
    assert "chart:" not in said
    assert "$0.00" not in said


def test_an_imaging_code_shows_its_components() -> None:
    said = words(page_of("77002"), "medicare")
    assert "77002-26" in said
    assert "77002-TC" in said


def test_the_last_change_looks_back_only() -> None:
    answers = words(page_of("64640", date(2024, 3, 20)), "answers")
    assert "$244.27 to $248.32 in an office" in answers
    assert "rvu25a" not in answers


def test_2026_shows_both_conversion_factors_the_second_unknown() -> None:
    said = words(page_of("64640", date(2026, 7, 15)), "medicare")
    assert "$33.4009" in said
    assert "Qualifying APM participants | Not covered by a release on hand" in said


def test_a_code_outside_the_excerpt_names_the_latest_release_that_lists_it() -> None:
    page = page_of("27447", date(2026, 7, 15))
    (notice,) = (_line(line) for line in typeset(page).notices)
    assert "rvu25d" in notice
    assert "last known" in words(page, "medicare").lower()
    assert "No verdict on modifiers can be derived" in words(page, "coding")


def test_units_are_told_where_their_list_is_in_force() -> None:
    said = words(page_of("64640", date(2024, 7, 15)), "coding")
    assert "at most 5 for one patient on one day" in said
    assert "more units are unlikely, not impossible" in said
    assert "not a code without a limit" in said  # suppliers' list


def test_a_code_no_release_lists_cannot_be_published() -> None:
    with pytest.raises(InputError, match="no release on hand lists 99999"):
        page_of("99999")
