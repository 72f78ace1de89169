"""Several lines of a facility's claim: packaging, ranks, comprehensive payments."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payeratlas.model.amounts import Money
from payeratlas.model.facts import Fact, Unknown, Value
from payeratlas.pricing.facility_lines import (
    FacilityLine,
    FacilityPaid,
    hospital,
    surgical_center,
)
from pricing_facts import fact


def line(code: str, units: int = 1, **values: Value) -> FacilityLine:
    inputs = {role: fact(role, value, code) for role, value in values.items()}
    return FacilityLine(code, units, inputs)


def opps(code: str, indicator: str, rate: str = "", copayment: str = "", units: int = 1):
    values: dict[str, Value] = {"status_indicator": indicator}
    if rate:
        values |= {"payment_rate": Money.of(rate), "copayment": Money.of(copayment)}
    return line(code, units, **values)


def asc(code: str, indicator: str, rate: str, discount: str = "Y", units: int = 1):
    return line(
        code,
        units,
        payment_indicator=indicator,
        payment_rate=Money.of(rate),
        multiple_procedure_discount=discount,
    )


def amounts(paid: tuple[FacilityPaid, ...]) -> list[str]:
    return [
        "included" if one.included else str(getattr(one.payment.value, "amount", "none"))
        for one in paid
    ]


T1 = opps("64640", "T", "890.29", "178.06")
T2 = opps("20610", "T", "300.00", "60.00")
GUIDANCE = opps("77002", "N")
S = opps("70450", "S", "100.00", "20.00")
J1 = opps("27447", "J1", "12866.82", "2573.37")
Q1 = opps("36415", "Q1", "9.00", "1.80")
Q2 = opps("11719", "Q2", "80.00", "16.00")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([T1], ["890.29"]),
        ([T2, T1], ["150.00", "890.29"]),
        ([T1, GUIDANCE], ["890.29", "included"]),
        ([T1, S], ["890.29", "100.00"]),
        ([opps("64640", "T", "890.29", "178.06", 3)], ["1780.58"]),
        ([T1, opps("20610", "T", "300.00", "60.00", 2)], ["890.29", "300.00"]),
        ([J1, T1, S], ["12866.82", "included", "included"]),
        ([Q1], ["9.00"]),
        ([Q1, S], ["included", "100.00"]),
        ([Q2, S], ["80.00", "100.00"]),
        ([Q2, T1], ["included", "890.29"]),
        ([opps("33533", "C")], ["none"]),
    ],
)
def test_a_hospitals_lines(lines: list[FacilityLine], expected: list[str]) -> None:
    assert amounts(hospital(lines)) == expected


def test_the_copayment_is_capped_at_the_inpatient_deductible() -> None:
    cap = fact("inpatient_deductible", Money.of("1676.00"))
    (paid,) = hospital([J1], cap)
    assert paid.copayment is not None
    assert paid.copayment.value == Money.of("1676.00")
    (below,) = hospital([T1], cap)
    assert below.copayment is not None
    assert below.copayment.value == Money.of("178.06")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([asc("64640", "P3", "170.14")], ["170.14"]),
        ([asc("64640", "P3", "170.14", units=3)], ["340.28"]),
        ([asc("20610", "P3", "40.00"), asc("64640", "P3", "170.14")], ["20.00", "170.14"]),
        ([asc("20610", "P3", "40.00", "N"), asc("64640", "P3", "170.14")], ["40.00", "170.14"]),
        ([line("77002", payment_indicator="N1"), asc("64640", "P3", "170.14")],
         ["included", "170.14"]),
    ],
)  # fmt: skip
def test_a_surgical_centers_lines(lines: list[FacilityLine], expected: list[str]) -> None:
    assert amounts(surgical_center(lines)) == expected


def test_a_line_no_file_lists_says_why() -> None:
    missing = Unknown("not_listed", "no addendum lists it.")
    (paid,) = surgical_center([FacilityLine("99213", 1, {}, missing)])
    assert paid.payment.value == missing
    assert not paid.included


def test_a_wage_index_adjusts_the_labor_share() -> None:
    adjusted = line(
        "64640",
        payment_indicator="P3",
        payment_rate=Money.of("170.14"),
        multiple_procedure_discount="Y",
        wage_index=Decimal("1.0207"),
    )
    (paid,) = surgical_center([adjusted])
    # 170.14 x 0.5 x 1.0207 + 170.14 x 0.5 = 171.900949
    assert paid.payment.value == Money.of("171.90")
    assert isinstance(paid.payment, Fact)
