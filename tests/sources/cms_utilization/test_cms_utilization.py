"""Utilization by geography and by provider type: figures, years, and what makes a release."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from filekit import a_file
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.cms_utilization import discover, read
from payeratlas.tables.reading import Batch

GEOGRAPHY = "MUP_PHY_R25_P05_V20_D23_Geo.csv"
SPECIALTY = "salonipat_2023_RF_Procedure_Volume_by_CPT_and_Provider_Type.csv"
Sample = Callable[[str], SourceFile]


@pytest.fixture
def mup(sample: Callable[[str, str], SourceFile]) -> Sample:
    return lambda name: sample("cms_utilization", name)


def row(batch: Batch, **wanted: str) -> dict[str, object]:
    cells = zip(*batch.columns.values(), strict=True)
    rows = (dict(zip(batch.columns, row, strict=True)) for row in cells)
    (found,) = [r for r in rows if all(r[name] == value for name, value in wanted.items())]
    return found


def test_64640_in_the_office_and_in_facilities(mup: Sample) -> None:
    (batch,) = read([mup(GEOGRAPHY)]).batches
    office = row(batch, level="National", hcpcs="64640", place="O")
    assert office["services"] == 50714
    assert (office["beneficiaries"], office["providers"]) == (15828, 2795)
    assert office["beneficiary_days"] == 22904
    assert office["allowed_average"] == Decimal("169.71801948")
    assert office["geography"] == ""
    assert row(batch, level="National", hcpcs="64640", place="F")["services"] == 36809
    ohio = row(batch, geography="39", hcpcs="64640", place="O")
    assert (ohio["level"], ohio["services"]) == ("State", 1551)
    assert not any(batch.printed), "averages print canonically, trailing zeros dropped"
    assert "HCPCS_Desc" not in {binding.heading for binding in batch.bindings.values()}


def test_the_name_of_cms_file_dates_it(mup: Sample) -> None:
    release = read([mup(GEOGRAPHY)]).release
    assert release.id == "cy2023-excerpt"
    assert release.covers == Period(date(2023, 1, 1), date(2024, 1, 1))
    assert release.issued == date(2025, 1, 1)
    assert not release.complete
    with pytest.raises(FileError, match="prints no date"):
        read([a_file("geo.csv", mup(GEOGRAPHY).data)])


def test_sums_by_provider_type_stand_beside(mup: Sample) -> None:
    geography, specialty = read([mup(GEOGRAPHY), mup(SPECIALTY)]).batches
    assert geography.table.name == "utilization"
    found = row(specialty, hcpcs="64640", provider_type="Orthopedic Surgery")
    assert (found["services"], found["providers"], found["beneficiaries"]) == (9748, 62, 2343)


def test_a_release_needs_the_file_by_geography_once(mup: Sample) -> None:
    for files in ([mup(SPECIALTY)], [mup(GEOGRAPHY), mup(GEOGRAPHY)]):
        with pytest.raises(FileError, match="one file by geography"):
            read(files)


def test_years_are_not_mixed(mup: Sample) -> None:
    other = a_file("MUP_PHY_R26_P05_V10_D24_Geo.csv", mup(GEOGRAPHY).data)
    with pytest.raises(FileError, match="cy2024 and cy2023 were given together"):
        read([other, mup(SPECIALTY)])


def test_services_may_be_parts_of_a_unit_and_places_may_not(mup: Sample) -> None:
    data = mup(GEOGRAPHY).data
    (batch,) = read([a_file(GEOGRAPHY, data.replace(b",50714,", b",50714.5,"))]).batches
    office = row(batch, level="National", hcpcs="64640", place="O")
    assert office["services"] == Decimal("50714.5")
    with pytest.raises(FileError, match="kind of place"):
        read([a_file(GEOGRAPHY, data.replace(b",N,O,2795", b",N,X,2795"))])


def test_the_real_excerpt(shared_data: Path) -> None:
    folder = shared_data / "cms" / "utilization"
    names = ("salonipat_2023_Filtered_RF_Geography_Service.csv", SPECIALTY)
    reading = read([SourceFile.open(folder / name) for name in names])
    assert reading.release.id == "cy2023-excerpt"
    assert reading.release.issued == date(2025, 4, 1)
    geography, specialty = reading.batches
    codes = {"64624", "64625", "64633", "64634", "64635", "64636", "64640", "77002"}
    assert set(geography.columns["hcpcs"]) == set(specialty.columns["hcpcs"]) == codes
    for code in codes:  # sums by provider leave out whole providers, so they stay below
        both = sum(
            row(geography, level="National", hcpcs=code, place=place)["services"]  # type: ignore[misc]
            for place in "FO"
        )
        parts = [
            services
            for hcpcs, services in zip(
                specialty.columns["hcpcs"], specialty.columns["services"], strict=True
            )
            if hcpcs == code
        ]
        assert Decimal(0) < sum(parts) < both  # type: ignore[arg-type]


def test_discover_reads_the_catalog_newest_year_first() -> None:
    base = "https://data.cms.gov/sites/default/files/2025-04/x"
    names = (
        "MUP_PHY_R25_P05_V20_D22_Geo.csv",
        "MUP_PHY_R25_P05_V20_D23_Geo.csv",
        "MUP_PHY_R25_P05_V20_D23_Prov_Svc.csv",
    )
    offers = [{"downloadURL": f"{base}/{name}", "title": name[:-4]} for name in names]
    page = json.dumps({"dataset": [{"distribution": offers}]}).encode()
    assert [found.title for found in discover(lambda url: page)] == [
        "MUP_PHY_R25_P05_V20_D23_Geo",
        "MUP_PHY_R25_P05_V20_D22_Geo",
    ]
