"""Facts of hospitals' and surgical centers' schedules: cited, unknown with a reason, last known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest

from payeratlas.formats import SourceFile
from payeratlas.model.amounts import Money
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Citation
from payeratlas.model.time import AsOf
from payeratlas.pages.facts import asc, opps
from payeratlas.store import Store

SAMPLES = Path(__file__).parent.parent / "sources"
OPPS_2024 = "Section_508_version_of_January_Web_2024_Addendum_B.04.24.24.csv"
JUNE = "Section_508_version_of_July_2025_Web_Addendum_B.06.26.25.csv"
JULY = "Section_508_of_July_2025_Web_Addendum_B.07.25.25.csv"
JANUARY = AsOf(date(2025, 1, 15))
SUMMER = AsOf(date(2025, 7, 15))


def publish(store: Store, source: str, names: Sequence[str]) -> None:
    """Publish sample files as if they were whole."""
    files = [SourceFile.open(SAMPLES / source / "samples" / name) for name in names]
    reading = import_module(f"payeratlas.sources.{source}").read(files)
    release = replace(
        reading.release, complete=True, id=reading.release.id.removesuffix("-excerpt")
    )
    store.publish(replace(reading, release=release), files, keep_bytes=False)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("store"), None)
    for name in (OPPS_2024, JUNE, JULY):
        publish(store, "cms_opps_addendum_b", [name])
    for names in (
        ["20210101_AA.txt", "20210101_BB.txt", "20210101_EE.txt"],
        [f"20250101_{addendum}.csv" for addendum in ("AA", "BB", "EE", "FF")],
    ):
        publish(store, "cms_asc_addenda", names)
    return store


def by_measure(facts: Sequence[Fact]) -> dict[str, Fact]:
    found = {fact.measure: fact for fact in facts}
    assert len(found) == len(facts)
    return found


def reason(fact: Fact) -> str:
    assert isinstance(fact.value, Unknown)
    assert fact.value.detail.endswith(".")
    return fact.value.reason


def test_every_fact_is_of_a_listed_measure(store: Store) -> None:
    for family in (opps, asc):
        units = {measure.id: measure.unit for measure in family.MEASURES}
        for code in ("64640", "77003", "J0585", "33533", "99999"):
            for as_of in (JANUARY, SUMMER):
                for fact in family.facts(code, as_of, store):
                    assert fact.unit == units[fact.measure]
                    assert fact.subject == code


def test_64640_in_the_hospital(store: Store) -> None:
    found = by_measure(opps.facts("64640", SUMMER, store))
    assert {m: f.value for m, f in found.items() if f.known} == {
        "opps.status_indicator": "T",
        "opps.apc": "5443",
        "opps.relative_weight": Decimal("9.9843"),
        "opps.payment": Money(Decimal("890.29")),
        "opps.copayment.minimum": Money(Decimal("178.06")),
    }
    assert reason(found["opps.copayment.national"]) == "not_listed"
    basis = found["opps.payment"].basis
    assert isinstance(basis, Citation)
    assert (basis.release, basis.text) == ("opps2025q3-20250725", "$890.29")
    assert store.reopen(basis).text == "$890.29"
    assert found["opps.payment"].period == store.releases("cms_opps_addendum_b")[-1].release.covers


def test_what_is_not_paid_separately_has_no_amount(store: Store) -> None:
    found = by_measure(opps.facts("77003", SUMMER, store))
    assert found["opps.status_indicator"].value == "N"
    for measure in ("opps.apc", "opps.payment", "opps.copayment.minimum"):
        assert reason(found[measure]) == "not_priced"
    assert "opps.copayment.adjusted" not in found
    assert "always part of the payment" in str(found["opps.payment"].value)


def test_a_capped_copayment_is_stated_where_printed(store: Store) -> None:
    found = by_measure(opps.facts("69930", SUMMER, store))
    assert found["opps.copayment.national"].value == Money(Decimal("6942.79"))
    assert found["opps.copayment.adjusted"].value == Money(Decimal("1676.00"))


def test_nothing_to_pay_is_an_amount(store: Store) -> None:
    found = by_measure(opps.facts("71271", SUMMER, store))
    assert found["opps.copayment.national"].value == Money(Decimal("0.00"))


def test_a_drug_is_paid_by_tenths_of_a_cent_and_has_no_weight(store: Store) -> None:
    found = by_measure(opps.facts("C9482", SUMMER, store))
    assert found["opps.payment"].value == Decimal("25.047")
    assert reason(found["opps.relative_weight"]) == "not_listed"


def test_what_was_known_before_the_correction(store: Store) -> None:
    before = AsOf(SUMMER.service_date, known_on=date(2025, 7, 10))
    early, late = (by_measure(opps.facts("Q5146", a, store)) for a in (before, SUMMER))
    assert early["opps.status_indicator"].value == "E2"
    assert reason(early["opps.payment"]) == "not_priced"
    assert late["opps.payment"].value == Decimal("76.181")


def test_a_gap_points_to_what_was_last_known(store: Store) -> None:
    found = by_measure(opps.facts("64640", JANUARY, store))
    payment = found["opps.payment"].value
    assert isinstance(payment, Unknown)
    assert payment.reason == "not_covered"
    assert payment.last_known is not None
    assert payment.last_known.value == Money(Decimal("890.29"))
    early = AsOf(JANUARY.service_date, known_on=date(2025, 1, 1))
    payment = by_measure(opps.facts("64640", early, store))["opps.payment"].value
    assert isinstance(payment, Unknown)
    assert payment.last_known is not None
    assert payment.last_known.value == Money(Decimal("868.45")), "later files were not known"


def test_a_code_that_is_not_listed(store: Store) -> None:
    for family in (opps, asc):
        for fact in family.facts("99999", SUMMER if family is opps else JANUARY, store):
            assert reason(fact) == "not_listed"
            assert isinstance(fact.value, Unknown)
            assert fact.value.last_known is None


def test_64640_in_a_surgical_center(store: Store) -> None:
    found = by_measure(asc.facts("64640", JANUARY, store))
    assert {m: f.value for m, f in found.items()} == {
        "asc.payment_indicator": "P3",
        "asc.payment": Money(Decimal("170.14")),
        "asc.multiple_procedure_discount": True,
    }
    basis = found["asc.payment"].basis
    assert isinstance(basis, Citation)
    assert (basis.artifact.name, basis.text) == ("20250101_AA.csv", "$170.14")
    found = by_measure(asc.facts("64640", AsOf(date(2021, 2, 1)), store))
    assert found["asc.payment"].value == Money(Decimal("186.33"))


def test_services_beside_surgery(store: Store) -> None:
    packaged = by_measure(asc.facts("77003", JANUARY, store))
    assert packaged["asc.payment_indicator"].value == "N1"
    assert reason(packaged["asc.payment"]) == "not_priced"
    assert "asc.multiple_procedure_discount" not in packaged
    drug = by_measure(asc.facts("J0585", JANUARY, store))
    assert drug["asc.payment"].value == Money(Decimal("6.47"))


def test_surgery_that_is_not_paid_for_there(store: Store) -> None:
    found = by_measure(asc.facts("33533", JANUARY, store))
    assert reason(found["asc.payment"]) == "not_priced"
    assert reason(found["asc.payment_indicator"]) == "not_listed"
    assert found["asc.payment"].period == store.releases("cms_asc_addenda")[-1].release.covers


def test_a_center_outside_the_quarters_on_hand(store: Store) -> None:
    for code, last in (("64640", "170.14"), ("J0585", "6.47")):
        payment = by_measure(asc.facts(code, SUMMER, store))["asc.payment"].value
        assert isinstance(payment, Unknown)
        assert payment.reason == "not_covered"
        assert payment.last_known is not None
        assert payment.last_known.value == Money(Decimal(last))


def test_a_rate_beside_an_indicator_without_payment_is_no_price(store: Store) -> None:
    (row,) = store.rows("asc_bb", store.releases("cms_asc_addenda")[-1], hcpcs="J0585")
    printed = replace(row, values={**row.values, "payment_indicator": "N1"})
    assert reason(by_measure(asc.row_facts(printed, store))["asc.payment"]) == "not_priced"
