"""ASC wage indices: tabs and commas, three encodings, areas with several indices, real files."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from filekit import a_file, printed_cells
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.cms_asc_wage_index import discover, read
from payeratlas.tables.reading import Batch

Sample = Callable[[str, str], SourceFile]
SOURCE = "cms_asc_wage_index"


def indices(batch: Batch, cbsa: str) -> list[object]:
    pairs = zip(batch.columns["cbsa"], batch.columns["wage_index"], strict=True)
    return [index for area, index in pairs if area == cbsa]


FORMS = {2021: ("utf-8", "\t"), 2024: ("cp1252", "\t"), 2025: ("cp437", "\t"), 2026: ("cp437", ",")}


@pytest.mark.parametrize("year", FORMS)
def test_every_form_of_text(sample: Sample, year: int) -> None:
    reading = read([sample(SOURCE, f"wage_index_{year}.txt")])
    (batch,) = reading.batches
    assert (batch.epoch.encoding, batch.epoch.delimiter) == FORMS[year]
    assert reading.release.id == f"cy{year}-excerpt"
    assert reading.release.covers == Period(date(year, 1, 1), date(year + 1, 1, 1))
    area = dict(zip(batch.columns["cbsa"], batch.columns["area"], strict=True))
    assert area["01"] == "ALABAMA"
    assert area["32420"] == ("Mayaguez, PR" if year == 2021 else "Mayagüez, PR")


def test_an_area_may_have_several_indices_and_none_is_chosen(sample: Sample) -> None:
    (batch,) = read([sample(SOURCE, "wage_index_2025.txt")]).batches
    assert indices(batch, "01") == [Decimal("0.6471"), Decimal("0.7158")]
    assert len(indices(batch, "12100")) == 2
    assert indices(batch, "31") == []
    assert batch.account.rejected == (("area without a wage index", 1),)


def test_trailing_zeros_may_be_lost(sample: Sample) -> None:
    text = sample(SOURCE, "wage_index_2021.txt").data.replace(b"0.6724", b"0.67")
    (batch,) = read([a_file("wage.txt", text)]).batches
    assert indices(batch, "01") == [Decimal("0.6700")]
    assert "0.67" in {t for _, _, t in printed_cells(batch)}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"WI21", b"Index", "'Index' is not known"),
        (b"01\t0.6724", b"1\t0.6724", "shape of a CBSA"),
        (b"01\t0.6724", b"02\t1.2496", "stands twice"),
        (b"01\t0.6724", b"01\t0,6724", "not a plain number"),
        (b"\tALABAMA", b"", "torn"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused(
    sample: Sample, old: bytes, new: bytes, says: str
) -> None:
    file = sample(SOURCE, "wage_index_2021.txt")
    text = file.data.replace(old, new, 1)
    if says == "stands twice":
        text += b"02\t1.2496\tALASKA\r\n"
    with pytest.raises(FileError, match=says) as caught:
        read([a_file("wage.txt", text)])
    assert "wage.txt" in caught.value.where


def test_other_files_are_refused(sample: Sample) -> None:
    with pytest.raises(FileError, match="no heading row"):
        read([sample("cms_asc_addenda", "20210101_AA.txt")])
    with pytest.raises(FileError, match="2 files of wage indices"):
        read([sample(SOURCE, f"wage_index_{year}.txt") for year in (2021, 2024)])


def test_discover_offers_years_newest_first() -> None:
    names = ("2025-asc-wage-index", "2026-wage-index")
    page = "".join(f'<a href="/files/zip/{name}.zip">{name[2:4]}</a>' for name in names).encode()
    assert [offer.title for offer in discover(lambda url: page)] == ["26", "25"]


ROWS = {2021: 462, 2022: 462, 2023: 462, 2024: 462, 2025: 501, 2026: 486}


@pytest.mark.parametrize("year", ROWS)
def test_every_real_year_against_a_plain_reading(shared_data: Path, year: int) -> None:
    path = shared_data / "cms" / "asc" / f"wage_index_{year}.txt"
    reading = read([SourceFile.open(path)])
    (batch,) = reading.batches
    assert reading.release.id == f"cy{year}"
    text = path.read_bytes().decode(batch.epoch.encoding)
    head, *records = csv.reader(
        io.StringIO(text, newline=""), delimiter="," if year == 2026 else "\t"
    )
    at = head.index(f"WI{year % 100}")
    plain = Counter((r[0], Decimal(r[at])) for r in records if r[at])
    assert Counter(zip(batch.columns["cbsa"], batch.columns["wage_index"], strict=True)) == plain
    assert batch.account.kept == len(batch.ordinals) == ROWS[year] == sum(plain.values())
    assert batch.account.read == len(records)
    put_back = {(o, p): t for o, p, t in printed_cells(batch)}
    assert all(records[o - 2][p - 1] == text for (o, p), text in put_back.items())
    assert len(put_back) == 3 * ROWS[year]
