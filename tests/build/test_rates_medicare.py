"""What negotiated rates are compared with is what the pages say Medicare pays."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from payeratlas.build.rates_medicare import (
    CENTER,
    DRUG,
    LABORATORY,
    NATIONAL,
    OUTPATIENT,
    PHYSICIAN,
    MedicareAmounts,
)
from payeratlas.model.facts import Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.facts import fact_of
from payeratlas.rates.benchmark import Medicare, Series
from payeratlas.store import Store

STORE = Store.open(embedded=True)
ASK = MedicareAmounts(STORE)
OFFICE = Series("professional", "office", "", "dollars")
FACILITY = Series("professional", "facility", "", "dollars")
HOSPITAL = Series("facility", "outpatient", "", "dollars")
ASC = Series("facility", "asc", "", "dollars")
IN_2025 = date(2025, 1, 15)
IN_2026 = date(2026, 4, 1)


@pytest.mark.parametrize(
    ("series", "measure", "schedule"),
    [
        (OFFICE, "pfs.payment.nonfacility", PHYSICIAN),
        (FACILITY, "pfs.payment.facility", PHYSICIAN),
        (HOSPITAL, "opps.payment", OUTPATIENT),
        (ASC, "asc.payment", CENTER),
    ],
)
def test_the_amounts_are_those_of_the_page(series: Series, measure: str, schedule: str) -> None:
    found = ASK("64640", series, "NY", "", IN_2025)
    page = fact_of("64640", measure, AsOf(IN_2025), STORE)
    assert isinstance(found, Medicare)
    assert found.amount == getattr(page.value, "amount", page.value)
    assert (found.schedule, found.where, found.covers) == (schedule, NATIONAL, True)
    assert found.release in {citation.release for citation in page.citations()}


def test_an_unclear_bill_type_is_held_against_the_physicians_amount() -> None:
    unclear = ASK("64640", Series("unclear", "any", "", "dollars"), "", "", IN_2025)
    assert unclear == ASK("64640", OFFICE, "", "", IN_2025)


def test_a_zip_code_places_a_professional_and_nothing_else() -> None:
    local = ASK("64640", OFFICE, "NY", "10001", IN_2025)
    national = ASK("64640", OFFICE, "NY", "", IN_2025)
    assert isinstance(local, Medicare)
    assert isinstance(national, Medicare)
    assert local.amount > national.amount
    assert local.where == "ZIP code 10001, locality 13202-01"
    assert ASK("64640", OFFICE, "NY", "00000", IN_2025) == national
    assert ASK("64640", HOSPITAL, "NY", "10001", IN_2025) == ASK(
        "64640", HOSPITAL, "NY", "", IN_2025
    )


def test_components_have_amounts_of_their_own() -> None:
    parts = [
        ASK("70551", Series("professional", "office", m, "dollars"), "", "", IN_2025)
        for m in ("26", "TC", "")
    ]
    amounts = [part.amount for part in parts if isinstance(part, Medicare)]
    assert amounts[0] + amounts[1] == amounts[2]


def test_other_schedules_answer_for_what_the_fee_schedule_leaves_to_them() -> None:
    test, drug = (ASK(code, OFFICE, "", "", IN_2026) for code in ("80053", "J0585"))
    assert isinstance(test, Medicare)
    assert isinstance(drug, Medicare)
    assert (test.schedule, drug.schedule) == (LABORATORY, DRUG)
    assert ASK("80053", HOSPITAL, "", "", IN_2026) == test
    therapy = ASK("97110", HOSPITAL, "", "", IN_2025)
    assert therapy == ASK("97110", OFFICE, "", "", IN_2025)


def test_a_day_without_a_release_gets_the_nearest_amount_and_says_so() -> None:
    found = ASK("64640", HOSPITAL, "", "", IN_2026)
    assert isinstance(found, Medicare)
    assert not found.covers
    assert found.release.startswith("opps2025q4")
    between = ASK("64640", OFFICE, "", "", date(2025, 8, 1))  # January and October are on hand
    assert isinstance(between, Medicare)
    assert between.release in {"rvu25a", "rvu25d"}
    assert between.amount == Decimal("240.98")


@pytest.mark.parametrize(
    ("code", "series", "reason"),
    [
        ("64640", Series("facility", "inpatient", "", "dollars"), "not_covered"),
        ("64640", Series("unclear", "any", "26", "dollars"), "not_priced"),
        ("64640", Series("professional", "office", "26", "dollars"), "not_priced"),
        ("64640", Series("facility", "outpatient", "TC", "dollars"), "not_priced"),
        ("64640", Series("facility", "outpatient", "", "percentage"), "not_priced"),
        ("99213", HOSPITAL, "not_priced"),
        ("80053", ASC, "not_listed"),
        ("99999", OFFICE, "not_listed"),
    ],
)
def test_what_medicare_does_not_pay_is_unknown_with_its_reason(
    code: str, series: Series, reason: str
) -> None:
    found = ASK(code, series, "", "", IN_2025)
    assert isinstance(found, Unknown)
    assert found.reason == reason
    assert found.detail
