"""Anesthesia conversion factors: every layout, the national one in the heading, the dates."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from filekit import a_file, printed_cells, zipped
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.cms_anesthesia import discover, read
from payeratlas.store import Store
from payeratlas.tables.reading import Batch

Sample = Callable[[str], SourceFile]


@pytest.fixture
def anes(sample: Callable[[str, str], SourceFile]) -> Sample:
    return lambda name: sample("cms_anesthesia", name)


def factors(batch: Batch) -> dict[tuple[object, object], tuple[object, str]]:
    names = ("mac", "locality", "locality_name", "conversion_factor")
    rows = zip(*(batch.columns[name] for name in names), strict=True)
    return {(mac, number): (name, str(factor)) for mac, number, name, factor in rows}


@pytest.mark.parametrize(
    ("name", "epoch", "alaska", "chico"),
    [
        ("ANES2025.csv", "2025", "27.86", "20.27"),
        ("anes_rvu24ar.csv", "converted", "28.54", "20.73"),
        ("anes_rvu20a.csv", "converted", "30.86", "22.29"),
    ],
)
def test_every_layout(anes: Sample, name: str, epoch: str, alaska: str, chico: str) -> None:
    batch = read([anes(name)]).batches[0]
    assert batch.epoch.id == epoch
    found = factors(batch)
    assert found["02102", "01"] == ("ALASKA", alaska), "a lost zero and a mark are mended"
    assert found["01112", "55"] == ("CHICO", chico)
    assert set(batch.columns["participation"]) == {"all"}


def test_the_national_factor_is_cited_from_the_heading(anes: Sample) -> None:
    local, national = read([anes("ANES2025.csv")]).batches
    assert list(national.columns["conversion_factor"]) == [Decimal("20.3178")]
    assert list(printed_cells(national)) == [(1, 4, "National Anes CF of 20.3178")]
    assert national.account.read == national.account.kept == 1
    assert national.bindings["conversion_factor"].heading == "National Anes CF of"
    assert dict(local.account.rejected) == {"blank record": 1}
    assert len(read([anes("anes_rvu24ar.csv")]).batches) == 1


def test_both_tables_of_one_file_open_again(anes: Sample, tmp_path: Path) -> None:
    file = anes("ANES2025.csv")
    for keep in (True, False):
        store = Store(tmp_path / str(keep), None)
        published = store.publish(read([file]), [file], keep_bytes=keep)
        for table in ("anes_cf", "anes_national_cf"):
            row = store.rows(table, published)[0]
            cited = store.cite(row, "conversion_factor")
            assert store.reopen(cited).level == ("bytes" if keep else "table")
        store.close()


def test_another_years_factor_needs_no_new_layout(anes: Sample) -> None:
    data = anes("ANES2025.csv").data.replace(b"20.3178", b"20.9999")
    reading = read([a_file("ANES2027.csv", data)])
    assert reading.batches[1].columns["conversion_factor"][0] == Decimal("20.9999")
    assert reading.release.id.startswith("cy2027")
    assert reading.release.covers == Period(date(2027, 1, 1), date(2028, 1, 1))


def test_two_national_factors_are_refused(anes: Sample) -> None:
    data = anes("ANES2025.csv").data.replace(
        b"National Anes CF of 20.3178", b"National Anes CF of 20.4976,National Anes CF of 20.5998"
    )
    with pytest.raises(FileError, match="of no known layout"):
        read([a_file("ANES2026.csv", data)])


@pytest.mark.parametrize(
    ("name", "start", "status"),
    [
        ("anes_rvu20a.csv", date(2020, 1, 1), "final"),
        ("anes_rvu24ar.csv", date(2024, 3, 9), "correction"),
    ],
)
def test_a_factor_holds_to_the_end_of_its_year(
    anes: Sample, name: str, start: date, status: str
) -> None:
    release = read([anes(name)]).release
    assert release.covers == Period(start, date(start.year + 1, 1, 1))
    assert release.status == status


def test_an_archive_dates_the_file_it_holds(
    anes: Sample, sample: Callable[[str, str], SourceFile]
) -> None:
    october = sample("cms_pfs_rvu", "PPRRVU2025_Oct.csv").data
    archive = zipped({"ANES2025.csv": anes("ANES2025.csv").data, "PPRRVU2025_Oct.csv": october})
    release = read([a_file("rvu25d-0.zip", archive)]).release
    assert release.covers == Period(date(2025, 10, 1), date(2026, 1, 1))
    assert release.issued == date(2025, 9, 11)


def test_the_original_is_pinned_by_its_bytes(shared_data: Path) -> None:
    path = shared_data / "cms" / "pfs" / "rvu25a" / "ANES2025.csv"
    reading = read([SourceFile.open(path)])
    assert reading.release.id == "cy2025"
    assert reading.release.issued == date(2024, 12, 23)
    assert reading.release.complete
    assert [batch.account.kept for batch in reading.batches] == [109, 1]
    with path.open(encoding="cp1252", newline="") as stream:
        records = list(csv.reader(stream))
    for batch in reading.batches:
        for ordinal, position, printed in printed_cells(batch):
            assert records[ordinal - 1][position - 1] == printed


def test_a_file_that_says_no_year_is_refused(anes: Sample) -> None:
    with pytest.raises(FileError, match="prints no year"):
        read([a_file("anes.csv", anes("anes_rvu20a.csv").data)])


def test_only_one_table_makes_a_release(anes: Sample) -> None:
    with pytest.raises(FileError, match="2 files of ANES"):
        read([anes("ANES2025.csv"), anes("anes_rvu20a.csv")])


def test_discover_offers_the_archives() -> None:
    page = b'<a href="/files/zip/rvu26c.zip">C</a>'
    assert [f.url for f in discover(lambda url: page)] == [
        "https://www.cms.gov/files/zip/rvu26c.zip"
    ]
