"""Payment of ambulatory surgical centers, worked by hand, and what is not paid."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from payeratlas.model.amounts import Money
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Value
from payeratlas.model.provenance import Derivation
from payeratlas.pricing.asc import EXCLUDED, meaning, wages_count, why_not_paid
from payeratlas.pricing.rules import derive, rerun, rules
from pricing_facts import YEAR, facts

# 64640 and 63685 as CMS printed them in October 2025.
ROW: dict[str, Value] = {
    "payment_indicator": "P3",
    "payment_rate": Money(Decimal("170.14")),
    "multiple_procedure_discount": "Y",
}
DEVICE: dict[str, Value] = {
    "payment_indicator": "J8",
    "payment_rate": Money(Decimal("26281.67")),
    "multiple_procedure_discount": "N",
    "device_portion": Money(Decimal("23860.04")),
}
DENVER: dict[str, Value] = {"wage_index": Decimal("1.0479")}


def pay(row: dict[str, Value] = ROW, local: bool = False, **settings: str) -> str:
    rule = "asc.payment.wage_adjusted" if local else "asc.payment.national"
    return str(rerun(rule, {**row, **(DENVER if local else {})}, settings))


def test_the_rules_name_their_sources() -> None:
    names = {id for id in rules() if id.startswith("asc.")}
    assert names == {
        "asc.payment.national",
        "asc.payment.wage_adjusted",
        "asc.program_payment",
        "asc.coinsurance",
    }
    for id in names:
        assert re.search(r"42 CFR 416\.17\d", rules()[id].reference)


def test_the_national_payment_is_the_published_rate() -> None:
    assert pay() == "170.14"


def test_half_of_the_rate_follows_the_wages() -> None:
    # 170.14 x 0.5 x 1.0479 + 170.14 x 0.5 = 89.144853 + 85.07 = 174.214853
    made = derive("asc.payment.wage_adjusted", "m", "64640", facts({**ROW, **DENVER}), period=YEAR)
    assert made.value == Money(Decimal("174.21"))
    assert isinstance(made.basis, Derivation)
    assert [step.result for step in made.basis.steps] == ["174.214853", "174.21"]
    assert made.basis.steps[0].expression == "170.14 × 50% × 1.0479 + 170.14 × 50%"


def test_what_knows_no_wages() -> None:
    for indicator in ("H2", "K2"):
        row = {**ROW, "payment_indicator": indicator}
        assert not wages_count(indicator)
        assert pay(row, local=True) == pay(row) == "170.14"


def test_further_procedures_and_units_are_paid_half() -> None:
    assert pay(rank="further") == "85.07"
    assert pay(units="3") == "340.28"  # 170.14 + 2 x 85.07
    assert pay(units="3", rank="further") == "255.21"
    # 174.214853 + 2 x 87.1074265 = 348.429706: nothing is rounded on the way
    assert pay(local=True, units="3") == "348.43"
    whole = {**ROW, "multiple_procedure_discount": "N"}
    assert pay(whole, units="3", rank="further") == "510.42"
    drug = {"payment_indicator": "K2", "payment_rate": Money(Decimal("6.50"))}
    assert pay(drug, units="155") == "1007.50"


def test_terminated_and_reduced_procedures() -> None:
    assert pay(modifiers="73") == pay(modifiers="52") == "85.07"
    assert pay(modifiers="74") == "170.14"
    assert pay(modifiers="73", rank="further") == "85.07", "not reduced twice"
    assert pay(modifiers="74", rank="further") == "85.07"


def test_the_device_is_taken_out_before_the_wages() -> None:
    # 26281.67 - 23860.04 = 2421.63; x 0.5 = 1210.815
    assert pay(DEVICE, modifiers="73") == "1210.82"
    # 2421.63 x 0.5 x 1.0479 + 2421.63 x 0.5 = 2479.6280385; half of it 1239.81401925
    assert pay(DEVICE, local=True, modifiers="73") == "1239.81"
    assert pay(DEVICE, modifiers="52") == "13140.84"  # 13140.835: with the device
    assert pay(DEVICE, modifiers="74") == "26281.67"
    assert pay(DEVICE, modifiers="FB") == "2421.63"
    assert pay(DEVICE, modifiers="FC") == "14351.65"  # 26281.67 - 11930.02
    assert pay(DEVICE, modifiers="73,FB") == pay(DEVICE, modifiers="73")
    spared = {**DEVICE, "device_portion": Money(Decimal("30000.00"))}
    assert pay(spared, modifiers="FB") == "0.00"


UNPAID = "B5 C5 D1 D5 E5 F4 J7 K5 K7 L1 L6 M6 N1 U5 X5 Y5 ZZ".split()  # noqa: SIM905


@pytest.mark.parametrize("indicator", UNPAID)
def test_what_is_not_paid_says_why(indicator: str) -> None:
    why = why_not_paid(indicator)
    assert why is not None
    assert why.startswith("no separate ASC payment, because ")
    assert not re.search(r"\d", why)
    with pytest.raises(InputError, match="no separate ASC payment"):
        pay({**ROW, "payment_indicator": indicator})


@pytest.mark.parametrize("indicator", ["A2", "D2", "G2", "J8", "P2", "P3", "R2", "S2", "Z2", "Z3"])
def test_what_is_paid(indicator: str) -> None:
    assert why_not_paid(indicator) is None
    assert wages_count(indicator)
    assert pay({**ROW, "payment_indicator": indicator}) == "170.14"
    assert meaning(indicator)


def test_sentences_hold_no_digit() -> None:
    assert not re.search(r"\d", EXCLUDED)


@pytest.mark.parametrize(
    ("row", "settings", "says"),
    [
        (ROW, {"units": "none"}, "units"),
        (ROW, {"rank": "second"}, "rank"),
        (ROW, {"modifiers": "50"}, "modifier 50"),
        (ROW, {"modifiers": "73,74"}, "exclude each other"),
        (DEVICE, {"modifiers": "FB,FC"}, "exclude each other"),
        (ROW, {"modifiers": "FB"}, "device-intensive"),
        ({**ROW, "payment_indicator": "J8"}, {"modifiers": "73"}, "device_portion"),
        ({**ROW, "payment_rate": "170.14"}, {}, "payment_rate"),
    ],
)
def test_what_a_payment_cannot_use_is_refused(
    row: dict[str, Value], settings: dict[str, str], says: str
) -> None:
    with pytest.raises(InputError, match=says):
        pay(row, **settings)


def parts(mark: str = "", **settings: str) -> tuple[str, str]:
    values: dict[str, Value] = {"payment": Money(Decimal("174.21")), "mark": mark}
    return (
        str(rerun("asc.program_payment", values, settings)),
        str(rerun("asc.coinsurance", values, settings)),
    )


def test_the_patient_owes_a_fifth_and_nothing_for_prevention() -> None:
    assert parts() == ("139.37", "34.84")  # 139.368
    assert parts("*") == parts()
    assert parts("**") == ("174.21", "0.00")
