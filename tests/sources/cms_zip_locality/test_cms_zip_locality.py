"""ZIP codes to localities: years, divided ZIP codes, and the whole file against itself."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from filekit import a_file, zipped
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.cms_zip_locality import discover, read
from payeratlas.store.partition import to_parquet
from payeratlas.tables.reading import Batch, Reading

NAME = "myelin_zip_carrier_locality.csv"


@pytest.fixture
def zips(sample: Callable[[str, str], SourceFile]) -> SourceFile:
    return sample("cms_zip_locality", NAME)


def places(batch: Batch, zip_: str) -> list[tuple[object, ...]]:
    names = ("zip", "plus4", "from_year", "to_year", "carrier", "locality")
    rows = zip(*(batch.columns[name] for name in names), strict=True)
    return [row[1:] for row in rows if row[0] == zip_]


def test_a_zip_a_moved_zip_and_a_divided_one(zips: SourceFile) -> None:
    reading = read([zips])
    (batch,) = reading.batches
    assert places(batch, "60601") == [("", 2020, 9999, "06102", "16")]
    assert places(batch, "90620") == [
        ("", 2020, 2023, "01182", "26"),
        ("", 2024, 9999, "01182", "18"),
    ]
    assert places(batch, "91759") == [
        ("", 2020, 9999, "01112", "62"),
        ("9000", 2020, 9999, "01112", "62"),
        ("9999", 2020, 9999, "01182", "18"),
    ]
    assert not any(batch.printed), "every cell prints its value"


def test_the_years_of_the_rows_date_a_file_that_is_not_pinned(zips: SourceFile) -> None:
    release = read([zips]).release
    assert release.id == "zip2024-excerpt"
    assert not release.complete
    assert release.covers == Period(date(2020, 1, 1), observed=True)
    assert release.issued == date(2024, 1, 1)
    assert "not printed" in release.issued_basis


def test_a_zip_file_may_be_in_an_archive(zips: SourceFile) -> None:
    data = gzip.compress(zips.data)
    assert read([a_file(f"{NAME}.gz", data)]).batches[0].account.kept == 21
    archive = zipped({"geo/zip_carrier_locality.csv": zips.data, "readme.txt": "x"})
    assert read([a_file("geo.zip", archive)]).batches[0].member == "geo/zip_carrier_locality.csv"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"60601,", b"6061,"),
        (b"91759,9999,", b"91759,999,"),
        (b",2024,9999", b",2024,99"),
        (b"06102", b"6102"),
        (b",16", b",6"),
    ],
)
def test_what_is_no_zip_year_or_place_is_refused(zips: SourceFile, old: bytes, new: bytes) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        read([a_file(NAME, zips.data.replace(old, new, 1))])


def test_discover_offers_the_archives_newest_revision_first() -> None:
    page = (
        b'<a href="/files/zip/zip-code-carrier-locality-file-revised-08/14/2025.zip">old</a>'
        b'<a href="/files/zip/zip-code-carrier-locality-file-updated-05-13-2026.zip">new</a>'
        b'<a href="/files/zip/zip-codes-requiring-4-extension.zip">other</a>'
    )
    assert [found.title for found in discover(lambda url: page)] == ["new", "old"]


@pytest.fixture(scope="module")
def whole(shared_data: Path) -> Reading:
    return read([SourceFile.open(shared_data / "cms" / "geo" / f"{NAME}.gz")])


@pytest.mark.slow
def test_the_whole_file(whole: Reading, shared_data: Path) -> None:
    assert whole.release.id == "zip2025"
    assert whole.release.complete
    assert whole.release.issued == date(2025, 8, 14)
    (batch,) = whole.batches
    assert batch.account.read == batch.account.kept == 1_141_776
    with gzip.open(shared_data / "cms" / "geo" / f"{NAME}.gz", "rt", newline="") as stream:
        printed = iter(csv.reader(stream))
        assert next(printed) == [b.heading for b in batch.bindings.values()]
        rows = zip(*batch.columns.values(), strict=True)
        assert all([str(v) for v in row] == cells for row, cells in zip(rows, printed, strict=True))
    assert not any(batch.printed)
    assert list(batch.ordinals) == list(range(2, 1_141_778))


@pytest.mark.slow
def test_what_the_whole_file_says_of_each_year(whole: Reading, shared_data: Path) -> None:
    columns = whole.batches[0].columns
    rows = list(zip(*(columns[name] for name in columns), strict=True))
    counts, localities = {}, {}
    for year in range(2020, 2026):
        held = [row for row in rows if row[2] <= year <= row[3]]  # type: ignore[operator]
        counts[year] = len(held)
        localities[year] = {row[4:] for row in held}
    assert counts[2025] == 1_118_970  # as CMS's own file of August 2025 has, by its users
    assert {year: len(found) for year, found in localities.items()} == {
        **dict.fromkeys((2020, 2021, 2022, 2023), 112),
        **dict.fromkeys((2024, 2025), 109),
    }
    held_by: defaultdict[object, set[object]] = defaultdict(set)
    for zip_, _, start, end, *place in rows:
        if start <= 2025 <= end:  # type: ignore[operator]
            held_by[zip_].add(tuple(place))
    assert len(held_by) == 42_956
    assert sum(len(found) > 1 for found in held_by.values()) == 475
    names = [f"gpci_rvu{y}a.csv" for y in (20, 23)] + ["gpci_rvu24ar.csv"]
    for year, name in zip((2020, 2023, 2024), names, strict=True):
        path = shared_data / "cms" / "pfs" / "rvu20-24" / name
        with path.open(encoding="cp1252", newline="") as stream:
            printed = [r for r in csv.reader(stream) if r and r[0].strip().isdigit()]
        at = 1 if year == 2020 else 2
        assert {(r[0], r[at]) for r in printed} == localities[year]


@pytest.mark.slow
def test_the_whole_file_stays_small_as_a_table(whole: Reading) -> None:
    assert len(to_parquet(whole.batches[0], whole.release, "none")) < 3_500_000
