"""What holds for any figures: one rounding, steps that end on the value, Unknown that spreads."""

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
from payeratlas.pricing.places import rate_type
from payeratlas.pricing.quote import quote
from payeratlas.pricing.request import Request
from payeratlas.pricing.rules import derive, rerun, rules
from pricing_facts import AS_OF, ROW_64640, YEAR, fact, facts, inputs_for


def decimals(most: str, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals("0", most, places=places, allow_nan=False, allow_infinity=False)


RVU = decimals("999.99", 2)
INDEX = st.decimals("0.300", "3.000", places=3)
FACTOR = st.decimals("20.0000", "60.0000", places=4)
SHARES = st.sampled_from(
    [("0.10", "0.80", "0.10"), ("0.09", "0.81", "0.10"), ("0.17", "0.63", "0.20")]
)


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Value]:
    pre, intra, post = (Decimal(share) for share in draw(SHARES))
    return {
        "status": "A",
        "work_rvu": draw(RVU),
        "pe_rvu": draw(RVU),
        "mp_rvu": draw(RVU),
        "work_gpci": draw(INDEX),
        "pe_gpci": draw(INDEX),
        "mp_gpci": draw(INDEX),
        "conversion_factor": draw(FACTOR),
        "opps_pe": draw(st.one_of(st.just(Decimal("0.00")), RVU)),
        "opps_mp": draw(st.one_of(st.just(Decimal("0.00")), RVU)),
        "multiple_procedure": draw(st.sampled_from("02359")),
        "pctc": "0",
        "bilateral": draw(st.sampled_from("0123")),
        "assistant": draw(st.sampled_from("02")),
        "co_surgeon": draw(st.sampled_from("12")),
        "global_days": draw(st.sampled_from(["010", "090"])),
        "pre_op": pre,
        "intra_op": intra,
        "post_op": post,
    }


FEE_RULES = sorted(rule for rule in rules() if rule.startswith("pfs."))
MODIFIERS = st.sampled_from(
    [
        ("50",), ("80",), ("AS",), ("62",), ("54",), ("55",), ("78",), ("LT",), ("51", "59"), (),
        ("50", "80"), ("50", "62"), ("AS", "50", "54"), ("62", "78"), ("54", "62", "50", "XS"),
    ]
)  # fmt: skip
UNITS = st.integers(1, 60)
PHYSICIAN = sorted(rule for rule in rules() if rule.startswith("pfs."))


def cents(exact: Fraction) -> Money:
    """Half up by whole numbers, with no decimal arithmetic."""
    return Money(Decimal(floor(exact * 100 + Fraction(1, 2))).scaleb(-2))


def oracle(row: dict[str, Value], modifiers: tuple[str, ...], units: int, local: bool) -> Fraction:
    """The line amount before rounding, in fractions, written apart from the code under test."""
    at = {name: Fraction(value) for name, value in row.items() if isinstance(value, Decimal)}
    w, p, m = (at[f"{part}_gpci"] if local else 1 for part in ("work", "pe", "mp"))

    def dollars(pe: Fraction, mp: Fraction) -> Fraction:
        return (at["work_rvu"] * w + pe * p + mp * m) * at["conversion_factor"]

    one = dollars(at["pe_rvu"], at["mp_rvu"])
    if at["opps_pe"] or at["opps_mp"]:
        one = min(one, dollars(at["opps_pe"], at["opps_mp"]))
    more = dollars(at["pe_rvu"] / 2, at["mp_rvu"]) if row["multiple_procedure"] == "5" else one
    share = Fraction(1)
    for modifier in modifiers:
        share *= {
            "50": {"0": Fraction(1), "1": Fraction(3, 2), "2": Fraction(1), "3": Fraction(2)}[
                str(row["bilateral"])
            ],
            "80": Fraction(16, 100),
            "AS": Fraction(85, 100) * Fraction(16, 100),
            "62": Fraction(5, 8),
            "54": at["pre_op"] + at["intra_op"],
            "55": at["post_op"],
            "78": at["intra_op"],
        }.get(modifier, Fraction(1))
    return share * (one + more * (units - 1))


@given(rows(), MODIFIERS, UNITS, st.booleans())
def test_a_line_is_rounded_once_half_up(
    row: dict[str, Value], modifiers: tuple[str, ...], units: int, local: bool
) -> None:
    rule = "pfs.line.locality" if local else "pfs.line.national"
    settings = {"modifiers": ",".join(modifiers), "units": str(units), "documented": "yes"}
    assert rerun(rule, row, settings) == cents(oracle(row, modifiers, units, local))


@given(rows(), st.booleans())
def test_fee_cap_and_payable_follow_the_formula(row: dict[str, Value], local: bool) -> None:
    scope = "locality" if local else "national"
    fee = rerun(f"pfs.payment.{scope}", row)
    uncapped = {**row, "opps_pe": Decimal(0), "opps_mp": Decimal(0), "multiple_procedure": "0"}
    assert fee == cents(oracle(uncapped, (), 1, local))
    payable = rerun(f"pfs.payable.{scope}", row)
    assert payable == cents(oracle(row, (), 1, local))
    cap = rerun(f"pfs.opps_cap.{scope}", row)
    assert isinstance(fee, Money)
    assert isinstance(cap, Money)
    capped = bool(row["opps_pe"] or row["opps_mp"])
    assert payable == (min(fee, cap) if capped else fee)


@pytest.mark.parametrize("rule", PHYSICIAN)
@given(row=rows(), modifiers=MODIFIERS, units=UNITS, allowed=decimals("99999.99", 2))
def test_the_last_step_is_the_value_and_a_derivation_runs_again(
    rule: str, row: dict[str, Value], modifiers: tuple[str, ...], units: int, allowed: Decimal
) -> None:
    values = {
        **row,
        **{f"1.{role}": value for role, value in row.items()},
        **dict.fromkeys(("allowed", "approved", "1.amount", "2.amount"), Money(allowed)),
        **dict.fromkeys(("copayment", "inpatient_deductible"), Money.round_once(allowed / 3)),
    }
    settings = {"modifiers": ",".join(modifiers), "units": str(units), "documented": "yes"}
    settings |= {f"1.{name}": settings[name] for name in ("modifiers", "units")}
    settings |= {"service_date": "2025-01-01", "by_report": "least", "deductible_left": "100.00"}
    made = derive(rule, "m", "s", facts(values), period=YEAR, settings=settings)
    assert isinstance(made.basis, Derivation)
    assert made.basis.steps[-1].result == str(made.value)
    assert tuple(role for role, _ in made.basis.inputs) == tuple(values)
    again = {role: given.value for role, given in made.basis.inputs}
    assert rerun(rule, again, dict(made.basis.settings)) == made.value


@pytest.mark.parametrize("rule", PHYSICIAN)
@given(row=rows(), data=st.data(), reason=st.sampled_from(sorted(REASONS)))
def test_any_unknown_input_makes_the_result_unknown_for_its_reason(
    rule: str, row: dict[str, Value], data: st.DataObject, reason: str
) -> None:
    inputs = facts({**row, "allowed": Money(Decimal("1.00"))})
    role = data.draw(st.sampled_from(sorted(inputs)))
    inputs[role] = fact(role, Unknown(reason, "for a test."))  # type: ignore[arg-type]
    made = derive(rule, "m", "s", inputs, period=YEAR)
    assert isinstance(made.value, Unknown)
    assert made.value.reason == reason
    assert made.value.detail.startswith(f"{role} of ")
    assert made.basis is None


@given(decimals("999999.99", 2))
def test_charges_are_single_percentages_of_the_allowed_amount(allowed: Decimal) -> None:
    values = {"allowed": Money(allowed)}
    assert rerun("pfs.nonparticipating", values) == cents(Fraction(allowed) * Fraction(95, 100))
    assert rerun("pfs.limiting_charge", values) == cents(
        Fraction(allowed) * Fraction(95, 100) * Fraction(115, 100)
    )


@given(st.integers(0, 99), MODIFIERS, UNITS, st.sampled_from("ABCIJNRTX"), st.booleans())
def test_a_quote_is_an_amount_with_a_basis_or_an_unknown_with_words(
    place: int, modifiers: tuple[str, ...], units: int, status: str, participating: bool
) -> None:
    request = Request.parse(
        "64640",
        as_of=AS_OF,
        place=f"{place:02}",
        modifiers=modifiers,
        units=units,
        participating=participating,
    )
    answer = quote(request, inputs_for(request, {**ROW_64640, "status": status}))
    assert request.rate_type == rate_type(request.place)
    if isinstance(answer.amount.value, Unknown):
        assert answer.amount.value.reason == "not_priced"
        assert "no Medicare price" in answer.amount.value.detail
        assert answer.steps == ()
        return
    assert status in "ART"
    assert answer.steps[-1].result == str(answer.amount.value)
    assert answer.caveats
    difference = Decimal("0.005") * units * 2 + Decimal("0.01")
    if answer.from_published is not None:
        assert isinstance(answer.from_published.value, Money)
        assert isinstance(answer.allowed.value, Money)
        gap = abs(answer.from_published.value.amount - answer.allowed.value.amount)
        assert Decimal(0) < gap <= difference
