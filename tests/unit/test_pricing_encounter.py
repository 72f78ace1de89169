"""An encounter by setting: the parts of Medicare and of the patient, to the cent."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claim_facts import cents
from payeratlas.model.amounts import Money
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Derivation
from payeratlas.pricing.encounter import (
    CAVEATS,
    MEASURES,
    NOT_ASSIGNED,
    PLACES,
    Encounter,
    Facility,
    encounter,
)
from payeratlas.pricing.patient_share import SEQUESTRATION, sequestration
from payeratlas.pricing.places import rate_type
from payeratlas.pricing.rules import rerun
from pricing_facts import CITATION, YEAR

DAY = date(2025, 10, 15)


def dollars(amount: str) -> Money:
    return Money(Decimal(amount))


def fact(amount: str | Unknown, subject: str = "64640") -> Fact:
    if isinstance(amount, Unknown):
        return Fact("m", subject, amount, "USD", YEAR)
    return Fact("m", subject, dollars(amount), "USD", YEAR, CITATION)


def office(amount: str, day: date = DAY, **options: object) -> Encounter:
    return encounter("office", service_date=day, professional=fact(amount), **options)  # type: ignore[arg-type]


def hospital(*facility: Facility, professional: str = "100.00", **options: object) -> Encounter:
    return encounter(
        "hopd",
        service_date=DAY,
        professional=fact(professional),
        facility=facility,
        **options,  # type: ignore[arg-type]
    )


CAP = dollars("1676.00")


def test_sequestration_comes_after_deductible_and_coinsurance() -> None:
    # approved 100, of the deductible 50 left: 40 to Medicare, less 2 % is 39.20; the patient 60
    answer = office("100.00", deductible_left=dollars("50.00"))
    (part,) = answer.parts
    told = [part.deductible, part.coinsurance, part.medicare, part.sequestration, part.paid]
    assert [cents(figure) for figure in told] == ["50.00", "10.00", "40.00", "0.80", "39.20"]
    assert (cents(answer.patient), cents(answer.paid)) == ("60.00", "39.20")


def test_the_deductible_takes_no_more_than_is_approved_and_is_nothing_by_default() -> None:
    answer = office("100.00", deductible_left=dollars("257.00"))
    assert (cents(answer.patient), cents(answer.medicare)) == ("100.00", "0.00")
    answer = office("100.00")
    assert (cents(answer.patient), cents(answer.paid)) == ("20.00", "78.40")


@pytest.mark.parametrize(
    ("day", "paid"),
    [
        (date(2020, 4, 30), "78.40"),
        (date(2020, 5, 1), "80.00"),
        (date(2022, 3, 31), "80.00"),
        (date(2022, 4, 1), "79.20"),
        (date(2022, 6, 30), "79.20"),
        (date(2022, 7, 1), "78.40"),
    ],
)
def test_sequestration_by_day(day: date, paid: str) -> None:
    assert cents(office("100.00", day).paid) == paid


def test_sequestration_is_without_a_gap_and_refuses_what_it_does_not_know() -> None:
    ends = [period.end for period, _ in SEQUESTRATION]
    assert ends[:-1] == [period.start for period, _ in SEQUESTRATION[1:]]
    assert ends[-1] is None
    with pytest.raises(InputError, match="2013-03-31") as stop:
        sequestration(date(2013, 3, 31))
    assert "2013-04-01" in stop.value.cure


def test_a_surgical_center_takes_the_ordinary_coinsurance() -> None:
    answer = encounter(
        "asc",
        service_date=DAY,
        professional=fact("117.09"),
        facility=[Facility(fact("170.14")), Facility(fact("85.07"))],
        deductible_left=dollars("150.00"),
    )
    assert [part.payee for part in answer.parts] == ["professional", "facility", "facility"]
    assert [cents(part.deductible) for part in answer.parts] == ["117.09", "32.91", "0.00"]
    # 170.14 − 32.91 = 137.23, of which 109.784; 85.07, of which 68.056
    assert [cents(part.medicare) for part in answer.parts] == ["0.00", "109.78", "68.06"]
    assert [cents(part.coinsurance) for part in answer.parts] == ["0.00", "27.45", "17.01"]
    assert cents(answer.approved) == "372.30"
    assert cents(answer.patient) == "194.46"
    assert cents(answer.medicare) == "177.84"


def test_a_hospitals_copayment_is_its_own() -> None:
    answer = hospital(Facility(fact("890.29"), fact("178.06")), inpatient_deductible=CAP)
    assert [cents(part.coinsurance) for part in answer.parts] == ["20.00", "178.06"]
    assert cents(answer.parts[1].medicare) == "712.23"
    assert cents(answer.patient) == "198.06"
    # with a deductible Medicare keeps its percentage of what is left
    answer = hospital(
        Facility(fact("1000.00"), fact("400.00")),
        deductible_left=dollars("200.00"),
        inpatient_deductible=CAP,
    )
    facility = answer.parts[1]
    assert cents(facility.deductible) == "100.00"
    assert (cents(facility.medicare), cents(facility.coinsurance)) == ("540.00", "360.00")


def test_what_a_copayment_exceeds_the_inpatient_deductible_by_is_medicares() -> None:
    costly = Facility(fact("20000.00"), fact("4000.00"))
    for cap in (CAP, fact("1676.00", "inpatient deductible")):
        facility = hospital(costly, inpatient_deductible=cap).parts[1]
        assert (cents(facility.coinsurance), cents(facility.medicare)) == ("1676.00", "18324.00")
    just = hospital(Facility(fact("8380.00"), fact("1676.00")), inpatient_deductible=CAP)
    assert cents(just.parts[1].coinsurance) == "1676.00"


def test_without_the_inpatient_deductible_a_hospitals_split_is_not_known() -> None:
    answer = hospital(Facility(fact("890.29"), fact("178.06")))
    part = answer.parts[1]
    assert cents(part.deductible) == "0.00"
    for figure in (part.coinsurance, part.medicare, part.paid, answer.patient, answer.medicare):
        assert isinstance(figure.value, Unknown)
        assert figure.value.reason == "not_covered"
        assert "inpatient hospital deductible" in figure.value.detail
    assert cents(answer.approved) == "990.29"
    assert cents(answer.parts[0].coinsurance) == "20.00"


def test_without_its_copayment_a_hospitals_split_is_not_known() -> None:
    answer = hospital(Facility(fact("890.29")), inpatient_deductible=CAP)
    assert "copayment was not given" in answer.patient.value.detail  # type: ignore[union-attr]


def test_an_unknown_part_leaves_the_sums_unknown_with_its_reason() -> None:
    packaged = Unknown("not_priced", "its payment is packaged.")
    answer = encounter(
        "asc",
        service_date=DAY,
        professional=fact("117.09"),
        facility=[Facility(fact(packaged))],
    )
    assert cents(answer.parts[0].paid) == "91.80"  # 93.67 less 1.87
    for figure in (answer.approved, answer.patient, answer.medicare, answer.paid):
        assert isinstance(figure.value, Unknown)
        assert figure.value.reason == "not_priced"
        assert figure.value.detail.endswith("its payment is packaged.")


def test_an_unknown_professional_part_matters_to_the_facilitys_only_for_the_deductible() -> None:
    unknown = fact(Unknown("not_listed", "no such code."))
    facility = [Facility(fact("170.14"))]

    def asked(left: Money | None) -> str:
        answer = encounter(
            "asc",
            service_date=DAY,
            professional=unknown,
            facility=facility,
            deductible_left=left,
        )
        return cents(answer.parts[1].coinsurance)

    assert asked(None) == "34.03"
    assert asked(dollars("1.00")) == "not_listed"


def test_every_figure_is_a_fact_that_can_be_worked_out_again() -> None:
    answer = hospital(
        Facility(fact("1000.00"), fact("333.33")),
        deductible_left=dollars("123.45"),
        inpatient_deductible=CAP,
    )
    known = {measure.id for measure in MEASURES}
    figures = [answer.approved, answer.patient, answer.medicare, answer.paid]
    for part in answer.parts:
        figures += [part.deductible, part.coinsurance, part.medicare, part.sequestration, part.paid]
    for figure in figures:
        assert figure.measure in known
        assert isinstance(figure.basis, Derivation)
        values = {role: given.value for role, given in figure.basis.inputs}
        assert rerun(figure.basis.rule, values, dict(figure.basis.settings)) == figure.value
        assert figure.basis.steps[-1].result == str(figure.value)
        assert list(figure.citations())
        assert figure.period == YEAR


@given(
    st.decimals("0.00", "99999.99", places=2),
    st.decimals("0.00", "300.00", places=2),
    st.decimals("0.00", "1.00", places=4),
    st.decimals("0.01", "2000.00", places=2),
)
def test_the_parts_add_up(approved: Decimal, left: Decimal, share: Decimal, cap: Decimal) -> None:
    copayment = Money.round_once(approved * share)
    answer = encounter(
        "hopd",
        service_date=DAY,
        professional=fact("0.00"),
        facility=[Facility(fact(str(approved)), fact(str(copayment)))],
        deductible_left=Money(left),
        inpatient_deductible=Money(cap),
    )
    part = answer.parts[1]
    values = [f.value for f in (part.deductible, part.coinsurance, part.medicare)]
    taken, owed, medicare = (value.amount for value in values)  # type: ignore[union-attr]
    assert taken == min(left, approved)
    assert taken + owed + medicare == approved
    assert Decimal(0) <= owed <= min(cap, approved - taken)
    if not taken:
        assert owed == min(copayment.amount, cap)
    paid, cut = part.paid.value, part.sequestration.value
    assert paid.amount + cut.amount == medicare  # type: ignore[union-attr]
    assert abs(cut.amount - medicare * Decimal("0.02")) <= Decimal("0.005")  # type: ignore[union-attr]


def test_what_does_not_fit_is_the_callers_fault() -> None:
    with pytest.raises(ValueError, match="office"):
        encounter(
            "office",
            service_date=DAY,
            professional=fact("1.00"),
            facility=[Facility(fact("1.00"))],
        )
    with pytest.raises(ValueError, match="hopd"):
        hospital()


@pytest.mark.parametrize(
    ("values", "settings", "says"),
    [
        ({"approved": "100.00"}, {"deductible_left": "much"}, "deductible_left"),
        ({"approved": "100.00"}, {"deductible_left": "-1.00"}, "less than nothing"),
        ({"approved": "100.00", "copayment": "20.00"}, {}, "inpatient_deductible"),
        ({"approved": "100.00", "copayment": "200.00"}, {}, "above the payment"),
        ({"approved": "100.00"}, {"service_date": "soon"}, "date of service"),
    ],
)
def test_what_cannot_be_worked_out_is_refused(
    values: dict[str, str], settings: dict[str, str], says: str
) -> None:
    given_values = {role: dollars(amount) for role, amount in values.items()}
    with pytest.raises(InputError, match=says):
        rerun("encounter.paid", given_values, {"service_date": "2025-01-01", **settings})


def test_places_have_the_rate_of_their_setting() -> None:
    assert {setting: rate_type(place) for setting, place in PLACES.items()} == {
        "office": "nonfacility",
        "asc": "facility",
        "hopd": "facility",
    }


def test_caveats_hold_no_digit_and_fit_the_question() -> None:
    assert not [c for c in (*CAVEATS, NOT_ASSIGNED) if re.search(r"\d", c.text)]
    ids = {c.id for c in office("1.00").caveats}
    assert ids == {"only_these", "no_coinsurance"}
    ids = {c.id for c in office("1.00", deductible_left=CAP, participating=False).caveats}
    assert ids == {"only_these", "no_coinsurance", "not_assigned"}
    ids = {c.id for c in hospital(Facility(fact("9.00")), deductible_left=CAP).caveats}
    assert ids == {"deductible_order", "only_these", "no_coinsurance"}
