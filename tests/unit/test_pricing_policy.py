"""Changes that are consistent with the rule for 2026: exact, only across its first day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from payeratlas.model.provenance import Derivation
from payeratlas.model.time import Period
from payeratlas.pricing.policy import (
    EFFICIENCY,
    POLICIES,
    PRACTICE_EXPENSE,
    efficient,
    inferences,
    like_efficiency,
    recognised,
    spans,
)
from payeratlas.pricing.rules import rerun
from pricing_facts import facts

OLD = Period(date(2025, 10, 1), date(2026, 1, 1))
NEW = Period(date(2026, 1, 1), date(2026, 4, 1))
BEFORE = {"work_rvu": "1.98", "pe_rvu_facility": "1.43", "pe_rvu_nonfacility": "5.26"}
AFTER = {"work_rvu": "1.93", "pe_rvu_facility": "1.19", "pe_rvu_nonfacility": "5.86"}


def exact(values: dict[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in values.items()}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1.98", "1.93"),  # 1.9305
        ("7.15", "6.97"),  # 6.97125
        ("0.60", "0.59"),  # 0.585, the half goes up
        ("0.05", "0.05"),  # 0.04875
        ("0.00", "0.00"),
    ],
)
def test_two_and_a_half_percent_less_half_up(before: str, after: str) -> None:
    assert str(efficient(Decimal(before))) == after


def test_a_change_of_another_size_is_not_like_it() -> None:
    assert like_efficiency(Decimal("1.98"), Decimal("1.93"))
    assert not like_efficiency(Decimal("1.98"), Decimal("1.94"))
    assert not like_efficiency(Decimal("1.98"), Decimal("1.98"))
    assert not like_efficiency(Decimal("0.05"), Decimal("0.05")), "nothing moved"


def test_64640_is_consistent_with_both() -> None:
    assert recognised(exact(BEFORE), exact(AFTER), OLD, NEW) == POLICIES
    one = recognised(exact(BEFORE), exact({**AFTER, "work_rvu": "1.90"}), OLD, NEW)
    assert one == (PRACTICE_EXPENSE,)


@pytest.mark.parametrize(
    "after",
    [
        {"pe_rvu_facility": "1.43", "pe_rvu_nonfacility": "5.86"},
        {"pe_rvu_facility": "1.19", "pe_rvu_nonfacility": "5.26"},
        {"pe_rvu_facility": "1.50", "pe_rvu_nonfacility": "5.00"},
    ],
)
def test_practice_expense_has_to_part(after: dict[str, str]) -> None:
    assert PRACTICE_EXPENSE not in recognised(exact(BEFORE), exact({**AFTER, **after}), OLD, NEW)


def test_the_same_figures_at_another_time_say_nothing() -> None:
    later = Period(date(2027, 1, 1), date(2027, 4, 1))
    earlier = Period(date(2025, 1, 1), date(2025, 4, 1))
    assert spans(OLD, NEW)
    for before, after in ((earlier, OLD), (NEW, Period(date(2026, 4, 1))), (OLD, later)):
        assert recognised(exact(BEFORE), exact(AFTER), before, after) == ()


def test_an_inference_shows_its_figures_and_can_be_run_again() -> None:
    before, after = (facts(dict(exact(side))) for side in (BEFORE, AFTER))
    efficiency, expense = inferences(before, after, OLD, NEW)
    assert efficiency.policy is EFFICIENCY
    assert {name: str(fact.value) for name, fact in efficiency.parts.items()} == {
        "work_before": "1.98",
        "work_after": "1.93",
        "expected": "1.93",
    }
    basis = efficiency.parts["expected"].basis
    assert isinstance(basis, Derivation)
    assert rerun(basis.rule, {"work_rvu": Decimal("1.98")}) == Decimal("1.93")
    assert "90 FR 49266" in basis.reference
    assert [step.result for step in basis.steps] == ["1.9305", "1.93"]
    assert expense.parts["facility_before"] is before["pe_rvu_facility"]
    assert expense.parts["nonfacility_after"] is after["pe_rvu_nonfacility"]


@given(st.decimals("0.00", "150.00", places=2))
def test_integers_agree(work: Decimal) -> None:
    """The slow twin counts in whole ten-thousandths."""
    hundredths = int(work * 100)
    assert efficient(work) == Decimal((hundredths * 975 + 500) // 1000) / 100


@given(st.decimals("0.21", "150.00", places=2))
def test_every_work_value_from_twenty_one_hundredths_on_moves(work: Decimal) -> None:
    assume(efficient(work) != work)
    assert like_efficiency(work, efficient(work))
