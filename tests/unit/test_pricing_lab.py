"""Laboratory tests: the rate, the waiver, no share of the patient, and no price from a zero."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payeratlas.model.amounts import Money
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Unknown
from payeratlas.model.provenance import Derivation
from payeratlas.pricing.lab import NO_RATE, NO_WAIVER, LabQuote, lab_quote, row_of
from payeratlas.pricing.rules import rerun
from payeratlas.tables.contract import Row
from pricing_facts import fact


def quote(units: int, *modifiers: str, indicator: str = "N", rate: str = "10.56") -> LabQuote:
    return lab_quote(
        "80053",
        units,
        fact("rate", Decimal(rate), "80053"),
        fact("indicator", indicator, "80053"),
        modifiers=modifiers,
    )


def row(modifier: str) -> Row:
    values = {"hcpcs": "80053", "modifier": modifier, "rate": Decimal("10.56")}
    return Row("clfs", "cms_clfs", "clfs2025q1v1", "0" * 64, 9, values)


def test_the_rate_and_nothing_for_the_patient() -> None:
    found = quote(1)
    assert found.allowed.value == Money(Decimal("10.56"))
    assert found.patient.value == Money(Decimal("0.00"))
    assert isinstance(found.patient.basis, Derivation)
    assert quote(3).allowed.value == Money(Decimal("31.68"))
    assert {caveat.id for caveat in found.caveats} == {"lab_lower_charge", "lab_packaged"}


@pytest.mark.parametrize("modifier", ["QW", "90", "91", "59", "XE", "XP", "XS", "XU"])
def test_modifiers_are_told_and_leave_the_amount(modifier: str) -> None:
    found = quote(2, modifier)
    assert found.allowed.value == quote(2).allowed.value
    assert isinstance(found.allowed.basis, Derivation)
    assert found.allowed.basis.steps[1].label.startswith(f"Modifier {modifier}")


def test_a_zero_beside_the_contractors_indicator_is_no_price() -> None:
    found = quote(1, indicator="L", rate="0.00")
    for made in (found.allowed, found.patient):
        assert isinstance(made.value, Unknown)
        assert made.value.reason == "not_priced"
        assert made.value.detail == f"{NO_RATE}."
    assert found.caveats == ()
    with pytest.raises(InputError, match="no Medicare price"):
        rerun("lab.payment", {"rate": Decimal("0.00"), "indicator": "L"})


def test_reasons_hold_no_digit() -> None:
    assert not any(character.isdigit() for character in NO_RATE + NO_WAIVER)


@pytest.mark.parametrize(
    ("units", "modifiers", "words"),
    [(0, (), "number of units"), (1, ("26",), "modifier 26"), (1, ("QW", "TC"), "modifier TC")],
)
def test_what_cannot_be_priced_is_named(units: int, modifiers: tuple[str, ...], words: str) -> None:
    with pytest.raises(InputError, match=words):
        quote(units, *modifiers)


def test_the_row_of_a_line_is_the_waived_one_where_it_says_so() -> None:
    both = [row(""), row("QW")]
    assert row_of(both, ("91", "QW")) is both[1]
    assert row_of(both, ("91",)) is both[0]
    missing = row_of(both[:1], ("QW",))
    assert isinstance(missing, Unknown)
    assert (missing.reason, missing.detail) == ("not_priced", f"{NO_WAIVER}.")
    only_waived = row_of(both[1:], ())
    assert isinstance(only_waived, Unknown)
    assert only_waived.reason == "not_listed"


def test_an_unknown_rate_makes_an_unknown_amount() -> None:
    unknown = fact("rate", Unknown("not_covered", "no release."), "80053")
    found = lab_quote("80053", 1, unknown, fact("indicator", "N", "80053"))
    assert isinstance(found.allowed.value, Unknown)
    assert isinstance(found.patient.value, Unknown)
    assert found.patient.value.reason == "not_covered"
