"""Every section on real data: what it says of a code it can speak of, and where it cannot.

``golden/`` holds the words of each section of 64640 for October 15, 2025, and of section F for July
15, 2024, when the edits on hand were in force; after a wanted change write them anew with
``UPDATE_GOLDEN=1 scripts/test tests/pages/test_sections.py``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import payeratlas
from payeratlas.coding import siblings
from payeratlas.model.errors import InputError
from payeratlas.pages.page import Page
from payeratlas.pages.releases import default_day
from payeratlas.publish import html, view
from payeratlas.publish.typeset import typeset

ATLAS = payeratlas.open()
DAY = date(2025, 10, 15)
IN_FORCE = date(2024, 7, 15)  # the edits on hand are those of that quarter
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


def test_the_words_of_the_edits_on_file() -> None:
    found = words(page_of("64640", IN_FORCE), "coding")
    path = GOLDEN / "coding-2024-07-15.md"
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


def test_a_code_of_another_schedule_is_answered_by_that_schedule_first() -> None:
    day = date(2025, 2, 1)
    told = {
        code: words(page_of(code, day), "answers").splitlines()[1] for code in ("00142", "80053")
    }
    assert told["00142"].startswith("[plain] Medicare, one anesthesia unit: $20.3178 /")
    assert told["80053"].startswith("[plain] Medicare, laboratory test: $10.56 /")
    drug = words(page_of("J0585", date(2026, 2, 1)), "answers").splitlines()[1]
    assert drug.startswith("[plain] Medicare, drug: $6.510 /")
    assert (
        words(page_of("64640"), "answers").splitlines()[1].startswith("[plain] Medicare, office:")
    )


def test_relative_values_of_nothing_are_said_once_and_not_drawn_up() -> None:
    said = words(page_of("00142"), "medicare")
    assert "The schedule prints 0.00 for its relative values." in said
    assert "Work" not in said
    assert "Conversion factor:" not in said
    assert "Work" in words(page_of("64640"), "medicare")


def test_a_code_that_left_the_schedule_says_so_above_its_figures() -> None:
    (notice,) = typeset(page_of("99201", date(2020, 12, 31))).notices
    assert "99201 has left the physician fee schedule: rvu20d" in _line(notice)
    assert "rvu21a and those after it do not" in _line(notice)
    assert page_of("99202", date(2020, 12, 31)).notices == ()


@pytest.mark.parametrize(
    ("code", "today", "day"),
    [
        ("64640", date(2025, 11, 1), date(2025, 11, 1)),
        ("64640", date(2026, 1, 1), date(2025, 12, 31)),  # the next release begins in July
        ("64640", date(2026, 11, 25), date(2026, 9, 30)),
        ("99201", date(2026, 1, 1), date(2020, 12, 31)),
        ("J0585", date(2026, 1, 1), date(2025, 12, 31)),
    ],
)
def test_the_day_of_a_page_is_the_last_that_a_release_covers(
    code: str, today: date, day: date
) -> None:
    assert default_day(code, today, ATLAS.store) == day


def test_a_code_that_is_listed_with_a_modifier_alone() -> None:
    page = page_of("86153")
    (notice,) = typeset(page).notices
    assert _line(notice).endswith("Not listed: rvu25d lists it with modifier 26 only.")
    rows = cells(grid(page, "National amounts"))
    assert [row[0] for row in rows][:2] == ["86153 Non-facility (office)", "86153 Facility"]
    assert all(cell.startswith("Not listed") for row in rows[:2] for cell in row[1:])
    assert rows[2] == ["86153-26 Non-facility (office)", "$31.70", "$30.12", "$34.63"]


def test_what_was_not_known_yet_gives_no_notice() -> None:
    known = ATLAS.code("99201", date(2020, 12, 31), known_on=date(2020, 11, 30)).page
    assert known.notices == ()


def test_a_code_without_a_name_of_ours_is_titled_by_the_group_cms_puts_it_in() -> None:
    title = page_of("99201", date(2020, 12, 31)).title
    assert title == "E&M › Office/Outpatient Services › Office E&M - New"


def test_an_anesthesia_code_shows_its_base_units_and_what_is_done_with_them() -> None:
    said = words(page_of("00142", date(2022, 5, 2)), "medicare")
    assert "Anesthesia, base units | 4" in said
    assert "base units and time units together, times the conversion factor" in said
    later = words(page_of("00142", date(2025, 2, 1)), "medicare")
    assert "Anesthesia, base units | Not covered by a release on hand" in later
    assert "last known 4" in later.lower()
    assert "base units" not in words(page_of("64640"), "medicare")


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


@pytest.mark.parametrize("day", [DAY, IN_FORCE])
def test_a_code_no_release_lists_cannot_be_published(day: date) -> None:
    """That it has no edits, and what rate a place is paid at, are no facts of such a code."""
    with pytest.raises(InputError, match="no release on hand lists 99999"):
        page_of("99999", day)


def grid(page: Page, caption: str) -> view.GridView:
    """The one table of a page whose caption opens so."""

    def grids(blocks: tuple[view.BlockView, ...]) -> Iterator[view.GridView]:
        for block in blocks:
            if isinstance(block, view.SubsectionView):
                yield from grids(block.blocks)
            elif isinstance(block, view.GridView):
                yield block

    every = [one for section in typeset(page).contents for one in grids(section.blocks)]
    (found,) = [one for one in every if one.caption.startswith(caption)]
    return found


def cells(table: view.GridView) -> list[list[str]]:
    return [[_line(cell.line) for cell in row] for row in table.rows]


def test_edits_are_counted_listed_and_add_up() -> None:
    page = page_of("64640", IN_FORCE)
    counts = cells(grid(page, "Procedure-to-procedure"))
    assert [row[1:] for row in counts] == [["253", "1"], ["196", "1"]]
    meanings = grid(page, "All codes denied beside this one")
    assert meanings.folded
    assert sum(int(row[3]) for row in cells(meanings)) == 253
    for row in cells(meanings):
        listed = [code for code in row[4].split(", ") if code != "and more"]
        assert len(listed) == min(int(row[3]), 40)
        assert row[4].endswith(", and more") == (int(row[3]) > 40)


def test_the_foremost_pairs_name_visits_first_and_of_one_kind_few() -> None:
    rows = cells(grid(page_of("64640", IN_FORCE), "Denied beside this code"))
    assert [row[0] for row in rows[:6]] == ["92012", "92014", "99211", "99212", "64450", "64632"]
    assert len(rows) == 12
    assert rows[4][2] == "A modifier may lift it (1)"
    assert "is not done without the second" in rows[4][3]
    denied = cells(grid(page_of("64640", IN_FORCE), "Codes beside which this one is denied"))
    assert [row[0] for row in denied] == ["46505"]


def test_known_use_comes_before_kind() -> None:
    rows = cells(grid(page_of("99213", IN_FORCE), "Codes beside which this one is denied"))
    most_used_first = [row[0] for row in rows[:3]]
    assert most_used_first == ["64635", "64633", "64640"]


def test_codes_of_edits_are_links_where_their_pages_are() -> None:
    page = page_of("64640", IN_FORCE)
    text = html.render(page, beside={"64450"})
    assert 'href="../64450/64450.html"' in text
    assert 'href="../99211/' not in text


def test_a_date_without_edits_shows_the_last_counts_and_no_pair() -> None:
    said = words(page_of("64640"), "coding")
    assert "Last known 253 (ptp2024q3, for services July 1 to September 30, 2024)." in said
    assert "what the last one said is on the page for September 30, 2024" in said
    assert "Denied beside this code" not in said


def test_a_code_without_edits_has_none_and_says_no_more() -> None:
    said = words(page_of("J0585", IN_FORCE), "coding")
    assert "Practitioners and surgery centers | 0 | 0" in said
    assert "Denied beside this code" not in said
    assert "payeratlas pair" not in said
    assert "None" not in said


def test_an_add_on_names_the_codes_it_goes_with() -> None:
    said = words(page_of("64634", IN_FORCE), "coding")
    assert "64634 is an add-on (type 1)" in said
    assert "It goes with 64633." in said
    assert "These add-ons may go with it: 64634." in words(page_of("64633", IN_FORCE), "coding")
    later = words(page_of("64634"), "coding")
    assert "Primary codes of it as an add-on: Not covered by a release on hand" in later
    assert "Last known 64633" in later


def test_the_bundling_tile_counts_or_says_why_not() -> None:
    said = words(page_of("64640", IN_FORCE), "answers")
    assert "[plain] Bundling: 253 codes denied beside it; it is denied beside 1" in said
    assert "[unknown] Bundling: Not covered by a release on hand" in words(
        page_of("64640"), "answers"
    )


def test_facilities_have_tiles_of_their_own() -> None:
    said = words(page_of("64640"), "answers")
    assert "[plain] Medicare, surgery center: $170.14 / National payment to the center" in said
    assert "[plain] Medicare, hospital outpatient: $890.29" in said
    visit = words(page_of("99213"), "answers")
    assert "[unknown] Medicare, surgery center: Not listed" in visit


def test_places_say_rate_and_whether_the_physician_is_paid_there() -> None:
    places = grid(page_of("64640"), "Places of service")
    rows = {row[0][:2]: row[1:] for row in cells(places)}
    assert (rows["24"], rows["11"]) == (["Facility"], ["Non-facility"])
    assert "Paid there, in every row: Not barred" in _line(places.note)
    assert "28" not in rows, "CMS keeps that number free"
    incident = {row[0][:2]: row[1:] for row in cells(grid(page_of("96372"), "Places of service"))}
    assert incident["22"][1].startswith("No: the code is for services incident to")
    assert incident["11"][1] == "Not barred"
    rare = {row[0][:2]: row[1:] for row in cells(grid(page_of("27447"), "Places of service"))}
    assert rare["11"] == ["Non-facility", "Marked by CMS as rare or never at this rate"]
    laboratory = {row[0][:2]: row[1:] for row in cells(grid(page_of("80053"), "Places of"))}
    assert laboratory["11"] == ["Non-facility", "No amount at this rate, see above"]
    unlisted = cells(grid(page_of("27447", date(2026, 7, 15)), "Places of service"))
    assert {row[2] for row in unlisted} == {
        "Not known: the code is not in a fee schedule of the date"
    }


def test_facilities_own_payment_stands_above_the_places() -> None:
    said = words(page_of("64640"), "coding")
    assert "Surgery center (24), its own payment: $170.14." in said
    assert "Hospital, for its outpatients (19, 22, 23), its own payment: $890.29." in said
    knee = words(page_of("33533"), "coding")
    assert "only when the patient is admitted" in knee


def test_the_nearest_siblings_are_open_the_rest_folded() -> None:
    page = page_of("64640")
    said = words(page, "identity")
    assert said.count("\n- ") == 7
    rest = grid(page, "The rest of its family")
    assert rest.folded
    assert len(rest.rows) == len(siblings("64640")) - 7
    assert "The rest of its family" not in words(page_of("00142"), "identity")


def test_the_classification_places_a_code_without_a_name_of_ours() -> None:
    page = page_of("0333T", IN_FORCE)
    said = words(page, "identity")
    assert "No plain-language name of our own yet" in said
    assert "payeratlas descriptors mount FILE" in said
    assert "CMS's classification (RBCS) | " in said
    facts = {fact.measure: fact for fact in page.facts if fact.subject == "0333T"}
    for level in ("category", "subcategory", "family"):
        assert str(facts[f"rbcs.{level}"].value) in said
    assert "descriptors mount" not in words(page_of("64640"), "identity")
