"""Clinical laboratory fee schedule: rates, indicators, and the dates of its parts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from filekit import a_file, printed_cells, zipped
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.cms_clfs import discover, read
from payeratlas.tables.reading import Batch

NAME = "CLFS_2025_Q1V1.csv"


@pytest.fixture
def clfs(sample: Callable[[str, str], SourceFile]) -> SourceFile:
    return sample("cms_clfs", NAME)


def rates(batch: Batch) -> dict[tuple[object, object], tuple[object, object]]:
    names = ("hcpcs", "modifier", "indicator", "rate")
    rows = zip(*(batch.columns[name] for name in names), strict=True)
    return {(code, modifier): (kind, rate) for code, modifier, kind, rate in rows}


def test_rates_with_and_without_the_waiver(clfs: SourceFile) -> None:
    (batch,) = read([clfs]).batches
    found = rates(batch)
    assert found["80053", ""] == found["80053", "QW"] == ("N", Decimal("10.56"))
    assert found["0001U", ""] == ("N", Decimal("720.00"))
    assert found["82233", ""] == ("L", Decimal("0.00"))
    assert set(batch.columns["effective"]) == {date(2025, 1, 1)}
    printed = {text for _, _, text in printed_cells(batch)}
    assert {"00720.00", "20250101", "51.31", "0"} <= printed
    assert not [b for b in batch.bindings.values() if "DESC" in b.heading]


@pytest.mark.parametrize(
    ("name", "id_", "start"),
    [
        (NAME, "clfs2025q1v1-excerpt", date(2025, 1, 1)),
        ("CLFS 2025 Q3V2.csv", "clfs2025q3v2-excerpt", date(2025, 7, 1)),
    ],
)
def test_the_name_gives_quarter_and_version(
    clfs: SourceFile, name: str, id_: str, start: date
) -> None:
    release = read([a_file(name, clfs.data)]).release
    assert release.id == id_
    assert release.covers.start == start
    assert release.covers == Period(start, date(2025, start.month + 3, 1))


def test_the_title_must_agree_with_the_name(clfs: SourceFile) -> None:
    with pytest.raises(FileError, match="the title says 2025"):
        read([a_file("CLFS 2026 Q1V1.csv", clfs.data)])
    with pytest.raises(FileError, match="names no quarter"):
        read([a_file("labs.csv", clfs.data)])
    with pytest.raises(FileError, match="prints no year"):
        read([a_file(NAME, clfs.data.replace(b"2025 Clinical", b"Clinical"))])


def test_an_indicator_that_is_not_known_is_refused(clfs: SourceFile) -> None:
    with pytest.raises(FileError, match="an indicator"):
        read([a_file(NAME, clfs.data.replace(b",N,00720.00", b",X,00720.00"))])


def test_the_archive_is_read(clfs: SourceFile) -> None:
    archive = zipped({"25CLABQ1/CLFS 2025 Q1V1.csv": clfs.data, "layout.pdf": "x"})
    assert read([a_file("25clabq1.zip", archive)]).batches[0].member.startswith("25CLABQ1/")


def test_every_zero_rate_is_the_contractors(shared_data: Path) -> None:
    reading = read([SourceFile.open(shared_data / "cms" / "clfs" / NAME)])
    assert reading.release.complete
    found = rates(reading.batches[0])
    assert {key for key, (kind, _) in found.items() if kind == "L"} == {
        key for key, (_, rate) in found.items() if rate == 0
    }
    waived = [code for code, modifier in found if modifier == "QW"]
    assert len(waived) == 116
    assert all(found[code, "QW"] == found[code, ""] for code in waived)


def test_discover_follows_the_pages_of_the_quarters() -> None:
    index = "https://www.cms.gov/medicare/payment/fee-schedules/"
    index += "clinical-laboratory-fee-schedule-clfs/files"
    pages = {
        index: b'<a href="/medicare/x/25clabq1">Q1</a><a href="/medicare/x/25clabq4">Q4</a>',
        "https://www.cms.gov/medicare/x/25clabq1": b'<a href="/files/zip/25clabq1.zip">one</a>',
        "https://www.cms.gov/medicare/x/25clabq4": b'<a href="/files/zip/25clabq4.zip">four</a>',
    }
    assert [found.title for found in discover(pages.__getitem__)] == ["four", "one"]
