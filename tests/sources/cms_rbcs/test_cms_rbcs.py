"""RBCS: assignments and reassignments, days, and the release that a table names."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest

from filekit import a_file, printed_cells
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.sources.cms_rbcs import discover, read

NAME = "northstar_rbcs_2024pull.csv"


@pytest.fixture
def file(sample: Callable[[str, str], SourceFile]) -> SourceFile:
    return sample("cms_rbcs", NAME)


def test_64640_and_which_heading_is_which(file: SourceFile) -> None:
    (batch,) = read([file]).batches
    at = list(batch.columns["hcpcs"]).index("64640")
    assert {name: values[at] for name, values in batch.columns.items()} == {
        "hcpcs": "64640",
        "category": "Procedure",
        "subcategory": "Musculoskeletal",
        "family": "No RBCS Family",
        "major": "Other",
        "added": date(1984, 1, 1),
        "ended": None,
        "assigned": date(2014, 1, 1),
    }
    assert "9999-12-31" in {text for _, _, text in printed_cells(batch)}


def test_a_code_assigned_anew_stands_again(file: SourceFile) -> None:
    (batch,) = read([file]).batches
    rows = zip(batch.columns["hcpcs"], batch.columns["category"], strict=True)
    assert [category for code, category in rows if code == "77002"] == ["Procedure", "Imaging"]
    with pytest.raises(FileError, match="stands twice"):
        read([a_file(NAME, file.data.replace(b"2016-01-01", b"2014-01-01"))])


def test_the_release_stands_open_from_the_first_assignment(file: SourceFile) -> None:
    release = read([file]).release
    assert release.id == "rbcs2022-excerpt"
    assert date(2013, 12, 31) not in release.covers
    assert date(2026, 7, 1) in release.covers
    assert release.covers.observed
    with pytest.raises(FileError, match=r"releases\.toml names no release"):
        read([a_file("rbcs_2031.csv", file.data)])


# CMS's own layout. The rows of the sample were written by hand in its form: what they say of a code
# is made up from what CMS's converted file says of it, and no row is CMS's.
RAW = "RBCS_RY_2025.csv"


@pytest.fixture
def raw(sample: Callable[[str, str], SourceFile]) -> SourceFile:
    return sample("cms_rbcs", RAW)


def test_cms_own_layout_says_the_same_things(raw: SourceFile) -> None:
    (batch,) = read([raw]).batches
    assert batch.epoch.id == "2025"
    at = list(batch.columns["hcpcs"]).index("27447")
    assert {name: values[at] for name, values in batch.columns.items()} == {
        "hcpcs": "27447",
        "category": "Procedures",
        "subcategory": "Musculoskeletal",
        "family": "Arthroplasty-Knee",
        "major": "Non-Procedure",
        "added": date(1989, 1, 1),
        "ended": None,
        "assigned": date(2014, 1, 1),
    }
    at = list(batch.columns["hcpcs"]).index("0004U")
    assert batch.columns["ended"][at] == date(2017, 12, 31)
    assert list(batch.columns["major"]).count("Major") == 1
    records = [line.split(",") for line in raw.data.decode().splitlines()]
    for ordinal, position, text in printed_cells(batch):
        assert records[ordinal - 1][position - 1] == text


def test_an_older_assignment_is_set_aside_and_counted(raw: SourceFile) -> None:
    (batch,) = read([raw]).batches
    rows = zip(batch.columns["hcpcs"], batch.columns["category"], strict=True)
    assert [category for code, category in rows if code == "77002"] == ["Imaging"]
    account = batch.account
    assert account.rejected == (("older assignment", 1),)
    assert account.read == account.kept + 1 == 6


def test_cms_own_csv_is_dated_by_its_latest_release_year(raw: SourceFile) -> None:
    release = read([raw]).release
    assert release.id == "rbcs-ry2025-excerpt"
    assert release.issued == date(2025, 1, 1)
    assert release.covers.start == date(2014, 1, 1)
    assert release.covers.end is None
    assert release.covers.observed
    later = raw.data.replace(b",1,2025,", b",1,2031,")
    assert read([a_file("rbcs.csv", later)]).release.id == "rbcs-ry2031-excerpt"
    undated = re.sub(rb",20(?:20|25),(?=\d\d/)", b",,", raw.data)
    with pytest.raises(FileError, match=r"releases\.toml names no release"):
        read([a_file("rbcs.csv", undated)])


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"Arthroplasty-Knee,N", b"Arthroplasty-Knee,X", "none of M, O, N"),
        (b"01/01/1989", b"1989/01/01", "cannot be read"),
        (b",0,0\n64640", b",0\n64640", "torn"),
        (b"RBCS_Major_Ind", b"Major", "'Major' is not known"),
        (
            b"77002,MO000O,M,Procedures,MO,Other Organ Systems,000,No RBCS Family,O,01/01/2007,"
            b"12/31/9999,0,2020,01/01/2014",
            b"77002,MO000O,M,Procedures,MO,Other Organ Systems,000,"
            b"No RBCS Family,O,01/01/2007,12/31/9999,1,2020,01/01/2016",
            "stands twice",
        ),
    ],
)
def test_what_is_not_as_cms_prints_it_is_refused(
    raw: SourceFile, old: bytes, new: bytes, says: str
) -> None:
    assert raw.data.count(old) == 1
    with pytest.raises(FileError, match=says) as caught:
        read([a_file("rbcs.csv", raw.data.replace(old, new))])
    assert "rbcs.csv" in caught.value.where


def test_discover_finds_the_newest_first() -> None:
    page = b"""
      <a href="/sites/default/files/2023-01/RBCS_RY_2022.csv">2022</a>
      <a href="/sites/default/files/2025-01/RBCS_RY_2025.csv">2025</a>
    """
    assert [f.title for f in discover(lambda url: page)] == ["2025", "2022"]
