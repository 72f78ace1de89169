"""LOCCO: lost zeros, states printed once, a row printed twice; csv and workbook alike."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest

from filekit import a_file, workbook, zipped
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.cms_pfs_localities import discover, read
from payeratlas.tables.reading import Batch

Rows = list[tuple[object, ...]]


@pytest.fixture
def locco(sample: Callable[[str, str], SourceFile]) -> SourceFile:
    return sample("cms_pfs_localities", "25LOCCO.csv")


def as_workbook(file: SourceFile) -> bytes:
    """The same table as CMS's workbook has it: numbers are text with their zeros."""
    rows = list(csv.reader(io.StringIO(file.data.decode(), newline="")))
    for row in rows[3:]:
        if row[0].strip().isdigit():
            row[:2] = [row[0].zfill(5), row[1].zfill(2)]
    return workbook(rows)


def rows(batch: Batch) -> Rows:
    names = ("mac", "locality", "state_name", "area")
    return list(zip(*(batch.columns[name] for name in names), strict=True))


EXPECTED_START = [
    ("02102", "01", "ALASKA", "STATEWIDE"),
    ("01182", "18", "CALIFORNIA", "LOS ANGELES-LONG BEACH-ANAHEIM (LOS ANGELES CNTY)"),
    ("01182", "71", "CALIFORNIA", "EL CENTRO"),
]


def test_zeros_come_back_and_states_are_carried_down(locco: SourceFile) -> None:
    reading = read([locco])
    (batch,) = reading.batches
    assert batch.epoch.id == "csv"
    found = rows(batch)
    assert found[:3] == EXPECTED_START
    assert ("13202", "03", "NEW YORK", "POUGHKPSIE/N NYC SUBURBS") in found
    assert ("15202", "00", "OHIO", "STATEWIDE") in found
    assert reading.release.covers == Period(date(2025, 1, 1), date(2026, 1, 1))


def test_the_row_printed_twice_is_merged_and_the_note_counted(locco: SourceFile) -> None:
    (batch,) = read([locco]).batches
    assert batch.account.merged == (("the same row printed twice", 1),)
    assert dict(batch.account.rejected)["footnote"] == 1
    assert [r for r in rows(batch) if r[0] == "05302"][-1][1:] == (
        "99",
        "MISSOURI",
        "REST OF STATE*",
    )


def test_the_workbook_gives_the_same_rows(locco: SourceFile) -> None:
    reading = read([a_file("25LOCCO.xlsx", as_workbook(locco))])
    assert reading.batches[0].epoch.id == "workbook"
    assert rows(reading.batches[0]) == rows(read([locco]).batches[0])


def test_in_an_archive_the_workbook_is_read(
    locco: SourceFile, sample: Callable[[str, str], SourceFile]
) -> None:
    archive = zipped(
        {
            "25LOCCO.csv": locco.data,
            "25LOCCO.xlsx": as_workbook(locco),
            "PPRRVU25_JAN.csv": sample("cms_pfs_rvu", "PPRRVU25_JAN.csv").data,
        }
    )
    reading = read([a_file("rvu25a.zip", archive)])
    assert reading.batches[0].member == "25LOCCO.xlsx"
    assert reading.release.id.startswith("rvu25a")
    assert reading.release.issued == date(2024, 12, 23)


def test_a_title_without_a_year_is_refused(locco: SourceFile) -> None:
    with pytest.raises(FileError, match="prints no title"):
        read([a_file("LOCCO.csv", locco.data.replace(b"IN 2025", b"IN"))])


def test_a_contractor_that_is_no_number_is_refused(locco: SourceFile) -> None:
    with pytest.raises(FileError, match="five-digit contractor number"):
        read([a_file("25LOCCO.csv", locco.data.replace(b"15202,0,OHIO", b"1S202,0,OHIO"))])
    book = as_workbook(a_file("25LOCCO.csv", locco.data.replace(b"15202,0,", b"A5202,0,")))
    with pytest.raises(FileError, match="five-digit contractor number"):
        read([a_file("25LOCCO.xlsx", book)])


def test_discover_offers_the_archives() -> None:
    found = discover(lambda url: b'<a href="/files/zip/rvu26c.zip">C</a>')
    assert [f.title for f in found] == ["C"]
