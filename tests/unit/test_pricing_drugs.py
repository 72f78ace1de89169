"""Drugs: units times the limit, the patient's printed share, doses out of containers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payeratlas.model.amounts import Money
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Unknown
from payeratlas.model.provenance import Derivation
from payeratlas.pricing.drugs import NO_LIMIT, BillingUnit, Dose, DrugQuote, dose, drug_quote
from payeratlas.pricing.rules import rerun
from pricing_facts import fact

BOTULINUM = Decimal("6.510")


def quote(
    units: int, *modifiers: str, share: str = "20.000", limit: object = BOTULINUM, note: str = ""
) -> DrugQuote:
    return drug_quote(
        "J0585",
        units,
        fact("payment_limit", limit, "J0585"),  # type: ignore[arg-type]
        fact("coinsurance", Decimal(share), "J0585"),
        modifiers=modifiers,
        note=note,
    )


def test_units_times_the_limit_rounded_once() -> None:
    found = quote(155)
    assert found.allowed.value == Money(Decimal("1009.05"))
    assert found.patient.value == Money(Decimal("201.81"))
    assert found.allowed.subject == "J0585 x155"
    small = quote(3, limit=Decimal("0.105"))  # 0.315, not three times 0.11
    assert small.allowed.value == Money(Decimal("0.32"))


def test_a_share_is_the_printed_one() -> None:
    assert quote(100, share="19.631").patient.value == Money(Decimal("127.80"))
    assert quote(100, share="0.000").patient.value == Money(Decimal("0.00"))


@pytest.mark.parametrize("modifier", ["JW", "JZ", "JA", "JB", "LT", "RT"])
def test_modifiers_are_told_and_leave_the_amount(modifier: str) -> None:
    found = quote(45, modifier)
    assert found.allowed.value == quote(45).allowed.value
    assert found.allowed.subject == f"J0585-{modifier} x45"
    assert isinstance(found.allowed.basis, Derivation)
    assert any(step.label.startswith(f"Modifier {modifier}") for step in found.allowed.basis.steps)


@pytest.mark.parametrize(
    ("units", "modifiers", "words"),
    [
        (0, (), "'0' is not a number of units"),
        (1, ("JW", "JZ"), "something was discarded"),
        (1, ("50",), "modifier 50"),
    ],
)
def test_what_cannot_be_priced_is_named(units: int, modifiers: tuple[str, ...], words: str) -> None:
    with pytest.raises(InputError, match=words):
        quote(units, *modifiers)


def test_no_limit_is_an_unknown_and_never_zero() -> None:
    found = quote(1, limit=Unknown("not_priced", f"{NO_LIMIT}."))
    for made in (found.allowed, found.patient):
        assert isinstance(made.value, Unknown)
        assert made.value.reason == "not_priced"
        assert "contractor prices it" in made.value.detail
    assert not any(character.isdigit() for character in NO_LIMIT)


def test_a_limit_that_cms_keeps_elsewhere_is_told() -> None:
    note = "See COVID-19 vaccine pricing webpage for payment effective dates"
    assert "drug_web_page" in {caveat.id for caveat in quote(1, note=note).caveats}
    assert "drug_web_page" not in {caveat.id for caveat in quote(1, note="AMP-based").caveats}


@pytest.mark.parametrize(
    ("amount", "unit", "container", "made"),
    [
        ("155", "1", "200", Dose(155, 45, 1)),  # a vial of 200 units
        ("350", "10", "100", Dose(35, 5, 4)),  # four vials of 100 mg, billed by 10 mg
        ("400", "10", "100", Dose(40, 0, 4)),
        ("101", "10", "100", Dose(11, 9, 2)),  # a part of a unit is billed as one
        ("95", "10", "100", Dose(10, 0, 1)),  # what is left is less than a unit
        ("0.3", "0.5", "0.5", Dose(1, 0, 1)),
        ("0.4", "0.1", "0.25", Dose(4, 1, 2)),
    ],
)
def test_a_dose_in_units(amount: str, unit: str, container: str, made: Dose) -> None:
    assert dose(Decimal(amount), Decimal(unit), Decimal(container)) == made


def test_a_dose_as_claim_lines() -> None:
    assert Dose(155, 45, 1).lines == (("", 155), ("JW", 45))
    assert Dose(40, 0, 4).lines == (("JZ", 40),)
    assert Dose(155, 45, 1).units == 200


@pytest.mark.parametrize("bad", ["0", "-1", "NaN", "Infinity"])
def test_a_dose_of_nothing_is_refused(bad: str) -> None:
    for place in range(3):
        amounts = [Decimal(1)] * 3
        amounts[place] = Decimal(bad)
        with pytest.raises(InputError, match="more than zero"):
            dose(*amounts)


@pytest.mark.parametrize(
    ("dosage", "unit"),
    [
        ("1 MG", BillingUnit(Decimal(1), "MG")),
        ("0.1 MG", BillingUnit(Decimal("0.1"), "MG")),
        (" 1,000  UNITS", BillingUnit(Decimal(1000), "UNITS")),
        ("10MG", BillingUnit(Decimal(10), "MG")),
        ("PER DOSE", None),
        ("0 MG", None),
        ("", None),
    ],
)
def test_a_billing_unit_is_read_or_not(dosage: str, unit: BillingUnit | None) -> None:
    assert BillingUnit.parse(dosage) == unit


def test_rules_name_what_they_lack() -> None:
    with pytest.raises(InputError, match="payment_limit"):
        rerun("drug.payment", {}, {"units": "1"})
    with pytest.raises(InputError, match="coinsurance"):
        rerun("drug.patient_share", {"allowed": Money(Decimal("1.00"))})
