"""Modifiers against indicators: the percentage, or the reason why there is none."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import product

import pytest

from payeratlas.pricing.adjust import (
    Effect,
    Refusal,
    adjust,
    known_modifiers,
    roles_needed,
)

ROW = {
    "pctc": "0",
    "bilateral": "1",
    "assistant": "2",
    "co_surgeon": "2",
    "team": "0",
    "global_days": "090",
    "pre_op": Decimal("0.09"),
    "intra_op": Decimal("0.81"),
    "post_op": Decimal("0.10"),
}


def percent(modifiers: str, **indicators: object) -> Decimal | str:
    """The product of all effects, or the text of the refusal."""
    outcome = adjust(modifiers.split(), {**ROW, **indicators})
    if isinstance(outcome, Refusal):
        return str(outcome)
    share = Decimal(100)
    for effect in outcome:
        share = effect.percent.of(share)
    return share


@pytest.mark.parametrize(
    ("modifiers", "indicators", "expected"),
    [
        ("50", {"bilateral": "0"}, "100"),
        ("50", {"bilateral": "1"}, "150"),
        ("50", {"bilateral": "2"}, "100"),
        ("50", {"bilateral": "3"}, "200"),
        ("80", {"assistant": "2"}, "16"),
        ("81", {"assistant": "2"}, "16"),
        ("82", {"assistant": "2"}, "16"),
        ("AS", {"assistant": "2"}, "13.6"),
        ("80", {"assistant": "0"}, "16"),
        ("62", {"co_surgeon": "2"}, "62.5"),
        ("62", {"co_surgeon": "1"}, "62.5"),
        ("54", {}, "90"),
        ("55", {}, "10"),
        ("78", {}, "81"),
        ("78", {"global_days": "000"}, "100"),
        ("58", {}, "100"),
        ("79", {}, "100"),
        ("51", {}, "100"),
        ("59 LT", {}, "100"),
        ("50 62", {}, "93.75"),
        ("AS 50", {}, "20.4"),
        ("50 54", {}, "135"),
        ("62 78", {}, "50.625"),
    ],
)
def test_percentages(modifiers: str, indicators: dict[str, str], expected: str) -> None:
    assert percent(modifiers, **indicators) == Decimal(expected)


@pytest.mark.parametrize(
    ("modifiers", "indicators", "says"),
    [
        ("50", {"bilateral": "9"}, "two sides does not apply"),
        ("80", {"assistant": "1"}, "does not allow"),
        ("AS", {"assistant": "9"}, "does not apply"),
        ("62", {"co_surgeon": "0"}, "not permitted"),
        ("62", {"co_surgeon": "9"}, "does not apply"),
        ("66", {"team": "0"}, "not permitted"),
        ("66", {"team": "1"}, "documented"),
        ("66", {"team": "2"}, "report"),
        ("66", {"team": "9"}, "does not apply"),
        ("54", {"global_days": "000"}, "no surgical global package"),
        ("55", {"global_days": "XXX"}, "no surgical global package"),
        ("54", {"global_days": "YYY"}, "contractor decides"),
        ("78", {"global_days": "ZZZ"}, "no surgical global package"),
        ("54", {"pre_op": Decimal("0.00"), "intra_op": Decimal("0.00")}, "no share"),
        ("56", {}, "surgeon"),
        ("22", {}, "more than the fee"),
        ("52", {}, "less than the fee"),
        ("53", {}, "no row for the discontinued"),
        ("26", {"pctc": "0"}, "not split"),
        ("TC", {"pctc": "2"}, "professional component alone"),
        ("26", {"pctc": "3"}, "technical component alone"),
        ("26", {"pctc": "1"}, "prints no row"),
        ("TC", {"pctc": "6"}, "laboratory"),
        ("26", {"pctc": "9"}, "does not apply"),
        ("26 TC", {}, "without a modifier"),
        ("50 LT", {}, "both sides"),
        ("LT RT", {}, "both sides"),
        ("62 80", {}, "assistant"),
        ("54 55", {}, "line of its own"),
        ("58 79", {}, "staged"),
        ("QQ", {}, "not known here"),
    ],
)
def test_refusals_name_the_modifier_and_the_reason(
    modifiers: str, indicators: dict[str, str], says: str
) -> None:
    text = percent(modifiers, **indicators)
    assert isinstance(text, str)
    assert says in text
    assert text.startswith("no Medicare price with modifier ")
    assert all(modifier in text for modifier in modifiers.split())


@pytest.mark.parametrize("modifier", ["26", "TC", "53"])
def test_a_row_of_its_own_carries_the_amount(modifier: str) -> None:
    outcome = adjust([modifier], {**ROW, "pctc": "1"}, row_modifier=modifier)
    assert isinstance(outcome, tuple)
    assert outcome[0].percent.value == 100


def test_the_other_component_is_not_priced_from_a_components_row() -> None:
    assert isinstance(adjust(["53"], ROW, row_modifier="26"), Refusal)


def test_the_bilateral_adjustment_comes_first_whatever_the_order_given() -> None:
    outcome = adjust(["80", "54", "50"], ROW)
    assert isinstance(outcome, tuple)
    assert [effect.modifier for effect in outcome] == ["50", "54", "80"]


@pytest.mark.parametrize(("modifier", "role"), [("80", "assistant"), ("62", "co_surgeon")])
def test_documentation_is_a_condition_not_a_refusal(modifier: str, role: str) -> None:
    indicator = {"assistant": "0", "co_surgeon": "1"}[role]
    outcome = adjust([modifier], {**ROW, role: indicator})
    assert isinstance(outcome, tuple)
    assert "documents" in outcome[0].condition


def test_needed_roles_are_those_that_decide_each_once() -> None:
    assert roles_needed(["50", "80", "AS", "LT"]) == ("bilateral", "assistant")
    assert roles_needed(["54"]) == ("global_days", "pre_op", "intra_op")
    assert roles_needed([]) == ()


def test_no_known_modifier_is_passed_over_and_no_reason_holds_a_digit() -> None:
    """Every known modifier, on every value of every indicator it reads, gives a worded outcome."""
    values = {
        "pctc": "0123456789",
        "bilateral": "01239",
        "assistant": "0129",
        "co_surgeon": "0129",
        "team": "0129",
        "global_days": ("000", "010", "090", "MMM", "XXX", "YYY", "ZZZ"),
    }
    seen = 0
    for modifier in known_modifiers():
        read = [role for role in roles_needed([modifier]) if role in values]
        for choice in product(*(values[role] for role in read)):
            for own in ("", modifier):
                outcome = adjust([modifier], {**ROW, **dict(zip(read, choice, strict=True))}, own)
                words = outcome.because if isinstance(outcome, Refusal) else outcome[0].why
                assert words
                assert not re.search(r"\d", words), (modifier, words)
                if not isinstance(outcome, Refusal):
                    assert [type(effect) for effect in outcome] == [Effect]
                    assert outcome[0].reference
                seen += 1
    assert seen > 150
