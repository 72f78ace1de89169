"""What holds for any anesthesia, drug or laboratory line: exact, rounded once, told to its end."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil, floor

from hypothesis import given
from hypothesis import strategies as st

from payeratlas.model.amounts import Money
from payeratlas.model.facts import Unknown, Value
from payeratlas.model.provenance import Derivation
from payeratlas.pricing.anesthesia import SHARES, time_units
from payeratlas.pricing.drugs import dose
from payeratlas.pricing.rules import derive, rerun
from pricing_facts import YEAR, fact, facts

FACTOR = st.decimals("15.00", "35.00", places=2)
INDEX = st.decimals("0.300", "3.000", places=3)
PARTS = {"AA": Fraction(1), "QZ": Fraction(1), **dict.fromkeys(("QK", "QY", "QX"), Fraction(1, 2))}


def cents(exact: Fraction) -> Money:
    """Half up by whole numbers, with no decimal arithmetic."""
    return Money(Decimal(floor(exact * 100 + Fraction(1, 2))).scaleb(-2))


@given(st.integers(0, 5_000))
def test_time_units_are_minutes_over_fifteen_whichever_way_halves_go(minutes: int) -> None:
    exact = Fraction(minutes, 15)
    assert time_units(minutes) == Decimal(floor(exact * 10 + Fraction(1, 2))).scaleb(-1)
    quotient = Decimal(minutes) / 15
    for rounding in (ROUND_HALF_UP, ROUND_HALF_EVEN):  # no whole minute falls on half a tenth
        assert quotient.quantize(Decimal("0.1"), rounding) == time_units(minutes)


@given(FACTOR, st.integers(0, 40), st.integers(0, 2_000), st.sampled_from(sorted(PARTS)))
def test_an_anesthesia_line_is_rounded_once(
    factor: Decimal, base: int, minutes: int, who: str
) -> None:
    settings = {"modifiers": who, "minutes": str(minutes), "base_units": str(base)}
    tenths = Fraction(floor(Fraction(minutes, 15) * 10 + Fraction(1, 2)), 10)
    exact = (base + tenths) * Fraction(factor) * PARTS[who]
    assert rerun("anes.payment", {"conversion_factor": factor}, settings) == cents(exact)


@given(st.sampled_from(sorted(SHARES)), st.decimals("15", "35", places=4), INDEX, INDEX, INDEX)
def test_a_factor_moves_with_its_index_and_shares_make_a_whole(
    year: int, national: Decimal, work: Decimal, pe: Decimal, mp: Decimal
) -> None:
    shares = SHARES[year]
    assert shares.work + shares.pe + shares.mp == 1
    values = {"national": national, "work_gpci": work, "pe_gpci": pe, "mp_gpci": mp}
    exact = Fraction(national) * (
        Fraction(shares.work) * Fraction(work)
        + Fraction(shares.pe) * Fraction(pe)
        + Fraction(shares.mp) * Fraction(mp)
    )
    made = rerun("anes.conversion_factor", values, {"year": str(year)})
    assert made == cents(exact).amount
    even = dict.fromkeys(("work_gpci", "pe_gpci", "mp_gpci"), Decimal("1.000"))
    one = rerun("anes.conversion_factor", {"national": national, **even}, {"year": str(year)})
    assert one == cents(Fraction(national)).amount


@given(
    st.decimals("0.001", "9999.999", places=3),
    st.integers(1, 5_000),
    st.decimals("0", "20", places=3),
)
def test_a_drug_line_and_its_share(limit: Decimal, units: int, share: Decimal) -> None:
    allowed = rerun("drug.payment", {"payment_limit": limit}, {"units": str(units)})
    assert allowed == cents(Fraction(limit) * units)
    assert isinstance(allowed, Money)
    patient = rerun("drug.patient_share", {"allowed": allowed, "coinsurance": share})
    assert patient == cents(Fraction(allowed.amount) * Fraction(share) / 100)
    assert Money(Decimal("0.00")) <= patient <= allowed  # type: ignore[operator]


AMOUNT = st.decimals("0.01", "2000", places=2)


@given(AMOUNT, AMOUNT, AMOUNT)
def test_a_dose_is_given_whole_and_no_more_is_paid_than_was_held(
    amount: Decimal, unit: Decimal, container: Decimal
) -> None:
    made = dose(amount, unit, container)
    assert made.containers == ceil(Fraction(amount) / Fraction(container))
    assert made.given == ceil(Fraction(amount) / Fraction(unit))
    held = Fraction(container) * made.containers / Fraction(unit)
    assert made.units <= max(held, made.given)
    assert made.units > held - 1, "whatever makes a whole unit is paid"
    assert sum(units for _, units in made.lines) == made.units


@given(st.decimals("0.01", "9999.99", places=2), st.integers(1, 500))
def test_a_laboratory_line(rate: Decimal, units: int) -> None:
    values: dict[str, Value] = {"rate": rate, "indicator": "N"}
    allowed = rerun("lab.payment", values, {"units": str(units)})
    assert allowed == cents(Fraction(rate) * units)
    assert isinstance(allowed, Money)
    assert rerun("lab.patient_share", {"allowed": allowed}) == Money(Decimal("0.00"))


@given(st.decimals("0", "99999999", places=10))
def test_an_average_is_rounded_half_up_to_cents(average: Decimal) -> None:
    assert rerun("utilization.average", {"average": average}) == cents(Fraction(average))


RULES: dict[str, tuple[dict[str, Value], dict[str, str]]] = {
    "anes.payment": (
        {"conversion_factor": Decimal("19.31")},
        {"modifiers": "QK,QS", "minutes": "47", "base_units": "5"},
    ),
    "anes.conversion_factor": (
        {
            "national": Decimal("20.3178"),
            **dict.fromkeys(("work_gpci", "pe_gpci", "mp_gpci"), Decimal("1.050")),
        },
        {"year": "2025"},
    ),
    "drug.payment": ({"payment_limit": Decimal("6.510")}, {"units": "45", "modifiers": "JW"}),
    "drug.patient_share": (
        {"allowed": Money(Decimal("9.99")), "coinsurance": Decimal("19.631")},
        {},
    ),
    "lab.payment": ({"rate": Decimal("10.56"), "indicator": "N"}, {"modifiers": "QW"}),
    "lab.patient_share": ({"allowed": Money(Decimal("10.56"))}, {}),
    "utilization.average": ({"average": Decimal("169.71801948")}, {}),
}


def test_the_last_step_is_the_value_and_a_derivation_runs_again() -> None:
    for rule, (values, settings) in RULES.items():
        made = derive(rule, "m", "s", facts(values), period=YEAR, settings=settings)
        assert isinstance(made.basis, Derivation)
        assert made.basis.reference
        assert made.basis.steps[-1].result == str(made.value)
        again = {role: given.value for role, given in made.basis.inputs}
        assert rerun(rule, again, dict(made.basis.settings)) == made.value  # type: ignore[arg-type]


@given(st.sampled_from(sorted(RULES)), st.data())
def test_any_unknown_input_makes_the_result_unknown(rule: str, data: st.DataObject) -> None:
    values, settings = RULES[rule]
    inputs = facts(values)
    role = data.draw(st.sampled_from(sorted(inputs)))
    inputs[role] = fact(role, Unknown("withheld", "for a test."))
    made = derive(rule, "m", "s", inputs, period=YEAR, settings=settings)
    assert isinstance(made.value, Unknown)
    assert made.value.reason == "withheld"
