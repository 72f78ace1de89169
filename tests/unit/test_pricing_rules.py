"""The registry of rules: finding, deriving, running again, and what Unknown inputs do."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from payeratlas.model.amounts import Money
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Unknown
from payeratlas.model.provenance import Derivation
from payeratlas.pricing.rules import derive, rerun, rules
from pricing_facts import ALASKA, ROW_64640, YEAR, fact, facts

OFFICE = {
    "work_rvu": ROW_64640["work_rvu"],
    "pe_rvu": ROW_64640["pe_rvu_nonfacility"],
    "mp_rvu": ROW_64640["mp_rvu"],
    "conversion_factor": ROW_64640["conversion_factor"],
}

ARITHMETIC = {"sum", "amount.difference", "utilization.average"}
"""Rules that follow no manual: they add, subtract and round."""


def test_every_rule_is_found_by_its_id_and_names_its_reference() -> None:
    scoped = ("payment", "opps_cap", "payable", "therapy_reduced", "line")
    scoped += ("claim.line", "claim.ranks", "claim.shares")
    wanted = {f"pfs.{name}.{scope}" for name in scoped for scope in ("national", "locality")}
    assert wanted | {"pfs.nonparticipating", "pfs.limiting_charge"} <= set(rules())
    for id, rule in rules().items():
        assert rule.id == id
        if id not in ARITHMETIC:
            assert re.search(r"CFR|Pub\. 100-04|record layout|Act §|\d FR \d", rule.reference), id
        if id.startswith("pfs.") and not id.startswith(("pfs.claim.ranks.", "pfs.claim.shares.")):
            assert rule.unit == "USD", id


def test_national_amount_of_64640_with_its_steps() -> None:
    made = derive("pfs.payment.national", "m", "64640", facts(OFFICE), period=YEAR)
    assert made.value == Money(Decimal("240.98"))
    assert isinstance(made.basis, Derivation)
    assert [step.result for step in made.basis.steps] == ["7.45", "240.981425", "240.98"]
    assert made.basis.steps[0].expression == "1.98 + 5.26 + 0.21"
    assert [role for role, _ in made.basis.inputs] == list(OFFICE)
    assert made.unit == "USD"
    assert made.period == YEAR


def test_locality_amount_shows_each_index() -> None:
    made = derive("pfs.payment.locality", "m", "s", facts({**OFFICE, **ALASKA}), period=YEAR)
    exact = (
        Decimal("1.98") * Decimal("1.5")
        + Decimal("5.26") * Decimal("1.081")
        + Decimal("0.21") * Decimal("0.592")
    ) * Decimal("32.3465")
    assert made.value == Money.round_once(exact)
    assert isinstance(made.basis, Derivation)
    assert made.basis.steps[0].expression == "1.98 × 1.500"


def test_settings_are_kept_and_a_derivation_can_be_run_again() -> None:
    values = {**OFFICE, "status": "A"}
    settings = {"modifiers": "LT", "units": "3"}
    made = derive("pfs.line.national", "m", "s", facts(values), period=YEAR, settings=settings)
    assert isinstance(made.basis, Derivation)
    assert dict(made.basis.settings) == settings
    again = rerun(
        made.basis.rule,
        {role: f.value for role, f in made.basis.inputs if not isinstance(f.value, Unknown)},
        dict(made.basis.settings),
    )
    assert again == made.value == Money(Decimal("722.94"))


def test_an_unknown_input_makes_an_unknown_of_the_same_reason_that_names_it() -> None:
    inputs = facts(OFFICE) | {"pe_rvu": fact("pe_rvu", Unknown("unparsed", "two numbers."))}
    made = derive("pfs.payment.national", "m", "64640", inputs, period=YEAR)
    assert isinstance(made.value, Unknown)
    assert made.value.reason == "unparsed"
    assert made.value.detail == "pe_rvu of 64640 is not known: two numbers."
    assert made.basis is None


def test_what_was_last_known_of_an_input_travels_with_the_unknown() -> None:
    earlier = fact("mp_rvu", Decimal("0.20"))
    inputs = facts(OFFICE) | {"mp_rvu": fact("mp_rvu", Unknown("not_covered", "no.", earlier))}
    made = derive("pfs.payment.national", "m", "s", inputs, period=None)
    assert isinstance(made.value, Unknown)
    assert made.value.last_known == earlier


@pytest.mark.parametrize(
    ("rule", "values", "names"),
    [
        ("pfs.payment.nowhere", {}, "pfs.payment.nowhere"),
        ("pfs.payment.national", {"work_rvu": Decimal(1)}, "pe_rvu|conversion_factor"),
        ("pfs.payment.locality", OFFICE, "work_gpci"),
        ("pfs.payment.national", {**OFFICE, "mp_rvu": "0.21"}, "mp_rvu"),
        ("pfs.limiting_charge", {"allowed": Decimal("1.00")}, "allowed"),
        ("pfs.line.national", OFFICE, "status"),
        ("pfs.line.national", {**OFFICE, "status": "B"}, "no Medicare price, because"),
    ],
)
def test_what_a_rule_cannot_use_is_an_input_error_that_names_it(
    rule: str, values: dict, names: str
) -> None:
    with pytest.raises(InputError, match=names):
        rerun(rule, values)


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        ({"units": "0"}, "units"),
        ({"units": "two"}, "units"),
        ({"rounding": "down"}, "rounding"),
        ({"modifiers": "QQ"}, "QQ"),
    ],
)
def test_settings_a_line_cannot_use_are_refused(settings: dict[str, str], names: str) -> None:
    with pytest.raises(InputError, match=names):
        rerun("pfs.line.national", {**OFFICE, "status": "A"}, settings)


def test_a_condition_on_documentation_must_be_taken_as_met_to_give_an_amount() -> None:
    values = {**OFFICE, "status": "A", "assistant": "0"}
    with pytest.raises(InputError, match="documents"):
        rerun("pfs.line.national", values, {"modifiers": "80"})
    assert rerun("pfs.line.national", values, {"modifiers": "80", "documented": "yes"}) == Money(
        Decimal("38.56")
    )


def test_limiting_charge_is_one_rounding_of_the_published_amount() -> None:
    # 95% of 1.30 is 1.235, printed as 1.24; 115% of that would be 1.43, of the exact 1.42.
    allowed = {"allowed": Money(Decimal("1.30"))}
    assert rerun("pfs.nonparticipating", allowed) == Money(Decimal("1.24"))
    assert rerun("pfs.limiting_charge", allowed) == Money(Decimal("1.42"))
    assert Money.round_once(Decimal("1.24") * Decimal("1.15")) == Money(Decimal("1.43"))


def test_half_a_cent_is_rounded_up_not_to_even() -> None:
    values = {
        "work_rvu": Decimal("0.01"),
        "pe_rvu": Decimal("0.00"),
        "mp_rvu": Decimal("0.00"),
        "conversion_factor": Decimal("32.5000"),
    }
    assert rerun("pfs.payment.national", values) == Money(Decimal("0.33"))


def test_the_payable_amount_is_the_lower_one_and_only_where_cap_rvus_are_printed() -> None:
    cap = {"opps_pe": Decimal("2.00"), "opps_mp": Decimal("0.10")}
    capped = rerun("pfs.payable.national", {**OFFICE, **cap})
    assert capped == rerun("pfs.opps_cap.national", {**OFFICE, **cap})
    assert capped == Money(Decimal("131.97"))
    none = {"opps_pe": Decimal("0.00"), "opps_mp": Decimal("0.00")}
    half = {"opps_pe": Decimal("2.00"), "opps_mp": Decimal("0.00")}
    assert rerun("pfs.payable.national", {**OFFICE, **half}) == Money(Decimal("128.74"))
    high = {"opps_pe": Decimal("9.00"), "opps_mp": Decimal("0.10")}
    for other in ({}, none, high):
        assert rerun("pfs.payable.national", {**OFFICE, **other}) == Money(Decimal("240.98"))
