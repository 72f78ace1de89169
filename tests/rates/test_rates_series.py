"""Series: what may be compared with what, on rows as real files print them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from payeratlas.rates.benchmark import Series
from payeratlas.rates.offer import Offer
from payeratlas.rates.series import (
    FACILITY_PLACES,
    TRUSTED,
    ClassUse,
    FileEvidence,
    code_kind,
    file_evidence,
    is_facility_list,
    modifier_of,
    place_setting,
    series_of,
)

PAYER = Offer(
    code="64640",
    code_type="CPT",
    amount=Decimal(500),
    arrangement="ffs",
    billing_class="professional",
    publisher_kind="payer",
)
HOSPITAL = replace(PAYER, publisher_kind="hospital", arrangement="", billing_class="")


def places(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# As UnitedHealthcare and Blue Shield of California print them.
UHC_FACILITY = places("02 05 06 07 08 19 21 22 23 24 26 31 34 41 42 51 52 53 56 61")
BSCA_FACILITY = places("21 22 23 24 25 26 50 51 52 53 55 56 57 61 62 65")
BSCA_OFFICE = places(
    "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 27 31 32 33 34 41 42 49 54 58 60 "
    "66 71 72 81 99"
)
UNTRUSTED = FileEvidence(trusted=False, reason="all of one class")
CENTERS = FileEvidence(centers=True, reason="all at place 24")


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ((), "any"),
        (("CSTM-00",), "any"),
        (("11",), "office"),
        (("21", "22", "23"), "facility"),
        (("24",), "facility"),
        (("11", "22"), "any"),
        (UHC_FACILITY, "facility"),
        (BSCA_FACILITY, "facility"),
        (BSCA_OFFICE, "office"),
        (tuple(sorted(FACILITY_PLACES)), "facility"),
        (("31", "34"), "facility"),
        (("12", "32"), "office"),
        (("12", "31"), "any"),
    ],
)
def test_places_of_a_physician(listed: tuple[str, ...], expected: str) -> None:
    assert place_setting(listed) == expected


def test_an_empty_list_beside_a_list_of_facilities_is_an_office() -> None:
    assert is_facility_list(UHC_FACILITY)
    assert not is_facility_list(())
    assert not is_facility_list(("11",))
    both = [
        series_of(replace(PAYER, places=listed), facility_list=True)
        for listed in (UHC_FACILITY, ())
    ]
    assert both == [
        Series("professional", "facility", "", "dollars"),
        Series("professional", "office", "", "dollars"),
    ]
    assert series_of(PAYER) == Series("professional", "any", "", "dollars")
    assert place_setting(("CSTM-00",), facility_list=True) == "any"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("26", "26"),
        ("tc", "TC"),
        ("00", ""),
        ("360", ""),
        ("0361 360", ""),
        ("26 360", "26"),
        ("26 TC", None),
        ("50", None),
        ("LT RT", None),
        ("-L ON", None),
        ("80 AS", None),
    ],
)
def test_modifiers(text: str, expected: str | None) -> None:
    assert modifier_of(text) == expected


@pytest.mark.parametrize(
    ("pctc", "modifiers", "expected"),
    [
        ("1", "26", "26"),
        ("1", "TC", "TC"),
        ("1", "", ""),
        ("0", "", ""),
        ("0", "26", "modifier_not_applicable"),
        ("3", "TC", "modifier_not_applicable"),
        ("6", "26", "26"),
        ("6", "TC", "modifier_not_applicable"),
        ("", "TC", "TC"),
    ],
)
def test_the_indicator_says_which_parts_there_are(pctc: str, modifiers: str, expected: str) -> None:
    found = series_of(replace(PAYER, modifiers=modifiers), pctc=pctc)
    assert (found if isinstance(found, str) else found.modifier) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "algorithm"}, "words_only"),
        ({"code": "CSTM-00"}, "catch_all_code"),
        ({"code": "64640", "code_type": "CSTM-ALL"}, "catch_all_code"),
        ({"code": "CSTM-KNEE"}, "catch_all_code"),
        ({"code_type": "local"}, "local_code"),
        ({"arrangement": "bundle"}, "not_fee_for_service"),
        ({"arrangement": "capitation"}, "not_fee_for_service"),
        ({"arrangement": ""}, "not_fee_for_service"),
        ({"kind": "derived"}, "derived_amount"),
        ({"modifiers": "50"}, "other_modifier"),
    ],
)
def test_reasons(changes: dict[str, Any], expected: str) -> None:
    assert series_of(replace(PAYER, **changes)) == expected


@pytest.mark.parametrize("kind", ["dollars", "percentage", "per_diem", "case"])
def test_kinds_are_never_pooled(kind: Any) -> None:
    found = series_of(replace(HOSPITAL, kind=kind))
    assert isinstance(found, Series)
    assert found.kind == kind


@pytest.mark.parametrize(
    ("changes", "bill_type", "setting"),
    [
        ({"setting": "outpatient"}, "facility", "outpatient"),
        ({"setting": "Inpatient", "billing_class": "facility"}, "facility", "inpatient"),
        ({"setting": "both"}, "facility", "any"),
        ({"setting": "both", "plan_name": "PPO_Inpatient"}, "facility", "inpatient"),
        ({"setting": "both", "plan_name": "HB OUTPATIENT PPO"}, "facility", "outpatient"),
        ({"setting": "both", "plan_name": "inpatient/outpatient"}, "facility", "any"),
        ({"setting": "outpatient", "plan_name": "PPO_Inpatient"}, "facility", "outpatient"),
        ({"setting": "both", "billing_class": "professional"}, "professional", "facility"),
        ({"setting": "outpatient", "billing_class": "Professional"}, "professional", "facility"),
        (
            {"setting": "both", "billing_class": "both", "plan_name": "PPO_Professional_MD"},
            "professional",
            "facility",
        ),
        ({"setting": "both", "billing_class": "both"}, "unclear", "any"),
        ({"code": "470", "code_type": "MS-DRG", "setting": ""}, "facility", "inpatient"),
        ({"code": "0360", "code_type": "RC", "setting": "outpatient"}, "facility", "outpatient"),
        ({"code": "5431", "code_type": "APC", "setting": "both"}, "facility", "outpatient"),
        ({"code_type": "HCPCS", "setting": "outpatient"}, "facility", "outpatient"),
    ],
)
def test_of_hospitals(changes: dict[str, Any], bill_type: str, setting: str) -> None:
    found = series_of(replace(HOSPITAL, **changes))
    assert isinstance(found, Series)
    assert (found.bill_type, found.setting) == (bill_type, setting)


@pytest.mark.parametrize(
    ("changes", "evidence", "bill_type", "setting"),
    [
        ({"places": ("11",)}, TRUSTED, "professional", "office"),
        ({"places": ("24",)}, TRUSTED, "professional", "facility"),
        ({"places": ("24",)}, CENTERS, "facility", "asc"),
        ({"places": ("11",)}, CENTERS, "professional", "office"),
        ({"billing_class": "institutional"}, TRUSTED, "facility", "any"),
        ({"billing_class": "institutional", "places": ("24",)}, TRUSTED, "facility", "asc"),
        ({"billing_class": "institutional", "places": ("21",)}, TRUSTED, "facility", "inpatient"),
        (
            {"billing_class": "institutional", "places": ("19", "22")},
            TRUSTED,
            "facility",
            "outpatient",
        ),
        (
            {"billing_class": "institutional", "setting": "outpatient"},
            TRUSTED,
            "facility",
            "outpatient",
        ),
        ({"billing_class": "institutional"}, UNTRUSTED, "unclear", "any"),
        ({"billing_class": "institutional", "places": ("11",)}, UNTRUSTED, "unclear", "office"),
        ({"billing_class": "both"}, TRUSTED, "unclear", "any"),
        ({"billing_class": ""}, TRUSTED, "unclear", "any"),
        (
            {"billing_class": "institutional", "code": "0209", "code_type": "RC"},
            UNTRUSTED,
            "facility",
            "any",
        ),
    ],
)
def test_of_payers(
    changes: dict[str, Any], evidence: FileEvidence, bill_type: str, setting: str
) -> None:
    found = series_of(replace(PAYER, **changes), evidence=evidence)
    assert isinstance(found, Series)
    assert (found.bill_type, found.setting) == (bill_type, setting)


def test_all_institutional_with_visits_is_not_believed() -> None:
    """The counts of Evry Health's file of 2025-06-23."""
    rows = {
        ClassUse("institutional", "either", ()): 30113,
        ClassUse("institutional", "physician", ()): 96,
    }
    found = file_evidence(rows)
    assert not found.trusted
    assert "institutional" in found.reason
    del rows[ClassUse("institutional", "physician", ())]
    assert file_evidence(rows) == TRUSTED


def test_all_professional_at_surgical_centers_is_their_schedule() -> None:
    """The counts of CareFirst's file of 2022."""
    rows = {
        ClassUse("professional", "either", ("24",)): 122308,
        ClassUse("professional", "either", ("11",)): 1,
        ClassUse("professional", "either", ("25",)): 1,
    }
    found = file_evidence(rows)
    assert found.trusted
    assert found.centers
    rows[ClassUse("professional", "either", ("21", "22"))] = 40000
    assert file_evidence(rows) == TRUSTED


def test_a_file_of_both_classes_is_believed() -> None:
    rows = {
        ClassUse("institutional", "physician", ()): 5000,
        ClassUse("professional", "either", ("11",)): 5000,
    }
    assert file_evidence(rows) == TRUSTED


def test_all_professional_with_revenue_codes_is_not_believed() -> None:
    rows = {
        ClassUse("professional", "facility", ()): 10,
        ClassUse("professional", "either", ("11",)): 5000,
    }
    assert not file_evidence(rows).trusted


@pytest.mark.parametrize(
    ("code", "code_type", "expected"),
    [
        ("99231", "CPT", "physician"),
        ("01992", "CPT", "physician"),
        ("99213", "CPT", "either"),
        ("64640", "HCPCS", "either"),
        ("0360", "RC", "facility"),
        ("470", "MS-DRG", "facility"),
        ("J1885", "HCPCS", "either"),
    ],
)
def test_who_may_bill_a_code(code: str, code_type: str, expected: str) -> None:
    assert code_kind(code, code_type) == expected
