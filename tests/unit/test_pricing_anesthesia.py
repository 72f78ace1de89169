"""Anesthesia: units, time, who gave it, what is asked for, and the factor of a locality."""

from __future__ import annotations

from decimal import Decimal

import pytest

from payeratlas.model.amounts import Money
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Unknown, Value
from payeratlas.model.provenance import Derivation
from payeratlas.pricing.anesthesia import (
    PAYMENT_MODIFIERS,
    AnesthesiaQuote,
    AnesthesiaRequest,
    anesthesia_quote,
    time_units,
)
from payeratlas.pricing.rules import derive, rerun
from pricing_facts import YEAR, fact, facts

ALABAMA = Decimal("19.31")  # conversion factor of 10112-00 in 2025


def ask(*modifiers: str, code: str = "00142", **more: object) -> AnesthesiaQuote:
    given = {"minutes": 17, "base_units": 4, **more}
    request = AnesthesiaRequest.parse(code, modifiers=modifiers, **given)  # type: ignore[arg-type]
    return anesthesia_quote(request, fact("conversion_factor", ALABAMA, "10112-00"))


def amount(*modifiers: str, **more: object) -> Money:
    value = ask(*modifiers, **more).allowed.value
    assert isinstance(value, Money)
    return value


@pytest.mark.parametrize(
    ("minutes", "units"),
    [(0, "0.0"), (1, "0.1"), (7, "0.5"), (15, "1.0"), (17, "1.1"), (48, "3.2"), (95, "6.3")],
)
def test_time_is_told_to_one_decimal(minutes: int, units: str) -> None:
    assert str(time_units(minutes)) == units


def test_time_before_it_began_is_refused() -> None:
    with pytest.raises(InputError, match="-1 minutes"):
        time_units(-1)


def test_base_and_time_units_times_the_factor() -> None:
    quote = ask("AA")
    assert quote.allowed.value == Money(Decimal("98.48"))  # 5.1 x 19.31 = 98.481
    assert isinstance(quote.allowed.basis, Derivation)
    assert [step.result for step in quote.allowed.basis.steps] == [
        "1.1",
        "5.1",
        "98.481",
        "98.481",
        "98.48",
    ]
    assert quote.allowed.subject == "00142-AA 17 minutes"
    assert dict(quote.allowed.basis.settings) == {
        "modifiers": "AA",
        "minutes": "17",
        "base_units": "4",
    }


@pytest.mark.parametrize(
    ("modifier", "paid"),
    [("AA", "98.48"), ("QZ", "98.48"), ("QK", "49.24"), ("QY", "49.24"), ("QX", "49.24")],
)
def test_direction_halves_each_part(modifier: str, paid: str) -> None:
    assert amount(modifier) == Money(Decimal(paid))


def test_half_a_cent_is_rounded_up_and_only_at_the_end() -> None:
    # 5 x 19.31 = 96.55, half of it 48.275
    assert amount("QK", minutes=15) == Money(Decimal("48.28"))


def test_supervision_is_three_base_units_and_one_for_induction() -> None:
    assert amount("AD") == Money(Decimal("57.93"))
    assert amount("AD", induction=True) == Money(Decimal("77.24"))
    assert amount("AD", minutes=None, base_units=None) == Money(Decimal("57.93"))
    with pytest.raises(InputError, match="supervising"):
        ask("AA", induction=True)


def test_without_a_modifier_the_personal_amount_is_told_with_its_limit() -> None:
    quote = ask()
    assert quote.allowed.value == amount("AA")
    assert "anesthesia_no_modifier" in {caveat.id for caveat in quote.caveats}
    assert "anesthesia_no_modifier" not in {caveat.id for caveat in ask("AA").caveats}


@pytest.mark.parametrize("modifier", ["QS", "G8", "G9", "GC"])
def test_modifiers_that_only_tell_something_change_nothing(modifier: str) -> None:
    quote = ask("QK", modifier)
    assert quote.allowed.value == amount("QK")
    assert isinstance(quote.allowed.basis, Derivation)
    told = [s for s in quote.allowed.basis.steps if s.label.startswith(f"Modifier {modifier}")]
    assert [step.expression for step in told] == ["unchanged"]


def test_base_units_are_never_made_up() -> None:
    quote = ask("AA", base_units=None)
    assert isinstance(quote.allowed.value, Unknown)
    assert quote.allowed.value.reason == "not_covered"
    assert "base units of 00142" in quote.allowed.value.detail
    assert "anesthesia_base_units" in {caveat.id for caveat in ask("AA").caveats}


def with_a_file(base: Value | Unknown, given: int | None, code: str = "00142") -> AnesthesiaQuote:
    """A quarter of an hour of a code for which a file prints base units, or does not."""
    request = AnesthesiaRequest.parse(code, minutes=15, modifiers=("AA",), base_units=given)
    factor = fact("conversion_factor", ALABAMA)
    return anesthesia_quote(request, factor, fact("base_units", base, code))


def test_base_units_of_a_file_are_an_input_that_is_cited() -> None:
    quote = with_a_file(4, None)
    assert quote.allowed.value == Money(Decimal("96.55"))
    assert not [caveat for caveat in quote.caveats if caveat.id.startswith("anesthesia_base")]
    assert isinstance(quote.allowed.basis, Derivation)
    assert [role for role, _ in quote.allowed.basis.inputs] == ["conversion_factor", "base_units"]
    assert "base_units" not in dict(quote.allowed.basis.settings)


@pytest.mark.parametrize(
    ("given", "paid", "told"),
    [
        (4, "96.55", ["anesthesia_base_units"]),
        (9, "193.10", ["anesthesia_base_units", "anesthesia_base_units_differ"]),
        (0, "19.31", ["anesthesia_base_units", "anesthesia_base_units_differ"]),
    ],
)
def test_base_units_that_are_given_go_before_a_files_and_say_so(
    given: int, paid: str, told: list[str]
) -> None:
    quote = with_a_file(4, given)
    assert quote.allowed.value == Money(Decimal(paid))
    assert [c.id for c in quote.caveats if c.id.startswith("anesthesia_base")] == told


def test_without_a_file_for_the_date_the_last_known_base_units_are_told() -> None:
    last = fact("base_units", 4, "00142")
    missing = Unknown("not_covered", "no release covers it.", last)
    quote = with_a_file(missing, None)
    assert isinstance(quote.allowed.value, Unknown)
    assert quote.allowed.value.reason == "not_covered"
    assert quote.allowed.value.last_known is last
    assert "00142 are not known (no release covers it); give them" in quote.allowed.value.detail
    given = with_a_file(missing, 4)
    assert given.allowed.value == Money(Decimal("96.55"))
    assert "anesthesia_base_units_differ" not in {caveat.id for caveat in given.caveats}


def test_a_code_with_no_base_units_printed_is_not_priced_unless_they_are_given() -> None:
    quote = with_a_file(0, None, "01999")
    assert isinstance(quote.allowed.value, Unknown)
    assert quote.allowed.value.reason == "not_priced"
    assert "prints 0 base units for 01999" in quote.allowed.value.detail
    assert with_a_file(0, 4, "01999").allowed.value == Money(Decimal("96.55"))


def test_an_unknown_factor_makes_an_unknown_amount() -> None:
    request = AnesthesiaRequest.parse("00142", minutes=15, modifiers=("AA",), base_units=4)
    factor = fact("conversion_factor", Unknown("not_covered", "no release."), "10112-00")
    quote = anesthesia_quote(request, factor)
    assert isinstance(quote.allowed.value, Unknown)
    assert quote.allowed.value.reason == "not_covered"


@pytest.mark.parametrize("code", ["01953", "01995", "01996"])
def test_codes_without_time_need_no_minutes(code: str) -> None:
    assert amount("AA", code=code, minutes=None) == Money(Decimal("77.24"))
    assert amount("AA", code=code, minutes=600) == Money(Decimal("77.24"))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"code": "64640"}, "64640 is not an anesthesia code"),
        ({"code": "00099"}, "not an anesthesia code"),
        ({"code": "02000"}, "not an anesthesia code"),
        ({"code": "٠٠١٤٢"}, "not an anesthesia code"),
        ({"minutes": None}, "depends on the minutes"),
        ({"minutes": -5}, "-5 minutes"),
        ({"base_units": -1}, "base units"),
    ],
)
def test_what_cannot_be_priced_is_named(change: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        ask("AA", **change)


def test_one_line_has_one_who() -> None:
    with pytest.raises(InputError, match="AA and QK cannot stand on one line"):
        ask("AA", "QK")
    with pytest.raises(InputError, match="modifier 50"):
        ask("AA", "50")
    assert PAYMENT_MODIFIERS == ("AA", "QZ", "QK", "QY", "QX", "AD")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"modifiers": "AA", "minutes": "17"}, "base_units"),
        ({"modifiers": "AA", "base_units": "4"}, "minutes"),
        ({"modifiers": "AA", "base_units": "4.5", "minutes": "17"}, "base_units"),
        ({"modifiers": "QK,QX", "base_units": "4", "minutes": "17"}, "one line"),
    ],
)
def test_settings_a_rule_cannot_use_are_refused(settings: dict[str, str], words: str) -> None:
    with pytest.raises(InputError, match=words):
        rerun("anes.payment", {"conversion_factor": ALABAMA}, settings)


NATIONAL_2025 = {
    "national": Decimal("20.3178"),
    "work_gpci": Decimal("1.500"),
    "pe_gpci": Decimal("1.081"),
    "mp_gpci": Decimal("0.592"),
}


def test_a_locality_factor_from_the_national_one() -> None:
    made = derive(
        "anes.conversion_factor",
        "m",
        "02102-01",
        facts(NATIONAL_2025),
        period=YEAR,
        settings={"year": "2025"},
    )
    assert made.value == Decimal("27.86")  # as CMS prints it for Alaska
    assert made.unit == "USD per anesthesia unit"
    assert isinstance(made.basis, Derivation)
    assert made.basis.steps[-1].result == "27.86"
    again = dict(made.basis.settings)
    assert rerun("anes.conversion_factor", NATIONAL_2025, again) == made.value


@pytest.mark.parametrize("year", ["", "2019", "twenty"])
def test_shares_of_another_year_are_not_known(year: str) -> None:
    with pytest.raises(InputError, match="not known"):
        rerun("anes.conversion_factor", NATIONAL_2025, {"year": year})
