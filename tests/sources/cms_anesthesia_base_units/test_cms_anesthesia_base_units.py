"""Anesthesia base units: the heading over three records, the year it prints, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from filekit import a_file, printed_cells, zipped
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.cms_anesthesia_base_units import discover, read

NAME = "Section 508 compliant version of CY_2022_Anesthesia_Base_Units_110921.txt"


@pytest.fixture
def file(sample: Callable[[str, str], SourceFile]) -> SourceFile:
    """The whole file of 2022."""
    return sample("cms_anesthesia_base_units", NAME)


def test_it_has_the_length_of_the_public_copy(file: SourceFile) -> None:
    assert len(file.data) == 2558
    assert file.data.count(b"\r\n") == file.data.count(b"\n") == 279


def test_every_row_against_a_plain_reading(file: SourceFile) -> None:
    (batch,) = read([file]).batches
    printed = file.data.decode("ascii").replace("\r\n", "\n").split("\n")
    assert [line.split("\t") for line in printed[:3]] == [
        ["CODE", "2022"],
        ["", "BASE"],
        ["", "UNIT"],
    ]
    plain = [line.split("\t") for line in printed[3:] if line]
    rows = zip(batch.columns["hcpcs"], batch.columns["base_units"], strict=True)
    assert [(code, str(units)) for code, units in rows] == [tuple(line) for line in plain]
    assert batch.account.read == batch.account.kept == len(plain) == 276
    assert list(batch.ordinals) == list(range(4, 280))
    for ordinal, position, text in printed_cells(batch):
        assert plain[ordinal - 4][position - 1] == text


def test_codes_whose_units_are_well_known(file: SourceFile) -> None:
    (batch,) = read([file]).batches
    units = dict(zip(batch.columns["hcpcs"], batch.columns["base_units"], strict=True))
    assert units["00142"] == 4
    assert units["00562"] == 20
    assert units["00796"] == max(units.values()) == 30
    assert units["01999"] == 0
    assert [code for code, count in units.items() if not count] == ["01999"]
    assert "01995" not in units
    assert batch.bindings["base_units"].heading == "2022 BASE UNIT"


def test_it_covers_the_year_it_prints_and_was_issued_as_its_name_says(file: SourceFile) -> None:
    release = read([file]).release
    assert (release.id, release.complete) == ("cy2022", True)
    assert release.issued == date(2021, 11, 9)
    assert release.covers == Period(date(2022, 1, 1), date(2023, 1, 1))


def test_another_year_needs_no_new_layout(file: SourceFile) -> None:
    data = file.data.replace(b"2022", b"2031")
    for given in (
        a_file("base_units.txt", data),
        a_file("base.zip", zipped({"CY_2031_Anesthesia_Base_Units.txt": data})),
    ):
        release = read([given]).release
        assert release.id == "cy2031"
        assert release.covers == Period(date(2031, 1, 1), date(2032, 1, 1))
        assert "not printed" in release.issued_basis


def test_a_part_of_the_file_is_an_excerpt(file: SourceFile) -> None:
    part = b"".join(file.data.splitlines(keepends=True)[:40])
    release = read([a_file(NAME, part)]).release
    assert (release.id, release.complete) == ("cy2022-excerpt", False)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"00142\t4", b"00142\t4.5", "whole number"),
        (b"00142\t4", b"00142\t", "whole number"),
        (b"00142\t4", b"64640\t4", "shape of an anesthesia code"),
        (b"00142\t4", b"00140\t4", "stands twice"),
        (b"00142\t4", b"00142", "torn"),
        (b"CODE\t2022", b"CODE\tUNITS", "of no known layout"),
        (b"\tUNIT\r\n", b"", "of no known layout"),
        (b"CODE\t2022", b"Anesthesia\t2022", "begins with 'CODE'"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused(
    file: SourceFile, old: bytes, new: bytes, says: str
) -> None:
    assert file.data.count(old) == 1
    with pytest.raises(FileError, match=says) as caught:
        read([a_file("units.txt", file.data.replace(old, new))])
    assert "units.txt" in caught.value.where
    assert caught.value.cure


def test_the_workbook_and_two_files_are_refused(file: SourceFile) -> None:
    with pytest.raises(FileError, match="holds no file of this source"):
        read([a_file("base.zip", zipped({"CY_2022_Anesthesia_Base_Units.xlsx": b"x"}))])
    with pytest.raises(FileError, match="2 files of anesthesia base units"):
        read([file, file])


def test_discover_offers_years_newest_first() -> None:
    page = b"""
      <a href="/files/zip/2022-anesthesia-base-units-cpt-code.zip">2022</a>
      <a href="/files/zip/2024-anesthesia-base-units-cpt-code.zip">2024</a>
      <a href="/files/zip/2024-anesthesia-conversion-factors.zip">other</a>
    """
    assert [offer.title for offer in discover(lambda url: page)] == ["2024", "2022"]
