"""Claims priced line by line: CMS's own examples, and rows made up for one rule each."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from claim_facts import Table, amounts, cents, claim, row, rows_of, whole
from payeratlas.model.amounts import Money
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Derivation
from payeratlas.pricing.claim_quote import price_claim
from payeratlas.pricing.claim_result import MEASURES, ClaimQuote
from payeratlas.pricing.quote import MEASURES as OF_LINE
from payeratlas.pricing.rules import rerun
from pricing_facts import ALASKA


def scope(fee: str, base: str = "45378", **more: object) -> dict:
    cells: dict = {"multiple_procedure": "3", "endo_base": base, "bilateral": "0", **more}
    return row(fee, **cells)


COLON: Table = {
    ("45378", ""): row("255.40", bilateral="0"),
    ("45380", ""): scope("285.98"),
    ("45385", ""): scope("374.56"),
}
NERVES: Table = {
    ("64640", ""): row("240.00"),
    ("64450", ""): row("70.00"),
    ("20610", ""): row("100.00"),
    ("99213", ""): row("88.00", multiple_procedure="0", bilateral="0"),
}
# MLN Matters MM9647: two tests of 100 + 500 and 80 + 400 dollars
MM9647: Table = {**whole("70001", "100.00", "500.00"), **whole("70002", "80.00", "400.00")}


def said(fact: Fact | None) -> str:
    """The text of a Fact that states ranks or shares."""
    assert fact is not None
    return str(fact.value)


def facts_of(answer: ClaimQuote) -> list[Fact]:
    found = [answer.allowed, answer.nonparticipating, answer.limiting_charge, answer.priced,
             answer.at_least, answer.from_published]  # fmt: skip
    for line in answer.lines:
        found += [line.allowed, line.nonparticipating, line.limiting_charge, line.ranks,
                  line.shares, line.at_least, line.from_published]  # fmt: skip
    return [fact for fact in found if fact is not None]


# --- surgery -----------------------------------------------------------------------------------


def test_three_units_of_a_procedure_are_three_procedures() -> None:
    answer = claim(NERVES, "64640x3", "99213-25")
    assert amounts(answer) == ["480.00", "88.00"]
    assert cents(answer.allowed) == "568.00"
    first, visit = answer.lines
    assert said(first.ranks) == "1, 2, 3"
    assert said(first.shares) == "100%, 50%, 50%"
    assert visit.ranks is visit.shares is None
    assert visit.allowed == visit.quote.allowed
    assert "Each unit counts as a procedure" in first.why[0]
    assert {caveat.id for caveat in answer.caveats} >= {"one_practitioner", "sides_or_units"}


def test_rank_goes_by_fee_not_by_line_and_ignores_modifier_51() -> None:
    answer = claim(NERVES, "64450", "64640-51", "20610-59")
    assert amounts(answer) == ["35.00", "240.00", "50.00"]
    assert [line.ranks.value for line in answer.lines if line.ranks] == ["3", "1", "2"]
    assert any("modifier for several procedures" in words for words in answer.lines[1].why)
    assert any("separate service" in words for words in answer.lines[2].why)


def test_both_sides_come_before_the_ranks() -> None:
    # one line: 150.00 ranks above 120.00
    table = {**NERVES, ("64447", ""): row("120.00")}
    assert amounts(claim(table, "64447", "20610-50")) == ["60.00", "150.00"]
    # two lines are the same procedure, paid on the left side's line
    answer = claim(table, "20610-RT", "64447", "20610-LT")
    assert amounts(answer) == ["part of 3", "60.00", "150.00"]
    assert cents(answer.allowed) == "210.00"
    assert "two_sides_one_line" in {caveat.id for caveat in answer.caveats}
    # unless one says that its side was a procedure apart
    assert cents(claim(table, "20610-RT-59", "64447", "20610-LT").allowed) == "220.00"


@pytest.mark.parametrize(
    ("bilateral", "total"), [("0", "125.00"), ("1", "187.50"), ("2", "125.00"), ("3", "250.00")]
)
def test_the_layouts_sides_without_a_rank(bilateral: str, total: str) -> None:
    table = {("11111", ""): row("125.00", multiple_procedure="0", bilateral=bilateral)}
    assert cents(claim(table, "11111-LT", "11111-RT").allowed) == total
    assert cents(claim(table, "11111-50").allowed) == total


def test_a_return_to_the_operating_room_takes_no_rank_and_a_new_procedure_does() -> None:
    answer = claim(NERVES, "64640", "20610-78", place="22")
    assert amounts(answer) == ["240.00", "80.00"]  # the intraoperative share of 100.00
    assert any("return to the operating room" in words for words in answer.lines[1].why)
    assert amounts(claim(NERVES, "64640", "20610-79")) == ["240.00", "50.00"]
    assert amounts(claim(NERVES, "64640", "20610-58")) == ["240.00", "50.00"]


def test_an_assistants_lines_rank_among_themselves() -> None:
    table = {k: {**v, "assistant": "2"} for k, v in NERVES.items()}
    assert amounts(claim(table, "64640-80", "20610-80")) == ["38.40", "8.00"]


def test_after_the_fifth_the_contractor_decides_and_there_is_a_least() -> None:
    answer = claim(NERVES, "64640x5", "64450x2")
    assert amounts(answer) == ["720.00", "not_priced"]
    last = answer.lines[1]
    assert cents(last.at_least) == "70.00"
    assert said(last.shares) == "by report, by report"
    assert cents(answer.allowed) == "not_priced"
    assert cents(answer.priced) == "720.00"
    assert cents(answer.at_least) == "790.00"
    assert claim(NERVES, "64640x5").at_least is None
    many = claim(NERVES, "64640x40").lines[0]
    assert said(many.ranks) == "1 to 40"
    assert said(many.shares) == "100%, 50% (4 times), by report (35 times)"


def test_equal_amounts_on_two_lines_are_told() -> None:
    answer = claim(NERVES, "64640", "64640-59")
    assert amounts(answer) == ["240.00", "120.00"]
    assert "ties" in {caveat.id for caveat in answer.caveats}
    assert "ties" not in {caveat.id for caveat in claim(NERVES, "64640", "64450").caveats}


# --- endoscopies -------------------------------------------------------------------------------


def test_the_manuals_example_of_endoscopies() -> None:
    answer = claim(COLON, "45380", "45385")
    assert amounts(answer) == ["30.58", "374.56"]
    assert cents(answer.allowed) == "405.14"
    labels = [step.label for step in answer.lines[0].steps]
    assert any(label.startswith("Base procedure 45378: Conversion factor") for label in labels)
    assert any(label.startswith("Less the base procedure 45378") for label in labels)


def test_the_base_procedure_is_not_paid_beside_its_family() -> None:
    answer = claim(COLON, "45378", "45385")
    assert amounts(answer) == ["part of 2", "374.56"]
    assert cents(answer.allowed) == "374.56"
    assert answer.lines[0].allowed.value != Money(Decimal("0.00"))
    alone = claim({**COLON, **NERVES}, "45378", "64640")
    assert amounts(alone) == ["255.40", "120.00"]


def test_a_family_and_a_surgery() -> None:
    answer = claim({**COLON, ("27447", ""): row("400.00")}, "27447", "45380", "45385")
    assert amounts(answer) == ["200.00", "30.58", "374.56"]
    answer = claim({**COLON, ("27447", ""): row("500.00")}, "27447", "45380", "45385")
    assert amounts(answer) == ["500.00", "15.29", "187.28"]
    assert any("family ranks below" in words for words in answer.lines[1].why)


def test_units_of_one_endoscopy_are_of_one_family() -> None:
    answer = claim(COLON, "45380x2")
    assert amounts(answer) == ["316.56"]  # 285.98 + 30.58
    assert "Each unit counts as an endoscopy" in answer.lines[0].why[0]


def test_an_endoscopy_worth_less_than_its_base_is_part_of_the_other() -> None:
    answer = claim({**COLON, ("45389", ""): scope("240.00")}, "45389", "45385")
    assert amounts(answer) == ["part of 2", "374.56"]


@pytest.mark.parametrize(
    ("of_base", "second"),
    [("2", "110.00"), ("1", "60.00"), ("0", "110.00"), ("9", "110.00")],
)
def test_the_base_of_a_bilateral_endoscopy_is_that_of_both_sides(of_base: str, second: str) -> None:
    table = {
        ("31231", ""): row("100.00", bilateral=of_base),
        ("31254", ""): scope("200.00", "31231", bilateral="1"),
        ("31256", ""): scope("140.00", "31231", bilateral="1"),
    }
    answer = claim(table, "31254-50", "31256-50")
    assert amounts(answer) == ["300.00", second]
    assert amounts(claim(table, "31254-50", "31256-LT", "31256-RT"))[1:] == [second, "part of 2"]
    assert "bilateral_endoscopy" in {caveat.id for caveat in answer.caveats}


# --- imaging and other tests by component ------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "day", "expected"),
    [
        (("70001", "70002"), date(2017, 1, 1), ["600.00", "276.00"]),
        (("70001", "70002"), date(2016, 12, 31), ["600.00", "260.00"]),
        (("70001-26", "70002-26"), date(2025, 1, 1), ["100.00", "76.00"]),
        (("70001-TC", "70002-TC"), date(2025, 1, 1), ["500.00", "200.00"]),
        (("70001-TC", "70002-26"), date(2025, 1, 1), ["500.00", "80.00"]),
        (("70001-26", "70002"), date(2025, 1, 1), ["100.00", "476.00"]),
        (("70001-59", "70002"), date(2025, 1, 1), ["600.00", "480.00"]),
        (("70001x2",), date(2025, 1, 1), ["945.00"]),
        (("70001-50", "70002"), date(2025, 1, 1), ["1200.00", "276.00"]),
        (("70001-LT", "70001-RT", "70002"), date(2025, 1, 1), ["1200.00", "part of 1", "276.00"]),
    ],
)
def test_the_example_of_imaging(lines: tuple[str, ...], day: date, expected: list[str]) -> None:
    assert amounts(claim(MM9647, *lines, day=day)) == expected


def test_components_rank_each_by_themselves() -> None:
    table = {**whole("70001", "100.00", "300.00"), **whole("70002", "80.00", "400.00")}
    answer = claim(table, "70001", "70002")
    assert amounts(answer) == ["250.00", "476.00"]
    first = answer.lines[0]
    assert said(first.ranks) == "professional 1, technical 2"
    assert said(first.shares) == "professional 100%, technical 50%"
    assert len(first.why) == 2


def test_the_outpatient_cap_comes_after_the_reduction() -> None:
    table = {**whole("70001", "100.00", "500.00"), **whole("70002", "80.00", "400.00", cap="150")}
    assert cents(claim(table, "70002").allowed) == "230.00"
    answer = claim(table, "70001", "70002")
    assert amounts(answer) == ["600.00", "226.00"]  # 76 + the lower of 200 and 150, not 75
    assert "before_cap" in {caveat.id for caveat in answer.caveats}
    # the rank is that of the fee before the cap
    table = {**whole("70001", "100.00", "500.00", cap="90"), **whole("70002", "80.00", "400.00")}
    assert amounts(claim(table, "70001", "70002")) == ["190.00", "276.00"]


@pytest.mark.parametrize(("kind", "second"), [("6", "380.00"), ("7", "400.00")])
def test_cardiovascular_and_ophthalmological_tests_lose_of_the_technical_part_only(
    kind: str, second: str
) -> None:
    same = {"multiple_procedure": kind}
    table = {
        **whole("70001", "100.00", "500.00", **same),
        **whole("70002", "80.00", "400.00", **same),
    }
    assert amounts(claim(table, "70001", "70002")) == ["600.00", second]
    assert amounts(claim(table, "70001-26", "70002-26")) == ["100.00", "80.00"]
    assert amounts(claim(table, "70001-26", "70002")) == ["100.00", "480.00"]
    assert amounts(claim(table, "70001-59", "70002")) == ["600.00", second]  # a day, no session


def test_a_whole_with_components_of_other_codes() -> None:
    six = {"multiple_procedure": "6", "bilateral": "0"}
    table = {
        ("93224", ""): row("39.00", "169.00", pctc="4", **six),
        ("93227", ""): row("39.00", "14.00", pctc="2", **six),
        ("93225", ""): row("0.00", "53.00", pctc="3", **six),
        ("93226", ""): row("0.00", "102.00", pctc="3", **six),
        **whole("93306", "65.00", "500.00", **six),
    }
    answer = claim(table, "93224", "93306")
    assert amounts(answer) == ["169.25", "565.00"]  # 53 + 116.25
    assert amounts(claim(table, "93224")) == ["208.00"]
    basis = answer.lines[0].allowed.basis
    assert isinstance(basis, Derivation)
    assert dict(basis.settings)["1.technical"] == "93225,93226"
    assert "1.93226.pe_rvu" in dict(basis.inputs)
    unlisted = {**table, ("93999", ""): row("1.00", "9.00", pctc="4", **six)}
    told = claim(unlisted, "93999", "93306")
    assert "components of 93999" in told.lines[0].allowed.value.detail


# --- therapy -----------------------------------------------------------------------------------


def test_of_all_therapy_units_one_has_its_practice_expense_in_full() -> None:
    five = {"multiple_procedure": "5", "pctc": "7", "bilateral": "0"}
    table = {
        ("97110", ""): row("10.00", "20.00", "1.00", **five),
        ("97140", ""): row("9.00", "18.00", "1.00", **five),
        ("97530", ""): row("8.00", "30.00", "1.00", **five),
    }
    answer = claim(table, "97110x2", "97140", "97530-59")
    assert amounts(answer) == ["42.00", "19.00", "39.00"]
    last = answer.lines[2]
    assert said(last.shares) == "100% of the practice expense"
    alone = claim(table, "97110x3").lines[0]
    assert cents(alone.allowed) == cents(alone.quote.allowed) == "73.00"
    assert "One of its units" in alone.why[0]


# --- lines without an amount, and lines that are part of others ---------------------------------


@pytest.mark.parametrize("status", "NXIEPM")
def test_what_is_not_paid_takes_no_rank(status: str) -> None:
    table = {**NERVES, ("64999", ""): row("500.00", status=status)}
    answer = claim(table, "64999", "64640", "64450")
    assert amounts(answer) == ["not_priced", "240.00", "35.00"]
    assert cents(answer.allowed) == "not_priced"
    assert "line 1" in answer.allowed.value.detail
    assert cents(answer.priced) == "275.00"


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("64999", {"status": "C"}),
        ("64999", {"status": "R", "work_rvu": Decimal("0.00")}),
        ("64999-22", {}),
        ("64999-QQ", {}),
        ("64999-80", {"assistant": "0"}),
        ("64999", {"work_rvu": Unknown("unparsed", "smudged.")}),
        ("64999", {"multiple_procedure": Unknown("unparsed", "smudged."), "status": "C"}),
    ],
)
def test_an_amount_that_is_not_known_leaves_the_ranks_unknown(name: str, cells: dict) -> None:
    table = {**NERVES, ("64999", ""): row("500.00", **cells)}
    answer = claim(table, name, "64640", "99213")
    assert amounts(answer)[1] in ("not_priced", "unparsed")
    assert "depends on the rank of line 1" in answer.lines[1].allowed.value.detail
    assert cents(answer.lines[1].quote.allowed) == "240.00"  # by itself it is known
    assert amounts(answer)[2] == "88.00"
    assert cents(answer.priced) == "88.00"


def test_a_line_the_law_does_not_pay_takes_no_rank() -> None:
    table = {**NERVES, ("64999", ""): row("500.00", assistant="1")}
    assert amounts(claim(table, "64999-80", "64640")) == ["not_priced", "240.00"]


def test_a_status_that_is_only_paid_by_itself() -> None:
    table = {**NERVES, ("36591", ""): row("26.00", status="T", multiple_procedure="0")}
    assert amounts(claim(table, "36591")) == ["26.00"]
    answer = claim(table, "36591", "99213")
    assert amounts(answer) == ["part of 2", "88.00"]
    assert cents(answer.allowed) == "88.00"
    unpaid = {**table, ("99999", ""): row("1.00", status="N")}
    assert amounts(claim(unpaid, "36591", "99999"))[0] == "26.00"


def test_a_bundled_code_is_part_of_no_line_in_particular() -> None:
    table = {**NERVES, ("99070", ""): row("26.00", status="B")}
    answer = claim(table, "99070", "99213")
    assert answer.lines[0].included
    assert answer.lines[0].part_of == 0
    assert cents(answer.allowed) == "88.00"
    assert cents(claim(table, "99070").allowed) == "not_priced"


def test_a_code_that_is_not_listed() -> None:
    answer = claim(NERVES, "64640", "64999", "64450")
    assert amounts(answer) == ["240.00", "not_listed", "35.00"]
    assert cents(answer.allowed) == "not_listed"


@pytest.mark.parametrize(
    ("missing", "says"),
    [(("45378", ""), "45378"), (None, "45378"), (("45380", ""), "45380")],
)
def test_a_base_row_that_is_missing_or_unpaid(missing: tuple[str, str] | None, says: str) -> None:
    table = {**COLON, ("45378", ""): row("255.40", status="C")}
    if missing:
        table = {key: cells for key, cells in COLON.items() if key != missing}
    answer = claim(table, "45385", "45380")
    if missing == ("45380", ""):
        assert amounts(answer) == ["374.56", "not_listed"]
        return
    assert set(amounts(answer)) <= {"not_listed", "not_priced"}
    assert all(says in line.allowed.value.detail for line in answer.lines)


def test_a_component_row_that_is_missing() -> None:
    table = {key: cells for key, cells in MM9647.items() if key != ("70001", "TC")}
    answer = claim(table, "70001", "70002")
    assert amounts(answer) == ["not_listed", "not_listed"]
    assert "70001-TC" in answer.lines[0].allowed.value.detail
    assert amounts(claim(table, "70001")) == ["600.00"]


def test_a_figure_that_cannot_be_read_among_the_components() -> None:
    table = {**MM9647, ("70001", "TC"): row("0.00", "500.00", mp_rvu=Unknown("unparsed", "?"))}
    answer = claim(table, "70001", "70002")
    assert amounts(answer) == ["unparsed", "unparsed"]
    assert "mp_rvu" in answer.lines[1].allowed.value.detail


def test_a_day_before_any_known_rule() -> None:
    answer = claim(MM9647, "70001", "70002", day=date(2009, 1, 1))
    assert amounts(answer) == ["not_covered", "not_covered"]
    assert "2009-01-01" in answer.lines[0].allowed.value.detail


# --- what is said ------------------------------------------------------------------------------

EVERYTHING: Table = {**COLON, **NERVES, **MM9647}
CLAIM = ("64640x6", "45380", "45385", "45378", "20610-LT", "20610-RT", "70001", "70002-26", "99213")


@pytest.mark.parametrize("locality", [None, "02102-01"])
def test_every_figure_is_a_fact_that_can_be_worked_out_again(locality: str | None) -> None:
    answer = claim(EVERYTHING, *CLAIM, gpci=ALASKA, locality=locality)
    measures = {measure.id for measure in (*MEASURES, *OF_LINE)}
    again = 0
    for fact in facts_of(answer):
        assert fact.measure in measures
        if isinstance(fact.value, Unknown):
            assert fact.basis is None
            continue
        assert isinstance(fact.basis, Derivation)
        values = {role: given.value for role, given in fact.basis.inputs}
        assert rerun(fact.basis.rule, values, dict(fact.basis.settings)) == fact.value
        assert fact.basis.steps[-1].result == str(fact.value)
        assert list(fact.citations())
        again += 1
    assert again > 30


def test_another_rank_gives_another_amount() -> None:
    basis = claim(NERVES, "64450", "64640").lines[0].allowed.basis
    assert isinstance(basis, Derivation)
    values = {role: given.value for role, given in basis.inputs}
    assert rerun(basis.rule, values, dict(basis.settings)) == Money(Decimal("35.00"))
    lower = {**values, "2.work_rvu": Decimal("60.00")}
    assert rerun(basis.rule, lower, dict(basis.settings)) == Money(Decimal("70.00"))


def test_inputs_are_those_of_the_lines_that_bear_on_each_other() -> None:
    basis = claim(EVERYTHING, "64640", "99213", "45385").lines[0].allowed.basis
    assert isinstance(basis, Derivation)
    assert {role.partition(".")[0] for role, _ in basis.inputs} == {"1", "3"}
    assert dict(basis.settings)["lines"] == "1,3"
    assert dict(basis.settings)["line"] == "1"


def test_no_sentence_holds_a_digit_and_every_priced_line_says_why() -> None:
    answer = claim(EVERYTHING, *CLAIM)
    told = [words for line in answer.lines for words in line.why]
    told += [caveat.text for caveat in answer.caveats]
    told += [caveat.text for line in answer.lines for caveat in line.caveats]
    assert all(line.why for line in answer.lines)
    assert not [words for words in told if re.search(r"\d", words)]
    assert len({caveat.id for caveat in answer.caveats}) == len(answer.caveats)


def test_steps_tell_fee_modifiers_sides_rank_share_and_rounding_in_order() -> None:
    line = claim(NERVES, "64640", "20610-LT", "20610-RT").lines[1]
    labels = [step.label for step in line.steps]
    starts = ["Total RVUs", "Conversion factor", "Modifier LT", "Both sides", "Rank", "Share",
              "Round"]  # fmt: skip
    assert len(labels) == len(starts)
    assert all(label.startswith(start) for label, start in zip(labels, starts, strict=True))
    rank = line.steps[4]
    assert rank.expression == "64640 240; 20610 150"
    assert rank.result == "2"


def test_totals_for_a_practitioner_who_does_not_participate() -> None:
    answer = claim(NERVES, "64640x2", "64450", participating=False)
    assert cents(answer.allowed) == "395.00"
    assert [cents(line.amount) for line in answer.lines] == ["342.00", "33.25"]
    assert answer.amount is answer.nonparticipating
    assert cents(answer.amount) == "375.25"
    assert cents(answer.limiting_charge) == "431.54"  # 393.30 + 38.24
    assert answer.lines[0].steps[-1].result == "342.00"


def test_starting_from_published_cents_is_shown_where_it_ends_elsewhere() -> None:
    tiny = {"conversion_factor": Decimal("32.3465")}
    table = {("64640", ""): row("0.17", **tiny), ("64450", ""): row("0.13", **tiny)}
    answer = claim(table, "64640", "64450")
    # 0.13 × 32.3465 = 4.205045, published 4.21; half of it is 2.1025225 or 2.105
    assert amounts(answer) == ["5.50", "2.10"]
    assert answer.lines[0].from_published is None
    assert cents(answer.lines[1].from_published) == "2.11"
    assert (cents(answer.allowed), cents(answer.from_published)) == ("7.60", "7.61")
    assert "rounding" in {caveat.id for caveat in answer.caveats}
    assert claim(NERVES, "64640", "64450").from_published is None


def test_rows_are_asked_for_once_a_code() -> None:
    asked: list[str] = []
    answer = claim(COLON, "45380x2", "45385")
    ask = rows_of(COLON, answer.request)

    def counted(code: str):
        asked.append(code)
        return ask(code)

    price_claim(answer.request, counted)
    assert sorted(asked) == ["45378", "45380", "45385"]
