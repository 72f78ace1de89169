"""A price question and its answer, on a row as CMS prints it and variations of it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from payeratlas.model.amounts import Money
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Unknown, Value
from payeratlas.model.provenance import Derivation
from payeratlas.model.time import Period
from payeratlas.pricing.caveats import caveats
from payeratlas.pricing.quote import MEASURES, Quote, quote, unanswered
from payeratlas.pricing.request import Request, roles
from payeratlas.pricing.rules import rerun
from pricing_facts import AS_OF, CITATION, ROW_64640, YEAR, inputs_for


def ask(code: str = "64640", place: str = "11", **options: object) -> Request:
    return Request.parse(code, as_of=AS_OF, place=place, **options)


def priced(
    *modifiers: str,
    row: dict[str, Value | Unknown] | None = None,
    row_modifier: str = "",
    **options: object,
) -> Quote:
    request = ask(modifiers=modifiers, **options)
    return quote(
        request, inputs_for(request, {**ROW_64640, **(row or {})}), row_modifier=row_modifier
    )


def why(answer: Quote) -> Unknown:
    assert isinstance(answer.amount.value, Unknown)
    return answer.amount.value


@pytest.mark.parametrize(
    ("modifiers", "options", "expected"),
    [
        ((), {}, "240.98"),
        ((), {"place": "24"}, "117.09"),
        ((), {"place": None, "rate": "facility"}, "117.09"),
        (("50",), {}, "361.47"),
        (("LT",), {}, "240.98"),
        ((), {"units": 2}, "481.96"),
        (("50",), {"units": 2}, "722.94"),
        (("54",), {}, "216.88"),
        (("55",), {}, "24.10"),
        (("78",), {"place": "22"}, "93.68"),
        ((), {"participating": False}, "228.93"),
        ((), {"locality": "02102-01"}, "284.01"),
    ],
)
def test_amounts_of_64640_in_2025(
    modifiers: tuple[str, ...], options: dict[str, object], expected: str
) -> None:
    answer = priced(*modifiers, **options)
    assert answer.amount.value == Money(Decimal(expected))
    assert answer.steps[-1].result == expected


def test_all_three_amounts_are_derivations_that_can_be_run_again() -> None:
    answer = priced("50", units=3, locality="02102-01")
    for fact in (answer.fee, answer.allowed, answer.nonparticipating, answer.limiting_charge):
        assert isinstance(fact.basis, Derivation)
        values = {role: given.value for role, given in fact.basis.inputs}
        assert rerun(fact.basis.rule, values, dict(fact.basis.settings)) == fact.value
        assert list(fact.citations())
    assert isinstance(answer.allowed.basis, Derivation)
    assert dict(answer.allowed.basis.settings) == {
        "modifiers": "50",
        "row_modifier": "",
        "rate_type": "nonfacility",
        "units": "3",
        "rounding": "once",
    }
    assert answer.fee.value == Money(Decimal("284.01"))
    assert isinstance(answer.allowed.value, Money)
    allowed = answer.allowed.value.amount
    assert answer.limiting_charge.value == Money.round_once(allowed * Decimal("1.0925"))


def test_steps_go_from_rvus_to_cents_in_the_payers_order() -> None:
    labels = [step.label for step in priced("50", units=2, participating=False).steps]
    order = [
        "Total RVUs",
        "Conversion factor",
        "Modifier 50",
        "Units",
        "Round half up",
        "Non-participating amount",
        "Round half up",
    ]
    assert len(labels) == len(order)
    assert all(label.startswith(start) for label, start in zip(labels, order, strict=True))


def test_measures_and_subjects_name_what_was_asked() -> None:
    answer = priced("50", units=2, locality="02102-01")
    known = {measure.id for measure in MEASURES}
    facts = (answer.fee, answer.allowed, answer.nonparticipating, answer.limiting_charge)
    assert {fact.measure for fact in facts} <= known
    assert answer.allowed.subject == "64640-50 x2 @02102-01"
    assert answer.fee.subject == "64640 @02102-01"


def test_amount_holds_only_while_all_its_inputs_do() -> None:
    request = ask()
    inputs = inputs_for(request)
    quarter = Period(date(2025, 10, 1), date(2026, 3, 1))
    inputs["work_rvu"] = Fact("m", "64640", Decimal("1.98"), "", quarter, CITATION)
    assert quote(request, inputs).amount.period == Period(date(2025, 10, 1), YEAR.end)
    inputs["mp_rvu"] = Fact(
        "m", "64640", Decimal("0.21"), "", Period(date(2024, 1, 1), date(2025, 1, 1)), CITATION
    )
    with pytest.raises(ValueError, match="no common day"):
        quote(request, inputs)


def test_only_inputs_that_matter_go_in() -> None:
    basis = priced().allowed.basis
    assert isinstance(basis, Derivation)
    assert [role for role, _ in basis.inputs] == [
        "status",
        "work_rvu",
        "pe_rvu",
        "mp_rvu",
        "conversion_factor",
    ]
    unread = priced(
        row={"pre_op": Unknown("unparsed", "?"), "na_nonfacility": Unknown("unparsed", "?")}
    )
    assert unread.amount.known


@pytest.mark.parametrize("column", ["status", "work_rvu", "conversion_factor", "opps_mp", "pctc"])
def test_an_unknown_input_leaves_the_amount_unknown(column: str) -> None:
    answer = priced(row={column: Unknown("not_covered", "no release.")})
    assert why(answer).reason == "not_covered"
    assert column in why(answer).detail
    assert not answer.limiting_charge.known
    assert answer.steps == ()


def test_an_unknown_indicator_matters_where_a_modifier_reads_it() -> None:
    answer = priced("50", row={"bilateral": Unknown("unparsed", "smudged.")})
    assert why(answer).reason == "unparsed"
    assert "bilateral" in why(answer).detail
    assert answer.fee.value == Money(Decimal("240.98"))


@pytest.mark.parametrize("status", "BCDEFGHIJMNPX")
def test_rvus_beside_an_unpaid_status_are_no_price(status: str) -> None:
    answer = priced(row={"status": status})
    assert why(answer).reason == "not_priced"
    assert why(answer).detail.startswith("no Medicare price, because")
    assert not answer.fee.known


def test_a_priced_status_without_rvus_is_the_contractors() -> None:
    zero = Decimal("0.00")
    answer = priced(
        row={"status": "R", "work_rvu": zero, "pe_rvu_nonfacility": zero, "mp_rvu": zero}
    )
    assert "contractor" in why(answer).detail


@pytest.mark.parametrize(
    ("modifier", "says"),
    [("26", "not split"), ("80", "does not allow"), ("62", "not permitted"), ("52", "contractor"),
     ("56", "surgeon"), ("22", "contractor"), ("QQ", "not known here")],
)  # fmt: skip
def test_a_modifier_without_an_amount_says_why_and_leaves_the_fee(modifier: str, says: str) -> None:
    answer = priced(modifier)
    assert why(answer).reason == "not_priced"
    assert f"modifier {modifier}" in why(answer).detail
    assert says in why(answer).detail
    assert answer.fee.value == Money(Decimal("240.98"))


def test_payment_that_hangs_on_documentation_is_unknown_beside_its_amount() -> None:
    answer = priced("80", row={"assistant": "0"})
    assert why(answer).reason == "not_priced"
    assert "documents" in why(answer).detail
    assert answer.if_documented is not None
    assert answer.if_documented.value == Money(Decimal("38.56"))
    assert isinstance(answer.if_documented.basis, Derivation)
    assert dict(answer.if_documented.basis.settings)["documented"] == "yes"
    assert priced("80", row={"assistant": "2"}).if_documented is None


def test_component_rows_price_components_only() -> None:
    imaging = {"pctc": "1", "multiple_procedure": "0"}
    assert priced("26", row=imaging, row_modifier="26").amount.known
    assert "prints no row" in why(priced("26", row=imaging)).detail
    with pytest.raises(ValueError, match="not priced from the row"):
        priced(row=imaging, row_modifier="TC")


def test_the_outpatient_cap_is_taken_before_modifiers_and_units() -> None:
    cap = {"opps_pe_nonfacility": Decimal("2.00"), "opps_mp": Decimal("0.10")}
    answer = priced("50", row=cap, units=2)
    assert answer.fee.value == Money(Decimal("131.97"))
    exact = Decimal("4.08") * Decimal("32.3465") * Decimal("1.5") * 2
    assert answer.amount.value == Money.round_once(exact)
    assert "opps_pe" in dict(answer.fee.basis.inputs)
    assert any(step.label.startswith("Outpatient cap") for step in answer.steps)


def test_further_units_of_therapy_are_paid_with_half_of_the_practice_expense() -> None:
    answer = priced(row={"multiple_procedure": "5", "pctc": "7"}, units=3)
    full, reduced = Decimal("7.45"), Decimal("1.98") + Decimal("2.63") + Decimal("0.21")
    exact = (full + 2 * reduced) * Decimal("32.3465")
    assert answer.amount.value == Money.round_once(exact)
    assert priced(row={"multiple_procedure": "5"}, units=1).amount.value == answer.fee.value


def test_working_from_published_cents_is_shown_where_it_ends_elsewhere() -> None:
    row = {
        "work_rvu": Decimal("0.17"),
        "pe_rvu_nonfacility": Decimal("0.00"),
        "mp_rvu": Decimal("0.00"),
    }
    # 0.17 x 32.3465 = 5.498905, published 5.50; ten units: 54.99 or 55.00
    answer = priced(row=row, units=10)
    assert answer.amount.value == Money(Decimal("54.99"))
    assert answer.from_published is not None
    assert answer.from_published.value == Money(Decimal("55.00"))
    assert answer.caveats[-1].id == "rounding"
    assert priced(row=row).from_published is None


@pytest.mark.parametrize(
    ("row", "options", "expected"),
    [
        ({}, {}, {"allowed_not_paid", "national", "multiple_procedure"}),
        ({}, {"locality": "02102-01"}, {"allowed_not_paid", "multiple_procedure"}),
        ({"multiple_procedure": "0"}, {"units": 2}, {"allowed_not_paid", "national", "units"}),
        ({"multiple_procedure": "9", "na_nonfacility": "NA"}, {},
         {"allowed_not_paid", "national", "na_setting"}),
        ({"multiple_procedure": "9", "status": "T"}, {},
         {"allowed_not_paid", "national", "only_service"}),
        ({"multiple_procedure": "9", "status": "R"}, {},
         {"allowed_not_paid", "national", "restricted"}),
        ({"multiple_procedure": "9", "pctc": "3"}, {"place": "22"},
         {"allowed_not_paid", "national", "technical_in_hospital"}),
        ({"multiple_procedure": "9", "pctc": "3"}, {"place": "24"},
         {"allowed_not_paid", "national"}),
        ({"multiple_procedure": "9"}, {"place": "06"},
         {"allowed_not_paid", "national", "place"}),
        ({"multiple_procedure": "9", "pctc": "7"}, {"place": None, "rate": "facility"},
         {"allowed_not_paid", "national", "therapy_in_hospital"}),
    ],
)  # fmt: skip
def test_caveats_fit_the_question(
    row: dict[str, str], options: dict[str, object], expected: set[str]
) -> None:
    assert {caveat.id for caveat in priced(row=row, **options).caveats} == expected


@pytest.mark.parametrize(("own", "told"), [("", True), ("TC", True), ("26", False)])
def test_only_the_technical_part_is_paid_to_the_hospital(own: str, told: bool) -> None:
    modifiers = [own] if own else []
    answer = priced(*modifiers, row={"pctc": "1"}, row_modifier=own, place="22")
    assert ("technical_in_hospital" in {caveat.id for caveat in answer.caveats}) == told


def test_no_caveat_holds_a_digit() -> None:
    told = set()
    for multiple in "0123456789":
        for pctc in "0123456789":
            for status in "ART":
                told |= set(
                    caveats(
                        status=status,
                        multiple_procedure=multiple,
                        pctc=pctc,
                        not_performed_here=True,
                        row_modifier="",
                        rate_type="facility",
                        place="",
                        local=False,
                        modifiers=("50", "55"),
                        units=2,
                    )
                )
    assert len({caveat.id for caveat in told}) >= 12
    assert not [caveat for caveat in told if re.search(r"\d", caveat.text)]


def test_a_place_where_the_code_is_not_paid() -> None:
    answer = priced(row={"pctc": "5"}, place="22")
    assert "place of service 22" in why(answer).detail


def test_no_row_gives_unknown_amounts_with_the_reason_of_the_search() -> None:
    missing = Unknown("not_listed", "the release in force does not list it.")
    answer = unanswered(ask("99999"), missing)
    for fact in (answer.fee, answer.amount, answer.limiting_charge):
        assert fact.value == missing


def test_a_missing_role_is_the_callers_fault() -> None:
    request = ask(modifiers=("50",))
    inputs = inputs_for(request)
    del inputs["bilateral"]
    with pytest.raises(ValueError, match="bilateral"):
        quote(request, inputs)


def test_roles_follow_the_question() -> None:
    asked = roles(ask(place="22", modifiers=("54",), locality="02102-01"))
    assert asked["pe_rvu"] == ("pfs_rvu", "pe_rvu_facility")
    assert asked["opps_pe"] == ("pfs_rvu", "opps_pe_facility")
    assert asked["na"] == ("pfs_rvu", "na_facility")
    assert asked["intra_op"] == ("pfs_rvu", "intra_op")
    assert asked["work_gpci"] == ("pfs_gpci", "work_gpci")
    assert "work_gpci" not in roles(ask())


def test_a_request_as_typed() -> None:
    request = Request.parse(
        " 77002 ", as_of=AS_OF, modifiers=["-tc"], place="2", locality="10212-99", units=2, qp=True
    )
    assert request.code == "77002"
    assert request.modifiers == ("TC",)
    assert (request.place, request.rate_type) == ("02", "facility")
    assert request.row_modifiers == ("TC", "")
    assert request.participation == ("all", "qpp")
    assert request.mac_and_locality == ("10212", "99")
    assert ask().mac_and_locality is None
    assert ask().participation == ("all", "nonqpp")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"code": "6464"}, "shape"),
        ({"place": None}, "where the service is given"),
        ({"place": "office"}, "place-of-service"),
        ({"place": "11", "rate": "facility"}, "not facility"),
        ({"modifiers": ["500"]}, "shape of a modifier"),
        ({"modifiers": ["11"]}, "places of service"),
        ({"modifiers": ["LT", "lt"]}, "twice"),
        ({"modifiers": ["59", "76", "79", "LT", "GP"]}, "at most four"),
        ({"locality": "Ohio"}, "locality"),
        ({"locality": "15202-0"}, "locality"),
        ({"units": 0}, "units"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_cure(options: dict, says: str) -> None:
    given = {"code": "64640", "place": "11", **options}
    code = given.pop("code")
    with pytest.raises(InputError, match=says) as stop:
        Request.parse(code, as_of=AS_OF, **given)
    assert stop.value.cure
