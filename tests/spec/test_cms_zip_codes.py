"""ZIP codes of CMS's whole file resolve to localities of CMS's index file, or ask for more."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import pytest
from cms_raw import gpci_rows

from payeratlas.pricing.geography import Located, Zip, locate
from payeratlas.tables.contract import Row

NAMES = ("zip", "plus4", "from_year", "to_year", "carrier", "locality")
DAY = date(2025, 10, 15)


@pytest.fixture(scope="module")
def zips(shared_data: Path) -> dict[str, list[Row]]:
    """Rows of every ZIP code, read with plain csv."""
    path = shared_data / "cms" / "geo" / "myelin_zip_carrier_locality.csv.gz"
    found: defaultdict[str, list[Row]] = defaultdict(list)
    with gzip.open(path, "rt", newline="") as stream:
        for ordinal, cells in enumerate(csv.reader(stream), start=1):
            if ordinal > 1:
                typed = [*cells[:2], int(cells[2]), int(cells[3]), *cells[4:]]
                values = dict(zip(NAMES, typed, strict=True))
                row = Row("zip_locality", "cms_zip_locality", "zip2025", "", ordinal, values)
                found[cells[0]].append(row)
    return found


def where(zips: dict[str, list[Row]], typed: str, day: date = DAY) -> Located:
    asked = Zip.parse(typed)
    found = locate(asked, zips[asked.code], day)
    assert isinstance(found, Located)
    return found


# ZIP code: locality, and CMS's name of it in the index file of 2025.
KNOWN = {
    "10001": ("13202-01", "MANHATTAN"),
    "60601": ("06102-16", "CHICAGO"),
    "90210": ("01182-18", "LOS ANGELES-LONG BEACH-ANAHEIM (LOS ANGELES/ORANGE CNTY)"),
    "33101": ("09102-04", "MIAMI"),
}


@pytest.mark.slow
def test_known_zip_codes(zips: dict[str, list[Row]], shared_data: Path) -> None:
    path = shared_data / "cms/pfs/rvu25a/GPCI2025.csv"
    with path.open(encoding="cp1252", newline="") as stream:
        names = {f"{r[0]}-{r[2]}": r[3].strip() for r in csv.reader(stream) if r[0].isdigit()}
    for typed, (id_, name) in KNOWN.items():
        found = where(zips, typed)
        assert found.settled is not None
        assert found.settled.id == id_
        assert names[id_] == name


@pytest.mark.slow
def test_every_zip_code_of_2025_lies_in_a_locality_of_the_index_file(
    zips: dict[str, list[Row]], shared_data: Path
) -> None:
    known = {f"{r.text('mac')}-{r.text('locality')}" for r in gpci_rows(shared_data, "rvu25a")}
    answers: Counter[bool] = Counter()
    reached = set()
    for code in zips:
        found = locate(Zip(code), zips[code], DAY)
        if isinstance(found, Located):
            answers[found.settled is not None] += 1
            assert bool(found.ask) != (found.settled is not None)
            reached |= {candidate.id for candidate in found.candidates}
    assert reached == known
    assert answers == {True: 42_956 - 475, False: 475}


@pytest.mark.slow
def test_a_divided_zip_code_is_settled_by_each_of_its_zip4(zips: dict[str, list[Row]]) -> None:
    found = where(zips, "91759")
    assert [candidate.id for candidate in found.candidates] == ["01112-62", "01182-18"]
    for row in zips["93623"]:
        if row.text("plus4") and row.integer("to_year") == 9999:
            exact = where(zips, f"93623-{row.text('plus4')}").settled
            assert exact is not None
            assert exact.row is row


@pytest.mark.slow
def test_orange_county_moved_in_2024(zips: dict[str, list[Row]]) -> None:
    ids = [where(zips, "90620", date(year, 12, 31)).settled for year in (2023, 2024)]
    assert [found.id for found in ids if found] == ["01182-26", "01182-18"]
