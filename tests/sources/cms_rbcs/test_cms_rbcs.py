"""RBCS: assignments and reassignments, days, and the release that a table names."""

from __future__ import annotations

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


def test_discover_finds_the_newest_first() -> None:
    page = b"""
      <a href="/sites/default/files/2023-01/RBCS_RY_2022.csv">2022</a>
      <a href="/sites/default/files/2025-01/RBCS_RY_2025.csv">2025</a>
    """
    assert [f.title for f in discover(lambda url: page)] == ["2025", "2022"]
