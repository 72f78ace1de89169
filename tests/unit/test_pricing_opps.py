"""Hospital outpatient payment: CMS's order of roundings, worked by hand, and what is not paid."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from payeratlas.model.amounts import Money
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Value
from payeratlas.model.provenance import Derivation
from payeratlas.pricing.opps import (
    FORMULAS,
    REDUCTIONS,
    discount,
    meaning,
    paid_only_if,
    wages_count,
    why_not_paid,
)
from payeratlas.pricing.rules import derive, rerun, rules
from pricing_facts import YEAR, facts

# 64640 as Addendum B printed it in October 2025.
ROW: dict[str, Value] = {"status_indicator": "T", "payment_rate": Decimal("890.290")}
DENVER: dict[str, Value] = {"wage_index": Decimal("1.0479")}


def pay(settings: dict[str, str] | None = None, local: bool = False, **more: Value) -> str:
    rule = "opps.payment.wage_adjusted" if local else "opps.payment.national"
    return str(rerun(rule, {**ROW, **(DENVER if local else {}), **more}, settings))


def test_the_rules_name_their_sources() -> None:
    names = {id for id in rules() if id.startswith("opps.")}
    assert names == {
        "opps.payment.national",
        "opps.payment.wage_adjusted",
        "opps.program_payment",
        "opps.coinsurance",
        "opps.wage_index",
    }
    for id in names:
        assert re.search(r"42 CFR 419\.\d\d", rules()[id].reference)
        assert rules()[id].unit == ("index" if id == "opps.wage_index" else "USD")


def test_the_national_payment_is_the_published_rate() -> None:
    assert pay() == "890.29"
    assert pay(payment_rate=Money(Decimal("868.45"))) == "868.45"


def test_the_wage_adjusted_payment_with_its_steps() -> None:
    # 890.29 x 0.6 x 1.0479 + 890.29 x 0.4 = 559.7609346 + 356.116 = 915.8769346
    made = derive("opps.payment.wage_adjusted", "m", "64640", facts({**ROW, **DENVER}), period=YEAR)
    assert made.value == Money(Decimal("915.88"))
    assert isinstance(made.basis, Derivation)
    assert [step.result for step in made.basis.steps] == ["915.8769346", "915.88"]
    assert made.basis.steps[0].expression == "890.29 × 60% × 1.0479 + 890.29 × 40%"
    assert "half up" in made.basis.steps[1].label


def test_each_reduction_is_rounded_before_the_next() -> None:
    # 106.34 x 0.85 = 90.389 -> 90.39; x 0.9806 = 88.636434
    both = {"reductions": "quality,CT", "quality_ratio": "0.9806"}
    assert pay(both, payment_rate=Decimal("106.340")) == "88.64"
    # 10.03 x 0.85 = 8.5255 -> 8.53; x 0.90 = 7.677. Rounded once, 7.67295 would give 7.67.
    assert pay({"reductions": "FY,CT"}, payment_rate=Decimal("10.030")) == "7.68"


def test_an_off_campus_department_is_paid_forty_percent() -> None:
    assert pay({"reductions": "PN"}) == "356.12"  # 356.116
    # 356.12 x 0.6 x 1.0479 + 356.12 x 0.4 = 366.3548888
    assert pay({"reductions": "PN"}, local=True) == "366.35"


def test_a_rural_hospital_is_paid_more_but_not_off_campus() -> None:
    assert pay({"rural": "yes"}) == "953.50"  # 953.50059
    assert pay({"rural": "yes", "reductions": "PN"}) == pay({"reductions": "PN"})
    # 953.50 x 0.6 x 1.0479 + 953.50 x 0.4 = 980.90359
    assert pay({"rural": "yes"}, local=True) == "980.90"


def test_a_rural_emergency_hospital_adds_five_percent_of_the_rounded_payment() -> None:
    assert pay({"emergency": "yes"}) == "934.80"  # 890.29 + 44.51


DISCOUNTS = {
    (1, 3): "1",
    (2, 3): "0.66666666",
    (2, 2): "0.75",
    (3, 3): "0.16666666",
    (4, 3): "0.5",
    (4, 1): "1.5",
    (5, 3): "0.5",
    (6, 3): "0.08333333",
    (7, 3): "0.25",
    (8, 3): "2",
    (9, 3): "0.33333333",
}


@pytest.mark.parametrize(("formula", "units"), DISCOUNTS)
def test_discounting_formulas_are_cut_off_after_eight_decimals(formula: int, units: int) -> None:
    assert discount(formula, units) == Decimal(DISCOUNTS[formula, units])
    assert formula in FORMULAS


def test_units_and_discounts() -> None:
    assert pay({"units": "3"}) == "2670.87"
    assert pay({"units": "3", "discount": "2"}) == "1780.58"  # 890.29 x 3 x 0.66666666
    assert pay({"units": "3", "discount": "9"}) == "890.29"  # 890.2899911
    assert pay({"discount": "5"}) == "445.15"  # 445.145, half up
    assert pay({"discount": "8"}) == "1780.58"
    # 915.8769346 x 0.5 = 457.9384673: the wage-adjusted rate itself is not rounded
    assert pay({"discount": "5"}, local=True) == "457.94"


def test_drugs_blood_and_sources_know_no_wages() -> None:
    for indicator in ("G", "K", "K1", "R", "U"):
        assert not wages_count(indicator)
        local = pay({"units": "100"}, local=True, status_indicator=indicator)
        assert local == pay({"units": "100"}, status_indicator=indicator)
    drug = {"status_indicator": "K", "payment_rate": Decimal("6.497")}
    assert pay({"units": "155"}, **drug) == "1007.04"  # 1007.035: no cents before the units
    for settings in ({"reductions": "PN"}, {"rural": "yes"}):
        with pytest.raises(InputError, match="drug"):
            pay(settings, **drug)


@pytest.mark.parametrize("indicator", ["J1", "J2", "S", "T", "V", "Q1", "Q2", "Q3"])
def test_what_is_paid_separately(indicator: str) -> None:
    assert why_not_paid(indicator) is None
    assert wages_count(indicator)
    assert pay(status_indicator=indicator) == "890.29"
    assert bool(paid_only_if(indicator)) == (indicator in ("J2", "Q1", "Q2", "Q3"))


UNPAID = ("A", "B", "C", "D", "E1", "E2", "F", "H", "H1", "L", "M", "N", "P", "Q4", "Y", "ZZ")


@pytest.mark.parametrize("indicator", UNPAID)
def test_what_is_not_paid_says_why(indicator: str) -> None:
    why = why_not_paid(indicator)
    assert why is not None
    assert why.startswith("no separate OPPS payment, because ")
    assert not re.search(r"\d", why)
    with pytest.raises(InputError, match="no separate OPPS payment"):
        pay(status_indicator=indicator)
    assert meaning(indicator)


PARTS: dict[str, Value] = {
    "payment": Money(Decimal("915.88")),
    "payment_rate": Decimal("890.290"),
    "copayment": Money(Decimal("178.06")),
}


def parts(values: dict[str, Value], **settings: str) -> tuple[str, str]:
    return (
        str(rerun("opps.program_payment", values, settings)),
        str(rerun("opps.coinsurance", values, settings)),
    )


def test_the_patient_owes_what_the_program_does_not_pay() -> None:
    assert parts(PARTS) == ("732.70", "183.18")  # 915.88 x 0.8 = 732.704


def test_a_copayment_above_the_minimum_keeps_its_share_of_the_rate() -> None:
    row = {
        "payment": Money(Decimal("3216.41")),
        "payment_rate": Decimal("3216.410"),
        "copayment": Decimal("863.75"),
    }
    assert parts(row) == ("2352.66", "863.75")
    assert parts({**row, "copayment": Decimal("0.00")}) == ("3216.41", "0.00")


def test_the_inpatient_deductible_is_the_most_a_patient_owes() -> None:
    row = {
        "payment": Money(Decimal("31807.82")),
        "payment_rate": Decimal("31807.820"),
        "copayment": Decimal("6942.79"),
        "inpatient_deductible": Money(Decimal("1676.00")),
    }
    assert parts(row) == ("30131.82", "1676.00")
    made = derive("opps.coinsurance", "m", "69930", facts(row), period=YEAR)
    assert isinstance(made.basis, Derivation)
    assert made.basis.steps[-1].expression == "the lower of 6942.79 and 1676.00"
    assert parts({**row, "inpatient_deductible": Money(Decimal("9999.00"))})[1] == "6942.79"


def test_a_drug_adjusted_for_inflation_has_its_own_percentage() -> None:
    row = {
        "payment": Money(Decimal("2504.80")),
        "payment_rate": Decimal("25.048"),
        "copayment": Decimal("5.01"),
        "ira_coinsurance": Decimal("15.139"),
    }
    assert parts(row) == ("2125.60", "379.20")  # 2504.80 x 0.84861 = 2125.598328


@pytest.mark.parametrize(
    ("values", "settings", "says"),
    [
        ({}, {"units": "0"}, "units"),
        ({}, {"discount": "10"}, "formula 10"),
        ({}, {"discount": "x"}, "discounting formula"),
        ({}, {"reductions": "XX"}, "no reduction"),
        ({}, {"reductions": "quality"}, "reporting ratio"),
        ({}, {"reductions": "quality", "quality_ratio": "1.2"}, "reporting ratio"),
        ({"payment_rate": "890.29"}, {}, "payment_rate"),
        ({"status_indicator": Decimal(1)}, {}, "status_indicator"),
    ],
)
def test_what_a_payment_cannot_use_is_refused(
    values: dict[str, Value], settings: dict[str, str], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        rerun("opps.payment.national", {**ROW, **values}, settings)
    with pytest.raises(InputError, match="wage_index"):
        rerun("opps.payment.wage_adjusted", ROW)


@pytest.mark.parametrize(
    ("values", "settings", "says"),
    [
        ({"copayment": Decimal("900.00")}, {}, "no copayment of a rate"),
        ({"payment": Decimal("915.88")}, {}, "payment"),
    ],
)
def test_what_the_parts_cannot_use_is_refused(
    values: dict[str, Value], settings: dict[str, str], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        rerun("opps.coinsurance", {**PARTS, **values}, settings)


def test_reductions_name_their_law() -> None:
    for reduction in REDUCTIONS.values():
        assert re.search(r"42 CFR|Social Security Act §", reduction.reference)
