"""GPCI: every layout, footnotes, marks on names, and the year or quarter covered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from filekit import a_file, printed_cells, zipped
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.cms_pfs_gpci import discover, read
from payeratlas.tables.reading import Batch

Sample = Callable[[str], SourceFile]


@pytest.fixture
def gpci(sample: Callable[[str, str], SourceFile]) -> Sample:
    return lambda name: sample("cms_pfs_gpci", name)


def indices(batch: Batch, mac: str, locality: str) -> tuple[object, ...]:
    places = list(zip(batch.columns["mac"], batch.columns["locality"], strict=True))
    at = places.index((mac, locality))
    names = ("state", "locality_name", "work_gpci", "pe_gpci", "mp_gpci")
    return tuple(batch.columns[name][at] for name in names)


@pytest.mark.parametrize(
    ("name", "epoch", "ohio"),
    [
        ("GPCI2025.csv", "2025", ("OH", "OHIO", "1.000", "0.911", "1.033")),
        ("GPCI2026.csv", "2026", ("OH", "OHIO", "1.000", "0.913", "1.008")),
        ("gpci_rvu24ar.csv", "converted-2021", ("OH", "OHIO", "1.000", "0.911", "1.033")),
        ("gpci_rvu20a.csv", "converted-2020", (None, "OHIO", "1.000", "0.915", "1.049")),
    ],
)
def test_every_layout(gpci: Sample, name: str, epoch: str, ohio: tuple[str, ...]) -> None:
    (batch,) = read([gpci(name)]).batches
    assert batch.epoch.id == epoch
    state, name, *figures = indices(batch, "15202", "00")
    assert (state, name, *map(str, figures)) == ohio
    assert "gpci_gaf" not in {binding.heading for binding in batch.bindings.values()}


def test_marks_leave_the_name_and_notes_are_counted(gpci: Sample) -> None:
    (batch,) = read([gpci("GPCI2026.csv")]).batches
    assert indices(batch, "02102", "01")[1] == "ALASKA"
    assert indices(batch, "03602", "21")[1] == "WYOMING"
    assert not any("*" in str(name) for name in batch.columns["locality_name"])
    assert dict(batch.account.rejected) == {"blank record": 3, "footnote": 6}
    texts = {text for _, _, text in printed_cells(batch)}
    assert {"ALASKA*", "WYOMING**"} <= texts
    assert batch.bindings["work_gpci"].heading == "2026 PW GPCI (with 1.0 Floor)***"


def test_dropped_zeros_are_no_loss(gpci: Sample) -> None:
    (batch,) = read([gpci("GPCI2025.csv")]).batches
    assert indices(batch, "02102", "01")[2:] == (
        Decimal("1.500"),
        Decimal("1.081"),
        Decimal("0.592"),
    )
    odd = [text for text in batch.printed if text]
    assert all("locality_name" in text for text in odd), "figures print canonically"


def test_a_calendar_year_is_covered(gpci: Sample) -> None:
    release = read([gpci("GPCI2025.csv")]).release  # cut, so its sha256 is not pinned
    assert release.id == "cy2025-excerpt"
    assert release.covers == Period(date(2025, 1, 1), date(2026, 1, 1))
    assert release.issued == date(2025, 1, 1)
    assert "first covered day" in release.issued_basis


def test_the_next_year_needs_no_new_layout(gpci: Sample) -> None:
    data = gpci("GPCI2026.csv").data.replace(b"CY 2026", b"CY 2027").replace(b"2026 P", b"2027 P")
    reading = read([a_file("GPCI2027.csv", data.replace(b"2026 MP", b"2027 MP"))])
    assert reading.release.covers.start == date(2027, 1, 1)
    assert reading.batches[0].bindings["pe_gpci"].heading == "2027 PE GPCI"


def test_headings_of_another_year_than_the_title_are_refused(gpci: Sample) -> None:
    data = gpci("GPCI2026.csv").data.replace(b"2026 PE", b"2025 PE")
    with pytest.raises(FileError, match="'2025 PE GPCI' is not known"):
        read([a_file("GPCI2026.csv", data)])


def test_two_work_columns_are_refused_by_name(gpci: Sample) -> None:
    data = gpci("GPCI2026.csv").data
    data = data.replace(
        b"2026 PW GPCI (with", b"2026 PW GPCI (without 1.0 Floor),2026 PW GPCI (with"
    )
    with pytest.raises(FileError, match=r"column '2026 PW GPCI \(without 1\.0 Floor\)'"):
        read([a_file("GPCI2026.csv", data)])


def test_a_proposed_table_is_never_final(gpci: Sample) -> None:
    data = gpci("GPCI2026.csv").data.replace(b"FINAL", b"PROPOSED")
    release = read([a_file("GPCI2026.csv", data)]).release
    assert release.status == "proposed"
    assert release.id.startswith("cy2026-proposed")


def test_a_name_or_an_archive_gives_the_quarter(
    gpci: Sample, sample: Callable[[str, str], SourceFile]
) -> None:
    assert read([gpci("gpci_rvu24ar.csv")]).release.covers.start == date(2024, 3, 9)
    october = sample("cms_pfs_rvu", "PPRRVU2025_Oct.csv").data
    members = {"RVU25D/GPCI2025.csv": gpci("GPCI2025.csv").data, "RVU25D/GPCI2025.txt": "x"}
    archive = zipped({**members, "RVU25D/PPRRVU2025_Oct.csv": october})
    reading = read([a_file("rvu25d-0.zip", archive)])
    assert reading.release.covers == Period(date(2025, 10, 1), date(2026, 1, 1))
    assert reading.release.issued == date(2025, 9, 11)
    assert "PPRRVU2025_Oct.csv of the same archive" in reading.release.issued_basis
    assert reading.batches[0].member == "RVU25D/GPCI2025.csv"
    alone = read([a_file("rvu25d-0.zip", zipped(members))]).release
    assert alone.covers.start == date(2025, 10, 1)
    assert "not printed" in alone.issued_basis


def test_a_table_that_says_no_year_is_refused(gpci: Sample) -> None:
    with pytest.raises(FileError, match="prints no year"):
        read([a_file("gpci.csv", gpci("gpci_rvu20a.csv").data)])


def test_only_one_table_makes_a_release(gpci: Sample) -> None:
    with pytest.raises(FileError, match="2 files of GPCI"):
        read([gpci("GPCI2025.csv"), gpci("GPCI2026.csv")])


def test_discover_offers_the_archives() -> None:
    page = b'<a href="/files/zip/rvu26c.zip">C</a>'
    assert [f.url for f in discover(lambda url: page)] == [
        "https://www.cms.gov/files/zip/rvu26c.zip"
    ]
