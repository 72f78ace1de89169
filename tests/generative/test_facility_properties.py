"""What holds for any facility payment: parts add up, an index of one changes nothing, steps end on
the value, a derivation runs again, and Unknown spreads."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payeratlas.model.amounts import Money
from payeratlas.model.facts import REASONS, Unknown, Value
from payeratlas.model.provenance import Derivation
from payeratlas.pricing.opps import discount, wages_count
from payeratlas.pricing.rules import derive, rerun, rules
from pricing_facts import YEAR, fact, facts


def decimals(most: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals("0", most, places=places, allow_nan=False, allow_infinity=False)


CENTS = decimals("99999.99", 2)
INDEX = st.decimals("0.2000", "2.5000", places=4)
ONE = Decimal("1.0000")
UNITS = st.integers(1, 400)
OPPS = st.fixed_dictionaries(
    {
        "status_indicator": st.sampled_from(["J1", "S", "T", "V", "Q1", "R", "U", "K", "G"]),
        "payment_rate": decimals("99999.999", 3),
        "wage_index": INDEX,
    }
)
OPPS_SETTINGS = st.fixed_dictionaries(
    {"units": UNITS.map(str), "discount": st.integers(1, 9).map(str)}
)
ASC = st.fixed_dictionaries(
    {
        "payment_indicator": st.sampled_from(["A2", "G2", "J8", "P3", "R2", "Z2", "K2", "H2"]),
        "payment_rate": CENTS.map(Money),
        "wage_index": INDEX,
        "device_portion": CENTS.map(Money),
        "multiple_procedure_discount": st.sampled_from(["Y", "N"]),
    }
)
ASC_SETTINGS = st.fixed_dictionaries(
    {
        "units": UNITS.map(str),
        "rank": st.sampled_from(["first", "further"]),
        "modifiers": st.sampled_from(["", "73", "74", "52"]),
    }
)


def cents(exact: Fraction) -> Money:
    """Half up by whole numbers, with no decimal arithmetic."""
    return Money(Decimal(floor(exact * 100 + Fraction(1, 2))).scaleb(-2))


@given(OPPS, OPPS_SETTINGS)
def test_opps_follows_the_formula_of_the_pricer(
    row: dict[str, Value], settings: dict[str, str]
) -> None:
    rate, index = Fraction(row["payment_rate"]), Fraction(row["wage_index"])  # type: ignore[arg-type]
    units = int(settings["units"])
    share = Fraction(discount(int(settings["discount"]), units))
    national = cents(rate * units * share)
    assert rerun("opps.payment.national", row, settings) == national
    if wages_count(str(row["status_indicator"])):
        rate = rate * Fraction(3, 5) * index + rate * Fraction(2, 5)
    assert rerun("opps.payment.wage_adjusted", row, settings) == cents(rate * units * share)


@given(st.integers(1, 9), UNITS)
def test_a_discount_never_pays_more_than_its_formula(formula: int, units: int) -> None:
    half, n = Fraction(1, 2), Fraction(units)
    exact = {
        1: Fraction(1),
        2: (1 + half * (n - 1)) / n,
        3: half / n,
        4: (1 + half) / n,
        5: half,
        6: half * half / n,
        7: half * (1 + half) / n,
        8: Fraction(2),
        9: 1 / n,
    }[formula]
    lost = exact - Fraction(discount(formula, units))
    assert 0 <= lost < Fraction(1, 10**8)


@given(ASC, ASC_SETTINGS)
def test_asc_is_rounded_once(row: dict[str, Value], settings: dict[str, str]) -> None:
    rate = Fraction(row["payment_rate"].amount)  # type: ignore[union-attr]
    if row["payment_indicator"] == "J8" and settings["modifiers"] == "73":
        rate = max(rate - Fraction(row["device_portion"].amount), Fraction(0))  # type: ignore[union-attr]
    if row["payment_indicator"] not in ("K2", "H2"):
        rate = rate / 2 * Fraction(row["wage_index"]) + rate / 2  # type: ignore[arg-type]
    units = int(settings["units"])
    if settings["modifiers"] in ("73", "52"):
        total = rate / 2 * units
    elif row["multiple_procedure_discount"] == "Y":
        first = rate if settings["rank"] == "first" else rate / 2
        total = first + rate / 2 * (units - 1)
    else:
        total = rate * units
    assert rerun("asc.payment.wage_adjusted", row, settings) == cents(total)


@given(OPPS, OPPS_SETTINGS, ASC, ASC_SETTINGS)
def test_a_wage_index_of_one_gives_the_national_amount(
    opps: dict[str, Value],
    opps_settings: dict[str, str],
    asc: dict[str, Value],
    asc_settings: dict[str, str],
) -> None:
    for schedule, row, settings in (("opps", opps, opps_settings), ("asc", asc, asc_settings)):
        row = {**row, "wage_index": ONE}
        local = rerun(f"{schedule}.payment.wage_adjusted", row, settings)
        assert local == rerun(f"{schedule}.payment.national", row, settings)


@given(
    payment=CENTS.map(Money),
    rate=st.decimals("0.010", "99999.999", places=3),
    part=st.decimals("0", "1", places=4),
    limit=st.none() | CENTS,
    mark=st.sampled_from(["", "*", "**"]),
)
def test_the_parts_add_up_to_the_payment(
    payment: Money,
    rate: Decimal,
    part: Decimal,
    limit: Decimal | None,
    mark: str,
) -> None:
    values: dict[str, Value] = {
        "payment": payment,
        "payment_rate": rate,
        "copayment": (rate * part).quantize(Decimal("0.001")),
        "mark": mark,
    }
    if limit is not None:
        values["inpatient_deductible"] = Money(limit)
    for schedule in ("opps", "asc"):
        program = rerun(f"{schedule}.program_payment", values)
        owed = rerun(f"{schedule}.coinsurance", values)
        assert isinstance(program, Money)
        assert isinstance(owed, Money)
        assert program.amount + owed.amount == payment.amount
        assert program.amount >= 0
        assert owed.amount >= 0
        if schedule == "opps" and limit is not None:
            assert owed.amount <= limit


FACILITY = sorted(r for r in rules() if r.partition(".")[0] in ("opps", "asc"))


@pytest.mark.parametrize("rule", FACILITY)
@given(opps=OPPS, asc=ASC, payment=CENTS.map(Money), units=UNITS, rank=st.sampled_from(["first"]))
def test_the_last_step_is_the_value_and_a_derivation_runs_again(
    rule: str,
    opps: dict[str, Value],
    asc: dict[str, Value],
    payment: Money,
    units: int,
    rank: str,
) -> None:
    values = inputs(rule, opps, asc, payment)
    settings = {"units": str(units), "rank": rank}
    made = derive(rule, "m", "s", facts(values), period=YEAR, settings=settings)
    assert isinstance(made.basis, Derivation)
    assert made.basis.steps[-1].result == str(made.value)
    again = {role: given.value for role, given in made.basis.inputs}
    assert rerun(rule, again, dict(made.basis.settings)) == made.value


def inputs(
    rule: str, opps: dict[str, Value], asc: dict[str, Value], payment: Money
) -> dict[str, Value]:
    row = asc if rule.startswith("asc.") else opps
    more: dict[str, Value] = {
        "payment": payment,
        "copayment": Decimal("0.00"),
        "mark": "",
        "area": Decimal("1.0008"),
        "payment_rate": row["payment_rate"] or Decimal("1.000"),
    }
    return {**row, **more}


@pytest.mark.parametrize("rule", FACILITY)
@given(
    opps=OPPS,
    asc=ASC,
    data=st.data(),
    reason=st.sampled_from(sorted(REASONS)),
    payment=CENTS.map(Money),
)
def test_any_unknown_input_makes_the_result_unknown_for_its_reason(
    rule: str,
    opps: dict[str, Value],
    asc: dict[str, Value],
    data: st.DataObject,
    reason: str,
    payment: Money,
) -> None:
    given_facts = facts(inputs(rule, opps, asc, payment))
    role = data.draw(st.sampled_from(sorted(given_facts)))
    given_facts[role] = fact(role, Unknown(reason, "for a test."))  # type: ignore[arg-type]
    made = derive(rule, "m", "s", given_facts, period=YEAR)
    assert isinstance(made.value, Unknown)
    assert made.value.reason == reason
    assert made.basis is None
