"""Add-on code edits: types, contractor-defined primary codes, and what the conversion lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from filekit import a_file
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.ncci_addon import discover, read

NAME = "northstar_ncci_aoc_2024q3.csv"


@pytest.fixture
def file(sample: Callable[[str, str], SourceFile]) -> SourceFile:
    return sample("ncci_addon", NAME)


def test_add_ons_have_primary_codes(file: SourceFile) -> None:
    reading = read([file])
    (batch,) = reading.batches
    rows = list(zip(*(batch.columns[n] for n in ("addon", "primary", "type")), strict=True))
    assert ("64634", "64633", "1") in rows
    assert ("64636", "64635", "1") in rows
    assert ("0054T", "CCCCC", "2") in rows
    assert set(batch.epoch.lost) == {"effective", "deletion", "instruction"}
    assert reading.release.covers == Period(date(2024, 7, 1), date(2024, 10, 1))
    assert reading.release.id == "aoc2024q3-excerpt"
    assert "deleted" in reading.release.note


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b'"64634",1', b'"64634",4', "a type of add-on code"),
        (b'"CCCCC"', b'"CCCC"', "a primary code"),
        (b'"64634"', b'"6463"', "a CPT or HCPCS code"),
        (b'"aoc_edit_type"', b'"type"', "column 'type' is not known"),
    ],
)
def test_what_is_none_is_refused(file: SourceFile, old: bytes, new: bytes, says: str) -> None:
    with pytest.raises(FileError, match=says):
        read([a_file(NAME, file.data.replace(old, new, 1))])


def test_a_name_without_a_quarter_is_refused(file: SourceFile) -> None:
    with pytest.raises(FileError, match="its name names no quarter"):
        read([a_file("addons.csv", file.data)])
    assert read([a_file("AOC_V2025Q4.csv", file.data)]).release.id.startswith("aoc2025q4")


def test_discover_finds_the_newest_quarter_first() -> None:
    page = b"""
      <a href="/files/zip/medicare-ncci-add-on-code-edits-2025-q4.zip">Q4</a>
      <a href="/files/zip/aoc-v2026q1-mcr.zip">Q1</a>
      <a href="/files/zip/medicare-ncci-2026-q1-dme-supplier-services-mue-table.zip">MUE</a>
    """
    assert [f.title for f in discover(lambda url: page)] == ["Q1", "Q4"]
