"""Facts of utilization, drug limits and laboratory rates: stated, unknown, last known, absent."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from payeratlas.formats import SourceFile
from payeratlas.model.amounts import Money
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Citation, Derivation
from payeratlas.model.time import AsOf, Period
from payeratlas.pages.facts import asp, clfs, utilization
from payeratlas.pricing import rerun
from payeratlas.store import Store

FILES = {
    "cms_utilization": ("utilization/salonipat_2023_Filtered_RF_Geography_Service.csv",),
    "cms_asp": ("asp/asp_2026-01_payment_limits.csv",),
    "cms_clfs": ("clfs/CLFS_2025_Q1V1.csv",),
}
CY2023 = AsOf(date(2023, 6, 30))
JANUARY_2026 = AsOf(date(2026, 1, 15))
MARCH_2025 = AsOf(date(2025, 3, 31))


@pytest.fixture(scope="module")
def store(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The real files, published."""
    held = Store(tmp_path_factory.mktemp("store"), None)
    for source, names in FILES.items():
        files = [SourceFile.open(shared_data / "cms" / name) for name in names]
        reading = importlib.import_module(f"payeratlas.sources.{source}").read(files)
        held.publish(reading, files)
    yield held
    held.close()


def one(facts: list[Fact], measure: str, subject: str = "") -> Fact:
    (found,) = [f for f in facts if f.measure == measure and subject in ("", f.subject)]
    return found


def opened(fact: Fact, store: Store) -> Fact:
    """The Fact, after its citations opened in the publisher's file and its rule ran again."""
    for cited in fact.citations():
        assert store.reopen(cited).level == "bytes"
    if isinstance(fact.basis, Citation):
        value = fact.value.amount if isinstance(fact.value, Money) else fact.value
        printed = fact.basis.text
        assert value == (printed if isinstance(value, str) else Decimal(printed))
    if isinstance(fact.basis, Derivation):
        values = {role: given.value for role, given in fact.basis.inputs}
        settings = dict(fact.basis.settings)
        assert rerun(fact.basis.rule, values, settings) == fact.value  # type: ignore[arg-type]
    return fact


def test_64640_in_2023(store: Store) -> None:
    found = utilization.facts("64640", CY2023, store)
    assert [fact.measure for fact in found] == [m.id for m in utilization.MEASURES]
    values = {fact.measure: opened(fact, store).value for fact in found}
    assert values == {
        "utilization.services.office": 50714,
        "utilization.beneficiaries.office": 15828,
        "utilization.providers.office": 2795,
        "utilization.allowed_average.office": Money(Decimal("169.72")),
        "utilization.services.facility": 36809,
        "utilization.beneficiaries.facility": 10922,
        "utilization.providers.facility": 2477,
        "utilization.allowed_average.facility": Money(Decimal("86.45")),
    }
    average = one(found, "utilization.allowed_average.office")
    assert [cited.text for cited in average.citations()] == ["169.71801948"]
    assert average.period == Period(date(2023, 1, 1), date(2024, 1, 1))


def test_another_year_is_not_covered_and_tells_the_last(store: Store) -> None:
    for fact in utilization.facts("64640", AsOf(date(2025, 10, 15)), store):
        assert isinstance(fact.value, Unknown)
        assert fact.value.reason == "not_covered"
        assert fact.value.last_known is not None
        assert fact.value.last_known.measure == fact.measure
        opened(fact.value.last_known, store)
    services = one(
        utilization.facts("64640", AsOf(date(2025, 10, 15)), store), "utilization.services.office"
    )
    assert isinstance(services.value, Unknown)
    assert services.value.last_known is not None
    assert services.value.last_known.value == 50714


def test_what_was_not_yet_known_is_not_told(store: Store) -> None:
    early = AsOf(date(2023, 6, 30), known_on=date(2024, 6, 30))
    for fact in utilization.facts("64640", early, store):
        assert isinstance(fact.value, Unknown)
        assert fact.value.last_known is None
    assert asp.facts("64640", early, store) == []
    (limit, *_) = asp.facts("J0585", early, store)
    assert isinstance(limit.value, Unknown)
    assert limit.value.last_known is None


def test_a_code_that_an_excerpt_leaves_out_is_not_covered(store: Store) -> None:
    for fact in utilization.facts("99213", CY2023, store):
        assert isinstance(fact.value, Unknown)
        assert fact.value.reason == "not_covered"
        assert "excerpt" in fact.value.detail


def test_a_setting_without_a_row_is_unknown_beside_the_other(
    tmp_path: Path, shared_data: Path
) -> None:
    lines = (shared_data / "cms" / FILES["cms_utilization"][0]).read_bytes().splitlines(True)
    kept = [line for line in lines if not (b",64640," in line and b",N,F," in line)]
    file = SourceFile.of("MUP_PHY_R25_P05_V20_D23_Geo.csv", b"".join(kept))
    reading = importlib.import_module("payeratlas.sources.cms_utilization").read([file])
    for complete, reason in ((False, "not_covered"), (True, "not_listed")):
        held = Store(tmp_path / reason, None)
        held.publish(replace(reading, release=replace(reading.release, complete=complete)), [file])
        found = utilization.facts("64640", CY2023, held)
        assert one(found, "utilization.services.office").value == 50714
        facility = one(found, "utilization.services.facility").value
        assert isinstance(facility, Unknown)
        assert facility.reason == reason
        assert (utilization.FEW in facility.detail) == complete
        held.close()


def test_a_part_of_a_service_stays_a_part(store: Store, tmp_path: Path, shared_data: Path) -> None:
    path = shared_data / "cms" / FILES["cms_utilization"][0]
    data = path.read_bytes().replace(b",50714,", b",50714.5,")
    file = SourceFile.of("MUP_PHY_R25_P05_V20_D23_Geo.csv", data)
    held = Store(tmp_path, None)
    reading = importlib.import_module("payeratlas.sources.cms_utilization").read([file])
    held.publish(reading, [file])
    found = utilization.facts("64640", CY2023, held)
    assert one(found, "utilization.services.office").value == Decimal("50714.5")
    assert one(found, "utilization.services.facility").value == 36809
    held.close()


def test_a_drug_with_its_unit_and_share(store: Store) -> None:
    found = [opened(fact, store) for fact in asp.facts("J0585", JANUARY_2026, store)]
    assert [fact.value for fact in found] == [Decimal("6.510"), "1 UNIT", Decimal("20.000")]
    assert [fact.unit for fact in found] == ["USD per billing unit", "text", "percent"]
    assert found[0].period == Period(date(2026, 1, 1), date(2026, 4, 1))


def test_a_drug_without_a_limit_is_not_priced(store: Store) -> None:
    limit = one(asp.facts("A9606", JANUARY_2026, store), "asp.payment_limit")
    assert isinstance(limit.value, Unknown)
    assert limit.value.reason == "not_priced"
    assert "contractor prices it" in limit.value.detail
    assert "microCurie 100% WAC = $169.02" in limit.value.detail
    assert one(asp.facts("A9606", JANUARY_2026, store), "asp.dosage").value == "1 microCurie"


def test_a_drug_of_another_quarter_tells_the_last_limit(store: Store) -> None:
    limit, *_ = asp.facts("J0585", AsOf(date(2026, 7, 1)), store)
    assert isinstance(limit.value, Unknown)
    assert limit.value.reason == "not_covered"
    assert limit.value.last_known is not None
    assert limit.value.last_known.value == Decimal("6.510")
    none, *_ = asp.facts("A9606", AsOf(date(2026, 7, 1)), store)
    assert isinstance(none.value, Unknown)
    assert none.value.last_known is None, "what had no price is no last known one"


def test_a_j_code_that_is_not_listed_says_so_and_other_codes_say_nothing(store: Store) -> None:
    limit, *_ = asp.facts("J3490", JANUARY_2026, store)
    assert isinstance(limit.value, Unknown)
    assert limit.value.reason == "not_listed"
    assert asp.NOT_A_DECISION in limit.value.detail
    for code in ("64640", "99213", "G0463", "80053"):
        assert asp.facts(code, JANUARY_2026, store) == []


def test_a_laboratory_test_and_its_waived_version(store: Store) -> None:
    found = [opened(fact, store) for fact in clfs.facts("80053", MARCH_2025, store)]
    rate = Money(Decimal("10.56"))
    assert [(f.subject, f.value) for f in found] == [("80053", rate), ("80053-QW", rate)]
    assert [cited.text for cited in found[0].citations()] == ["00010.56"]


def test_a_test_that_the_contractor_prices_is_not_priced(store: Store) -> None:
    (fact,) = clfs.facts("82233", MARCH_2025, store)
    assert isinstance(fact.value, Unknown)
    assert fact.value.reason == "not_priced"
    assert "contractor sets one" in fact.value.detail


def test_a_test_of_another_quarter_tells_the_last_rates(store: Store) -> None:
    found = clfs.facts("80053", AsOf(date(2025, 4, 1)), store)
    assert [fact.subject for fact in found] == ["80053", "80053-QW"]
    for fact in found:
        assert isinstance(fact.value, Unknown)
        assert fact.value.last_known is not None
        assert fact.value.last_known.subject == fact.subject
    (fact,) = clfs.facts("82233", AsOf(date(2025, 4, 1)), store)
    assert isinstance(fact.value, Unknown)
    assert fact.value.last_known is None


def test_a_code_that_is_no_test_says_nothing(store: Store) -> None:
    for code in ("64640", "99213", "J0585", "88305"):
        assert clfs.facts(code, MARCH_2025, store) == []
    (fact,) = clfs.facts("9999U", MARCH_2025, store)
    assert isinstance(fact.value, Unknown)
    assert fact.value.reason == "not_listed"


@pytest.mark.parametrize("family", [utilization, asp, clfs])
def test_families_state_only_their_measures(family: object, store: Store) -> None:
    known = {measure.id: measure.unit for measure in family.MEASURES}  # type: ignore[attr-defined]
    for code, as_of in (("64640", CY2023), ("J0585", JANUARY_2026), ("80053", MARCH_2025)):
        for fact in family.facts(code, as_of, store):  # type: ignore[attr-defined]
            assert known[fact.measure] == fact.unit
