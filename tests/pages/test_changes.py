"""What changed, release by release: the fee schedule by cause, other lists by a slow twin."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

import payeratlas
from payeratlas.model.amounts import Money
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.changes import Revision, revision, revisions
from payeratlas.pages.facts.pfs import STANDARD, TABLE
from payeratlas.pages.history import FOLLOWED, Followed, table_steps
from payeratlas.pages.page import Gap, texts
from payeratlas.pages.sections.changes import section
from payeratlas.publish.plain import plain_text
from payeratlas.store import Store
from storekit import mue, own_store, release

STORE = payeratlas.open().store
END = AsOf(date(2026, 9, 15))
LIST = {followed.id: followed for followed in FOLLOWED}


def said(code: str, day: date) -> str:
    return "\n".join(plain_text(text) for text in texts(section(code, AsOf(day), STORE).blocks))


def test_the_change_of_2026_is_told_with_its_rule() -> None:
    words = said("64640", date(2026, 7, 15))
    assert "Work RVUs went from 1.98 to 1.93: consistent with the efficiency adjustment" in words
    assert "which would give 1.93." in words
    assert "fell from 1.43 to 1.19 in a facility and rose from 5.26 to 5.86" in words
    assert "CMS-1832-F, 90 FR 49266" in words


def test_a_time_based_service_is_not_said_to_be_adjusted() -> None:
    words = said("99213", date(2026, 7, 15))
    assert "efficiency adjustment" not in words
    assert "practice expense by setting" in words


def test_before_2026_no_rule_is_named() -> None:
    assert "consistent with" not in said("64640", date(2025, 12, 31))


def test_every_adjusted_work_value_of_the_excerpt_is_recognised() -> None:
    (new,) = [p for p in STORE.releases("cms_pfs_rvu") if p.release.id == "rvu26c-excerpt"]
    (old,) = [p for p in STORE.releases("cms_pfs_rvu") if p.release.id == "rvu25d"]
    codes = tuple({row.text("hcpcs") for row in STORE.rows(TABLE, new)})
    before = {(r.text("hcpcs"), r.text("modifier")): r for r in STORE.rows(TABLE, old, hcpcs=codes)}
    found: list[Revision] = [
        revision(before[row.text("hcpcs"), row.text("modifier")], row, END, STORE)
        for row in STORE.rows(TABLE, new)
    ]
    ids = [inference.policy.id for each in found for inference in each.policies]
    assert len(found) == 49
    assert ids.count("efficiency_adjustment") == 38
    assert ids.count("practice_expense_by_setting") == 33
    moved = [each for each in found if any("work" in dict(c.parts) for c in each.amounts.values())]
    assert len(moved) == 38, "no work value of the excerpt moved otherwise"


def test_a_cap_on_one_side_alone_is_part_of_the_change() -> None:
    """74263 was not capped in July 2024 and is in January 2025."""
    rows = STORE.history(TABLE, constants=STANDARD, hcpcs="0640T", modifier="TC")
    by_release = {row.release: row for row in rows}
    found = revision(by_release["rvu24c"], by_release["rvu25a"], END, STORE)
    for change in found.amounts.values():
        total = sum((_dollars(fact) for _, fact in change.parts), start=0)
        assert total == _dollars(change.after) - _dollars(change.before)
    assert not by_release["rvu24c"]["opps_mp"]
    assert by_release["rvu25a"]["opps_mp"]


def _dollars(fact: Fact) -> int:
    assert isinstance(fact.value, Money)
    return int(fact.value.amount * 100)


def test_a_code_that_only_other_schedules_pay_is_told_of_them() -> None:
    words = said("J0585", date(2025, 12, 15))
    assert "no two releases on hand up to the date of service print the code differently" in words
    assert "Surgery center (ASC), beside surgery, asc2025q" in words
    assert not section("J0585", AsOf(date(2025, 12, 15)), STORE).empty


def test_lists_with_one_issue_on_hand_are_named() -> None:
    blocks = section("64640", AsOf(date(2025, 10, 15)), STORE).blocks
    (gap,) = [block for block in blocks if isinstance(block, Gap)]
    assert "Unit limit (MUE), practitioner services" in plain_text(gap.why)
    assert "Hospital outpatient" not in plain_text(gap.why)


# -- a slow twin of the other lists --------------------------------------------------------------


def slow_steps(followed: Followed, code: str, as_of: AsOf) -> Iterator[tuple[str, str, str]]:
    """(release, kind, column) by looking at each release on its own."""
    held = sorted(
        (p for p in STORE.releases() if p.holds(followed.table)),
        key=lambda p: (p.release.covers.start, p.release.issued),
    )
    held = [p for p in held if p.release.covers.start <= as_of.service_date]
    for old, new in pairwise(held):
        a = STORE.rows(followed.table, old, hcpcs=code)
        b = STORE.rows(followed.table, new, hcpcs=code)
        if a and not b:
            yield new.release.id, "removed", ""
        if b and not a:
            yield new.release.id, "added", ""
        if a and b:
            printed = [set(p.parts_of(followed.table, {})[0].bindings) for p in (old, new)]
            for column in followed.columns:
                if column in printed[0] & printed[1] and a[0][column] != b[0][column]:
                    yield new.release.id, "changed", column


@pytest.mark.parametrize("name", ["opps", "asc_aa", "asc_bb", "asc_ee"])
@pytest.mark.parametrize("code", ["64640", "64633", "77002", "J0585", "27447", "0213T", "C1822"])
def test_other_lists_move_as_their_files_do(name: str, code: str) -> None:
    followed = LIST[name]
    fast: list[tuple[str, str, str]] = []
    for step in table_steps(followed, code, END, STORE):
        columns = [moved.column for moved in step.moved] if step.kind == "changed" else [""]
        fast += [(step.after.id, step.kind, column) for column in columns]
    slow = list(slow_steps(followed, code, END))
    assert fast == slow


def test_the_past_is_not_told_the_future() -> None:
    steps = table_steps(LIST["opps"], "64640", AsOf(date(2024, 6, 1)), STORE)
    assert steps == ()
    known = AsOf(date(2025, 12, 1), date(2025, 7, 1))
    corrected = table_steps(LIST["opps"], "A9596", AsOf(date(2025, 12, 1)), STORE)
    assert "opps2025q3-20250725" in [step.after.id for step in corrected]
    then = table_steps(LIST["opps"], "A9596", known, STORE)
    assert "opps2025q3-20250725" not in [step.after.id for step in then]


def test_unit_limits_are_compared_once_two_lists_are_on_hand(tmp_path: Path) -> None:
    store = own_store(tmp_path)
    first = release("q1", date(2024, 1, 1), date(2024, 4, 1), date(2024, 1, 1))
    second = release("q2", date(2024, 4, 1), date(2024, 7, 1), date(2024, 4, 1))
    store.publish(*mue(first, ["practitioner"], 3))
    store.publish(*mue(second, ["practitioner"], 4))
    (step,) = table_steps(LIST["mue_practitioner"], "Z0001", AsOf(date(2024, 5, 1)), store)
    (moved,) = step.moved
    assert (moved.column, moved.before.value, moved.after.value) == ("mue", 3, 4)
    assert table_steps(LIST["mue_hospital"], "Z0001", AsOf(date(2024, 5, 1)), store) == ()
    store.close()


def test_an_excerpt_removes_nothing(tmp_path: Path) -> None:
    store: Store = own_store(tmp_path)
    first = release("q1", date(2024, 1, 1), date(2024, 4, 1), date(2024, 1, 1))
    part = release("q2", date(2024, 4, 1), date(2024, 7, 1), date(2024, 4, 1), complete=False)
    store.publish(*mue(first, ["practitioner", "hospital"], 3))
    store.publish(*mue(part, ["practitioner"], 3))
    for name in ("mue_practitioner", "mue_hospital"):
        assert table_steps(LIST[name], "Z0001", AsOf(date(2024, 5, 1)), store) == ()
    store.close()


def test_what_a_release_does_not_list_is_said_to_be_absent() -> None:
    """Surgery that CMS pays for in centers from 2026 on."""
    (old,) = [p for p in STORE.releases("cms_asc_addenda") if p.release.id == "asc2025q4"]
    (new,) = [p for p in STORE.releases("cms_asc_addenda") if p.release.id == "asc2026q1"]
    had = {row.text("hcpcs") for row in STORE.rows("asc_aa", old)}
    come = [r for r in STORE.rows("asc_aa", new) if r.text("hcpcs") not in had]
    code = next(r.text("hcpcs") for r in come if r["payment_rate"])
    steps = {step.after.id: step for step in table_steps(LIST["asc_aa"], code, END, STORE)}
    assert steps["asc2026q1"].kind == "added"
    (moved,) = steps["asc2026q1"].moved
    assert isinstance(moved.before.value, Unknown)
    assert moved.before.value.reason == "not_listed"
    assert moved.after.known
    left = {s.after.id: s.kind for s in table_steps(LIST["asc_ee"], code, END, STORE)}
    assert left["asc2026q1"] == "removed"


def test_revisions_are_in_order_and_end_by_the_date() -> None:
    found = revisions("64640", AsOf(date(2024, 3, 20)), STORE)
    assert found[-1].after.id == "rvu24ar"
