"""MUE: CMS's own layout for each service, the conversions, and the date that only a name gives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from filekit import a_file, printed_cells, zipped
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.ncci_mue import discover, read
from payeratlas.tables.reading import Batch, Reading

Sample = Callable[[str], SourceFile]
CMS = "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv"
PAIRED = "claygood_mue_2026_subset_64xxx.csv"
CONVERTED = tuple(
    f"northstar_mue_{service}_eff2024-07-01.csv"
    for service in ("practitioner", "outpatient", "dme")
)


@pytest.fixture
def mue(sample: Callable[[str, str], SourceFile]) -> Sample:
    return lambda name: sample("ncci_mue", name)


def of(reading: Reading, service: str) -> Batch:
    (batch,) = [b for b in reading.batches if b.constants["service"] == service]
    return batch


def edit(batch: Batch, code: str) -> tuple[object, ...]:
    at = list(batch.columns["hcpcs"]).index(code)
    return tuple(batch.columns[name][at] for name in ("service", "mue", "mai", "rationale"))


def test_cms_layout_has_a_notice_and_a_heading_of_several_lines(mue: Sample) -> None:
    reading = read([mue(CMS)])
    batch = of(reading, "practitioner")
    assert batch.epoch.id == "cms-practitioner"
    assert batch.ordinals[0] == 3, "records are counted, not lines"
    assert batch.bindings["hcpcs"].heading == "HCPCS/ CPT Code"
    assert edit(batch, "0002M") == ("practitioner", 1, "3", "Nature of Analyte")
    assert "3 Date of Service Edit: Clinical" in {text for _, _, text in printed_cells(batch)}
    assert reading.release.id == "mue2026q3-excerpt"
    assert reading.release.covers == Period(date(2026, 7, 1), date(2026, 10, 1))


@pytest.mark.parametrize(
    ("heading", "service"),
    [
        ("Practitioner Services MUE Values", "practitioner"),
        ("Outpatient Hospital Services MUE Values", "hospital"),
        ("DME Supplier Services MUE Values", "dme"),
    ],
)
def test_the_heading_names_the_service(mue: Sample, heading: str, service: str) -> None:
    data = mue(CMS).data.decode().replace("Practitioner Services MUE Values", heading)
    member = f"MCR_MUE_{service}_Eff_10-01-2026.csv"
    archive = a_file("mue.zip", zipped({member: data, member.replace("csv", "xlsx"): "x"}))
    reading = read([archive])
    assert of(reading, service).epoch.id == f"cms-{service}"
    assert reading.release.covers.start == date(2026, 10, 1)


def test_three_files_make_one_release(mue: Sample) -> None:
    reading = read([mue(name) for name in CONVERTED])
    assert reading.release.id.startswith("mue2024q3")
    assert reading.release.covers == Period(date(2024, 7, 1), date(2024, 10, 1))
    assert edit(of(reading, "practitioner"), "64640") == (
        "practitioner",
        5,
        "3",
        "Clinical: Data",
    )
    assert edit(of(reading, "hospital"), "J0585")[1] == 600
    assert edit(of(reading, "dme"), "E0100") == ("dme", 1, "3", "Nature of Equipment")
    assert "64640" not in of(reading, "dme").columns["hcpcs"]
    assert edit(of(reading, "practitioner"), "A4206")[1] == 0
    assert "service" not in of(reading, "dme").bindings


def test_one_or_two_files_are_a_release_too(mue: Sample) -> None:
    reading = read([mue(CONVERTED[1])])
    assert [b.constants for b in reading.batches] == [{"service": "hospital"}]


def test_the_same_service_twice_is_refused(mue: Sample) -> None:
    with pytest.raises(FileError, match="two files hold the same service"):
        read([mue(CONVERTED[0]), mue(CONVERTED[0])])


def test_files_of_two_quarters_are_not_one_release(mue: Sample) -> None:
    with pytest.raises(FileError, match="effective 2026-07-01 and 2024-07-01"):
        read([mue(CMS), mue(CONVERTED[2])])


def test_a_mixed_service_column_is_refused(mue: Sample) -> None:
    file = mue(CONVERTED[0])
    mixed = file.data.replace(b"Practitioner", b"DME Supplier", 1)
    with pytest.raises(FileError, match="'mue_service' should hold one service"):
        read([a_file(file.artifact.name, mixed)])
    other = file.data.replace(b"Practitioner", b"Elsewhere")
    with pytest.raises(FileError, match="'Elsewhere'"):
        read([a_file(file.artifact.name, other)])


def test_the_paired_subset_prints_no_effective_date(mue: Sample) -> None:
    with pytest.raises(FileError, match="prints no effective date") as caught:
        read([mue(PAIRED)])
    assert "_eff2026-07-01.csv" in caught.value.cure
    named = a_file("mue_2026_subset_eff2026-07-01.csv", mue(PAIRED).data)
    reading = read([named])
    assert reading.release.id == "mue2026q3-excerpt"
    assert not reading.release.complete
    for service in ("practitioner", "hospital"):
        assert edit(of(reading, service), "64450") == (service, 10, "3", "Clinical: Data")
    assert of(reading, "hospital").bindings["mue"].position == 5


@pytest.mark.parametrize("printed", ["4 Unknown", "", "Date of Service Edit", "35"])
def test_an_indicator_that_is_none_is_refused(mue: Sample, printed: str) -> None:
    file = mue(CMS)
    data = file.data.replace(b"3 Date of Service Edit: Clinical", printed.encode(), 1)
    with pytest.raises(FileError, match="not an adjudication indicator"):
        read([a_file(CMS, data)])


def test_a_start_within_a_quarter_covers_the_rest_of_it(mue: Sample) -> None:
    release = read([a_file("MCR_MUE_x_Eff_08-15-2026.csv", mue(CMS).data)]).release
    assert release.covers == Period(date(2026, 8, 15), date(2026, 10, 1))


def test_discover_finds_the_tables_of_the_newest_quarter_first() -> None:
    page = b"""
      <a href="/files/zip/medicare-ncci-2026-q2-practitioner-services-mue-table.zip">Q2 P</a>
      <a href="/files/zip/medicare-ncci-2026-q3-practitioner-services-mue-table.zip">Q3 P</a>
      <a href="/files/zip/medicare-ncci-2026-q3-dme-supplier-services-mue-table.zip">Q3 D</a>
      <a href="/files/zip/medicare-ncci-2026q3-practitioner-ptp-edits-ccipra-v322r0-f1.zip">PTP</a>
    """
    assert [f.title for f in discover(lambda url: page)] == ["Q3 P", "Q3 D", "Q2 P"]
