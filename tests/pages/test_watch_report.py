"""A report on a list of codes: every state, nothing carried forward, nothing made up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from markup import parse

import payeratlas
from nccikit import ncci_store
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.changes import revisions
from payeratlas.pages.page import Grid, Page, texts
from payeratlas.pages.watch import (
    LISTS,
    Finding,
    Report,
    before_quarter,
    codes_in,
    quarter_of,
    report,
)
from payeratlas.pages.watch_page import page_of_report
from payeratlas.publish import html
from payeratlas.publish.change_words import finding_lines
from payeratlas.publish.plain import plain_text
from payeratlas.store import Store
from storekit import mue, own_store, release

STORE = payeratlas.open().store
SINCE, DAY = date(2024, 7, 15), AsOf(date(2025, 1, 15))
CODES = ("64640", "77002", "J0585", "80053", "A2027", "G0106")


@pytest.fixture(scope="module")
def found() -> Report:
    """Six codes from July 2024 to January 2025."""
    return report(CODES, SINCE, DAY, STORE)


def of(found: Report, code: str, list_id: str) -> Finding:
    (finding,) = [f for f in found.of(code) if f.followed.id == list_id]
    return finding


# -- the list and the days -----------------------------------------------------------------------


def test_one_code_a_line_and_comments() -> None:
    text = "\ufeff# pain\n64640  # neurolysis\n\n j0585\r\n64640\n"
    assert codes_in(text, "codes.txt") == ("64640", "J0585")


@pytest.mark.parametrize("line", ["64640, 64633", "77002-26", "neurolysis"])
def test_what_is_no_code_is_named_by_its_line(line: str) -> None:
    with pytest.raises(InputError, match="shape of a CPT") as error:
        codes_in(f"# mine\n64640\n{line}\n", "codes.txt")
    assert error.value.where == "codes.txt, line 3"
    assert "one code a line" in error.value.cure


def test_a_list_without_codes_is_refused() -> None:
    with pytest.raises(InputError, match="names no code"):
        codes_in("# nothing\n", "codes.txt")


@pytest.mark.parametrize(
    ("text", "since", "last"),
    [
        ("2025Q4", date(2025, 9, 30), date(2025, 12, 31)),
        ("2024-q1", date(2023, 12, 31), date(2024, 3, 31)),
    ],
)
def test_a_quarter_is_compared_with_the_day_before_it(text: str, since: date, last: date) -> None:
    assert quarter_of(text) == (since, last)
    assert before_quarter(last) == since


@pytest.mark.parametrize("text", ["2025", "2025Q5", "Q42025", "25Q4", "2025Q"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="not a quarter"):
        quarter_of(text)


def test_the_period_must_run_forward() -> None:
    with pytest.raises(InputError, match="--since"):
        report(["64640"], date(2025, 1, 15), AsOf(date(2025, 1, 15)), STORE)


# -- what is found -------------------------------------------------------------------------------


def test_every_code_has_a_finding_of_every_list(found: Report) -> None:
    assert [(f.code, f.followed.id) for f in found.findings] == [
        (code, followed.id) for code in CODES for followed in LISTS
    ]


def test_the_fee_schedule_is_compared_as_on_the_page(found: Report) -> None:
    finding = of(found, "64640", "pfs")
    assert finding.state == "changed"
    (on_page,) = [
        r
        for r in revisions("64640", DAY, STORE)
        if (r.before.id, r.after.id) == ("rvu24c", "rvu25a")
    ]
    assert finding.revisions["64640"].amounts == on_page.amounts
    assert list(of(found, "77002", "pfs").revisions) == ["77002", "77002-TC", "77002-26"]


def test_codes_that_came_and_went(found: Report) -> None:
    added, removed = of(found, "A2027", "pfs"), of(found, "G0106", "pfs")
    assert (added.state, removed.state) == ("added", "removed")
    assert {step.subject for step in removed.steps} == {"G0106", "G0106-TC", "G0106-26"}
    moved = removed.steps[0].moved[0]
    assert moved.before.known
    assert isinstance(moved.after.value, Unknown)
    assert moved.after.value.reason == "not_listed"
    assert any("removed, office (non-facility): $" in line for line in finding_lines(removed))


def test_nothing_changed_and_not_listed_are_two_answers(found: Report) -> None:
    assert of(found, "80053", "pfs").state == "same"
    assert of(found, "80053", "asc_aa").state == "not_listed"
    assert list(finding_lines(of(found, "80053", "pfs"))) == [
        "Physician fee schedule: nothing changed."
    ]


def test_a_day_without_a_release_is_said_with_its_reason(found: Report) -> None:
    finding = of(found, "64640", "opps")
    assert finding.state == "not_on_hand"
    assert isinstance(finding.before, Unknown)
    assert not isinstance(finding.after, Unknown)
    (line,) = finding_lines(finding)
    assert "before: Not covered by a release on hand" in line
    assert "now:" not in line


def test_what_an_excerpt_leaves_out_is_not_removed() -> None:
    later = report(["64640", "27447"], date(2025, 10, 15), AsOf(date(2026, 7, 15)), STORE)
    assert of(later, "64640", "pfs").state == "changed"
    left_out = of(later, "27447", "pfs")
    assert left_out.state == "not_on_hand"
    assert isinstance(left_out.after, Unknown)
    assert "excerpt" in left_out.after.detail
    policies = [
        i.policy.id for r in of(later, "64640", "pfs").revisions.values() for i in r.policies
    ]
    assert policies == ["efficiency_adjustment", "practice_expense_by_setting"]


def test_one_release_on_both_days_changes_nothing() -> None:
    within = report(["64640"], date(2024, 7, 15), AsOf(date(2024, 8, 15)), STORE)
    assert of(within, "64640", "pfs").state == "same"
    assert of(within, "64640", "mue_practitioner").state == "same"


def test_later_knowledge_is_left_out_where_asked() -> None:
    """On 1 February 2024 nobody knew the correction of March."""
    since, day = date(2024, 2, 1), date(2024, 3, 15)
    now = report(["64640"], since, AsOf(day), STORE)
    then = report(["64640"], since, AsOf(day, date(2024, 2, 1)), STORE)
    assert of(now, "64640", "pfs").state == "changed"
    assert of(then, "64640", "pfs").state == "same"


def test_edits_are_counted_on_each_day(tmp_path: Path) -> None:
    store = ncci_store(tmp_path)
    tallied = report(["64640"], date(2024, 7, 1), AsOf(date(2024, 9, 30)), store)
    assert of(tallied, "64640", "ptp_practitioner").state in ("same", "changed")
    gone = report(["64640"], date(2024, 7, 1), AsOf(date(2024, 10, 1)), store)
    assert of(gone, "64640", "ptp_practitioner").state == "not_on_hand"
    store.close()


def test_unit_limits_of_two_issues(tmp_path: Path) -> None:
    store = _two_limits(tmp_path)
    moved = report(["Z0001"], date(2024, 1, 15), AsOf(date(2024, 4, 15)), store)
    finding = of(moved, "Z0001", "mue_practitioner")
    assert finding.state == "changed"
    assert list(finding_lines(finding)) == [
        "Unit limit (MUE), practitioner services, Z0001, most units: 3 → 4"
    ]
    store.close()


def _two_limits(root: Path) -> Store:
    store = own_store(root)
    first = release("q1", date(2024, 1, 1), date(2024, 4, 1), date(2024, 1, 1))
    second = release("q2", date(2024, 4, 1), date(2024, 7, 1), date(2024, 4, 1))
    store.publish(*mue(first, ["practitioner"], 3))
    store.publish(*mue(second, ["practitioner"], 4))
    return store


# -- as a page -----------------------------------------------------------------------------------


def _words(page: Page) -> Iterator[str]:
    for section in page.sections:
        yield from (plain_text(text) for text in texts(section.blocks))


def test_the_overview_says_of_each_code_where_to_look(found: Report) -> None:
    page = page_of_report(found)
    (grid,) = [b for b in page.sections[0].blocks if isinstance(b, Grid)]
    states = {
        plain_text(row[0].text): [plain_text(cell.text) for cell in row[1:]] for row in grid.rows
    }
    assert states["64640"][:3] == ["changed", "not on hand", "changed"]
    assert states["80053"][:3] == ["nothing changed", "not on hand", "not listed"]
    assert [section.letter for section in page.sections] == list("ABCDEFG")


def test_the_page_tells_both_kinds_of_silence(found: Report) -> None:
    words = list(_words(page_of_report(found)))
    assert any(w.startswith("Nothing changed: ") and "80053" in w for w in words)
    assert any(w.startswith("Not on this list on either day: ") for w in words)
    assert any("On July 15, 2024: Not covered by a release on hand" in w for w in words)


def test_the_page_is_one_file_that_loads_nothing(found: Report) -> None:
    root = parse(html.render(page_of_report(found)))
    loading = {"src", "srcset", "data", "poster", "action", "background", "ping"}
    for element in root.all():
        assert not loading & set(element.attributes)
        if element.tag == "link":
            assert element.attributes == {"rel": "icon", "href": "data:,"}
        if href := element.attributes.get("href", ""):
            assert not re.match(r"https?:", href) or element.tag == "a"


def test_one_code_gives_its_name_to_the_page() -> None:
    page = page_of_report(report(["64640"], SINCE, DAY, STORE))
    assert page.code == "64640"
    assert page_of_report(report(["64640", "77002"], SINCE, DAY, STORE)).code == "Watch list"
