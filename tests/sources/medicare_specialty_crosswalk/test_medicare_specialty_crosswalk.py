"""Medicare specialties to taxonomy codes: footnotes, blanks, and codes without a taxonomy."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from filekit import a_file, printed_cells
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.medicare_specialty_crosswalk import discover, read
from payeratlas.tables.reading import Batch

NAME = "medicare_provider_and_supplier_taxonomy_crosswalk_october_2025.csv"


@pytest.fixture
def crosswalk(sample: Callable[[str, str], SourceFile]) -> SourceFile:
    return sample("medicare_specialty_crosswalk", NAME)


def rows(batch: Batch) -> list[tuple[object, ...]]:
    names = ("specialty", "provider_type", "taxonomy")
    return list(zip(*(batch.columns[name] for name in names), strict=True))


def test_footnotes_and_blanks_are_taken_off_and_stay_on_record(crosswalk: SourceFile) -> None:
    (batch,) = read([crosswalk]).batches
    found = rows(batch)
    assert ("72", "Physician/Pain Management", "208VP0000X") in found
    assert ("87", "All Other Suppliers", "332B00000X") in found
    assert ("A9", "Indian Health Service facility", "332800000X") in found
    assert ("A4", "Home Health Agency (Subunit)", "251E00000X") in found
    assert ("19", "Physician/Ophthalmology", "207WX0108X") in found
    printed = {text for _, _, text in printed_cells(batch)}
    assert {"87[3]", "A9[12]", "Indian Health Service facility[13]"} <= printed
    assert any(text.startswith("207WX0108X") and text.strip() != text for text in printed)


def test_a_specialty_without_a_taxonomy_keeps_its_row(crosswalk: SourceFile) -> None:
    assert ("73", "Mass Immunizer Roster Biller", "") in rows(read([crosswalk]).batches[0])


def test_the_month_in_the_name_dates_it(crosswalk: SourceFile) -> None:
    release = read([crosswalk]).release
    assert release.id == "crosswalk2025-10-excerpt"
    assert release.covers == Period(date(2025, 10, 1), observed=True)
    with pytest.raises(FileError, match="names no month"):
        read([a_file("taxonomy_crosswalk.csv", crosswalk.data)])


def test_what_is_no_specialty_is_refused(crosswalk: SourceFile) -> None:
    with pytest.raises(FileError, match="specialty code"):
        read([a_file(NAME, crosswalk.data.replace(b"\n72,", b"\n7,"))])


def test_the_whole_crosswalk_fits_the_code_set(shared_data: Path) -> None:
    codes = shared_data / "cms" / "codes"
    (batch,) = read([SourceFile.open(codes / NAME)]).batches
    found = rows(batch)
    assert len(found) == 565
    assert {s for s, _, taxonomy in found if not taxonomy} == {"73", "88", "95", "C9"}
    assert not any("[" in str(cell) for row in found for cell in row)
    lines = (codes / "nucc_taxonomy_251.csv").read_text("cp1252").splitlines()
    known = {line.partition(",")[0] for line in lines}
    strangers = {str(taxonomy) for _, _, taxonomy in found if taxonomy} - known
    assert strangers == set(), "every taxonomy code is one of the code set"


def test_discover_reads_the_catalog_newest_first() -> None:
    base = "https://data.cms.gov/sites/default/files/2025-11/x"
    names = ("July_2025", "October_2025", "December_2024")
    offers = [
        {
            "downloadURL": f"{base}/Medicare_Provider_and_Supplier_Taxonomy_Crosswalk_{name}.csv",
            "title": name,
        }
        for name in names
    ]
    catalog = {"dataset": [{"distribution": offers}, {"title": "no files"}]}
    found = discover(lambda url: json.dumps(catalog).encode())
    assert [offer.title for offer in found] == ["October_2025", "July_2025", "December_2024"]
    with pytest.raises(FileError, match="no release was found"):
        discover(lambda url: b'{"dataset": []}')
    with pytest.raises(FileError, match="not of the form"):
        discover(lambda url: b"<html></html>")
