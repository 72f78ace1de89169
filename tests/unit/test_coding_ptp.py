"""Verdicts on pairs of codes: which is paid, what lifts the edit, and what silence means."""

from __future__ import annotations

from datetime import date

import pytest

from payeratlas.coding import (
    OtherEdit,
    PairVerdict,
    associated_modifiers,
    grouped,
    pair_verdict,
)
from payeratlas.coding.ptp import (
    REFERENCE,
    counted,
    counted_together,
    in_effect,
    modifiers_reference,
    rationales,
)
from payeratlas.coding.wording import Row, Wording
from payeratlas.model.facts import Unknown

DAY = date(2024, 7, 15)
PRACTICE = "Standards of medical/surgical practice"
MISUSE = "Misuse of Column Two code with Column One code"


def edit(
    column2: str = "64450",
    indicator: str = "1",
    effective: str = "2010-01-01",
    deletion: str = "",
    rationale: str = PRACTICE,
    column1: str = "64640",
) -> Row:
    return {
        "service": "practitioner",
        "column1": column1,
        "column2": column2,
        "effective": date.fromisoformat(effective) if effective else None,
        "deletion": date.fromisoformat(deletion) if deletion else None,
        "modifier_indicator": indicator,
        "rationale": rationale,
    }


def verdict(*edits: Row, one: str = "64450", other: str = "64640") -> PairVerdict:
    found = pair_verdict(one, other, edits, DAY, service="practitioner", searched="f1.txt")
    assert isinstance(found, PairVerdict)
    return found


def told(found: Wording | Unknown | None, **facts: str) -> str:
    assert isinstance(found, Wording)
    return found.template.format(**found.names, **facts)


def test_column_one_is_paid_in_whatever_order_it_is_asked() -> None:
    for one, other in (("64450", "64640"), ("64640", "64450")):
        found = verdict(edit(), one=one, other=other)
        assert (found.ruling, found.pays, found.denied) == ("modifier", "64640", "64450")
        said = told(found.headline, modifier_indicator="1")
        assert "64640 is paid and 64450 is denied, unless a modifier" in said
        assert told(found.dates, effective="2010-01-01").endswith("no last day.")
        assert found.group == "part"
        assert "not done without the second" in told(found.rationale)


def test_an_indicator_of_nothing_lifts_no_edit() -> None:
    found = verdict(edit(indicator="0"))
    assert found.ruling == "never"
    assert "no modifier changes that" in told(found.headline, modifier_indicator="0")
    assert "may not be charged to the patient" in told(found.caution)


def test_no_edit_says_what_was_searched_and_promises_nothing() -> None:
    found = verdict(one="64640", other="76942")
    assert (found.ruling, found.edit, found.pays) == ("none", None, "")
    said = told(found.headline)
    assert "no edit pairs 64640 with 76942 on 2024-07-15, in either order" in said
    assert "Searched: f1.txt" in said
    assert "no promise of payment" in told(found.caution)


@pytest.mark.parametrize(
    ("row", "holds"),
    [
        (edit(), True),
        (edit(effective="2024-07-15"), True),
        (edit(effective="2024-07-16"), False),
        (edit(deletion="2024-07-15"), True),
        (edit(deletion="2024-07-14"), False),
        (edit(effective=""), True),
        (edit(effective="", deletion="2024-06-30"), False),
        (edit(indicator="9", deletion="2010-01-01"), False),
        (edit(indicator="9", effective="", deletion="2030-01-01"), False),
        (edit(effective="2024-07-15", deletion="2024-07-15"), False),
    ],
)
def test_an_edit_holds_from_its_first_day_to_its_last(row: Row, holds: bool) -> None:
    assert in_effect(row, DAY) is holds


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (edit(deletion="2020-12-31"), "ended on"),
        (edit(effective="2025-01-01"), "begins on"),
        (edit(indicator="9", deletion="2010-01-01"), "never was in effect"),
    ],
)
def test_an_edit_that_does_not_hold_is_told_with_its_reason(row: Row, says: str) -> None:
    found = verdict(row)
    assert found.ruling == "none"
    (other,) = found.others
    assert isinstance(other, OtherEdit)
    facts = {"deletion": "x", "effective": "x", "modifier_indicator": "9"}
    assert says in told(other.wording, **facts)


def test_an_edit_after_an_earlier_one_is_the_one_that_holds() -> None:
    earlier = edit(indicator="0", deletion="2019-12-31")
    found = verdict(earlier, edit(effective="2020-01-01"))
    assert found.ruling == "modifier"
    assert [one.edit for one in found.others] == [earlier]


def test_two_edits_at_once_cannot_be_told_apart() -> None:
    found = pair_verdict(
        "64640", "64450", [edit(), edit(indicator="0")], DAY, service="hospital", searched="f1.txt"
    )
    assert isinstance(found, Unknown)
    assert found.reason == "unparsed"


def test_a_first_day_that_the_file_lost_is_not_made_up() -> None:
    found = verdict(edit(effective=""))
    assert isinstance(found.dates, Wording)
    assert found.dates.facts() == ()
    assert "since when, the file at hand does not say" in told(found.dates)
    assert verdict(edit(effective="", deletion="2024-09-30")).dates is not None


def test_a_rationale_without_words_is_unparsed() -> None:
    found = verdict(edit(rationale="A new reason"))
    assert isinstance(found.rationale, Unknown)
    assert found.group == ""


@pytest.mark.parametrize("rationale", rationales())
def test_every_rationale_has_words_and_a_group(rationale: str) -> None:
    found = verdict(edit(rationale=rationale))
    assert isinstance(found.rationale, Wording)
    (group,) = grouped([edit(rationale=rationale)], DAY)
    assert group.id == found.group
    assert isinstance(group.meaning, Wording)


def test_edits_are_grouped_by_what_they_mean() -> None:
    rows = [
        edit("64450"),
        edit("95860", "0", rationale="CPT Manual or CMS manual coding instruction"),
        edit("20552", "0"),
        edit("64480", "0", rationale=MISUSE),
        edit("64479", deletion="2020-01-01"),
        edit("64632", rationale="Something else"),
    ]
    groups = grouped(rows, DAY)
    assert [group.id for group in groups] == ["part", "misuse", "instruction", "unlisted"]
    assert groups[0].indicators == {"0": 1, "1": 1}
    assert [row["column2"] for row in groups[0].edits] == ["64450", "20552"]
    assert isinstance(groups[-1].meaning, Unknown)
    assert sum(len(group.edits) for group in groups) == 5


def test_counting_one_by_one_and_together_is_the_same() -> None:
    rows = [edit(), edit(indicator="0"), edit(deletion="2020-01-01"), edit("99213", "0")]
    assert counted(rows, DAY) == {"0": 2, "1": 1}
    packed = [(edit(indicator="0"), 2), (edit(), 1), (edit(deletion="2020-01-01"), 1)]
    assert counted_together(packed, DAY) == counted(rows, DAY)
    assert counted([], DAY) == {"0": 0, "1": 0}


def suiting(one: str, other: str, service: str = "practitioner") -> list[str]:
    return [group.id for group in associated_modifiers(one, other, service) if group.suits]


def test_modifiers_suit_the_kinds_of_codes() -> None:
    assert suiting("64640", "99213") == ["visit"]
    assert suiting("99213", "99283", "hospital") == ["visit", "hospital_visits"]
    assert suiting("99213", "99283") == ["visit"]
    assert suiting("64640", "64450") == ["distinct", "site", "postoperative"]
    assert suiting("80053", "80048") == ["distinct", "repeat_test"]


def test_the_list_of_modifiers_is_cms_s() -> None:
    groups = associated_modifiers("64640", "64450", "practitioner")
    listed = [code for group in groups for code in group.codes]
    assert len(listed) == len(set(listed)) == 44
    assert {"59", "XE", "25", "91", "27", "LT", "FA", "TA", "LM"} <= set(listed)
    assert groups[0].suits
    where, references = modifiers_reference()
    assert "either code" in where.template
    assert all("NCCI" in source or "CMS" in source for source in (*references, REFERENCE))
