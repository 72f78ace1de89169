"""Wage indices of the outpatient pricer: both years whole, what a row prints, what is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from filekit import a_file, printed_cells
from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.time import Period
from payeratlas.sources.cms_opps_wage_index import discover, read

YEARS = {2025: 25258, 2026: 26510}
"""Each whole file on hand, with the length of it that the public copy states."""


@pytest.fixture
def year(sample: Callable[[str, str], SourceFile]) -> Callable[[int], SourceFile]:
    return lambda number: sample("cms_opps_wage_index", f"cbsa-wage-index-{number}.csv")


def records(file: SourceFile) -> list[list[str]]:
    return list(csv.reader(io.StringIO(file.data.decode("ascii"), newline="")))


@pytest.mark.parametrize("number", YEARS)
def test_every_row_against_a_plain_reading(year: Callable[[int], SourceFile], number: int) -> None:
    file = year(number)
    assert len(file.data) == YEARS[number]
    head, *rows = records(file)
    reading = read([file])
    (batch,) = reading.batches
    assert batch.account.read == batch.account.kept == len(rows) == 471
    for place, name in enumerate(
        ("cbsa", "effective", "geographic", "reclassified", "imputed_floor", "area")
    ):
        assert batch.bindings[name].heading == head[place]
        plain = [row[place] for row in rows]
        if name == "effective":
            assert set(plain) == {f"{number}0101"}
            assert set(batch.columns[name]) == {date(number, 1, 1)}
        else:
            assert [str(value) for value in batch.columns[name]] == plain
    for ordinal, position, text in printed_cells(batch):
        assert rows[ordinal - 2][position - 1] == text
    assert reading.release.id == f"cy{number}"
    assert reading.release.complete
    assert reading.release.covers == Period(date(number, 1, 1), date(number + 1, 1, 1))


def test_states_come_first_and_areas_ascend(year: Callable[[int], SourceFile]) -> None:
    for number in YEARS:
        codes = [row[0] for row in records(year(number))[1:]]
        states, areas = codes[:54], codes[54:]
        assert all(len(code) == 2 for code in states)
        assert "48" not in states
        assert areas == sorted(set(areas))
        assert all(len(code) == 5 for code in areas)


def test_what_the_columns_of_a_few_rows_are(year: Callable[[int], SourceFile]) -> None:
    (batch,) = read([year(2025)]).batches
    names = ("area", "geographic", "reclassified", "imputed_floor")
    rows = {
        code: tuple(str(batch.columns[name][i]) for name in names)
        for i, code in enumerate(batch.columns["cbsa"])
    }
    chicago = "Chicago-Naperville-Schaumburg IL"
    assert rows["16984"] == (chicago, "1.0008", "0.9840", "0.0000")
    assert rows["27"] == ("MONTANA", "1.0000", "0.8834", "0.0000")
    assert rows["09"] == ("DISTRICT OF COLUMBIA", "0.0000", "0.0000", "1.2958")


def test_only_states_without_a_rural_area_and_puerto_rico_print_an_imputed_floor(
    year: Callable[[int], SourceFile],
) -> None:
    for number in YEARS:
        (batch,) = read([year(number)]).batches
        floors = zip(batch.columns["cbsa"], batch.columns["imputed_floor"], strict=True)
        assert [code for code, floor in floors if floor != Decimal(0)] == ["09", "31", "40", "41"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (b"1.0008,0.9840", b"1.00,0.9840", "wage index of four decimals"),
        (b"1.0008,0.9840", b",0.9840", "wage index of four decimals"),
        (b"16984,2025", b"1698,2025", "shape of a CBSA"),
        (b"16984,2025", b"17020,2025", "stands twice"),
        (b"16984,20250101", b"16984,20260101", "take effect on 2025-01-01, 2026-01-01"),
        (b"16984,20250101", b"16984,2025", "cannot be read"),
        (b",0.0000,Chicago", b",Chicago", "torn"),
        (b"geographicWageIndex", b"index", "'index' is not known"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused(
    year: Callable[[int], SourceFile], old: bytes, new: bytes, says: str
) -> None:
    data = year(2025).data
    assert data.count(old) == 1
    with pytest.raises(FileError, match=says) as caught:
        read([a_file("wage-index.csv", data.replace(old, new))])
    assert "wage-index.csv" in caught.value.where
    assert caught.value.cure


def test_a_year_that_begins_in_another_month_is_refused(year: Callable[[int], SourceFile]) -> None:
    data = year(2025).data.replace(b",20250101,", b",20251001,")
    with pytest.raises(FileError, match="take effect on 2025-10-01"):
        read([a_file("wage-index.csv", data)])


def test_a_part_of_the_file_is_an_excerpt(year: Callable[[int], SourceFile]) -> None:
    part = b"".join(year(2026).data.splitlines(keepends=True)[:60])
    assert not read([a_file("cbsa-wage-index-2026.csv", part)]).release.complete


def test_discover_turns_the_pages_of_files_into_files() -> None:
    folder = "/DSACMS/MedicareClaimsPricerSource/blob/main/opps-pricer/opps-pricer-application"
    page = "".join(
        f'<a href="{folder}/{name}.csv">{name[-4:]}</a>'
        for name in ("cbsa-wage-index-2025", "cbsa-wage-index-2026", "apc-rate-2026")
    ).encode()
    offers = discover(lambda url: page)
    assert [offer.title for offer in offers] == ["2026", "2025"]
    assert offers[0].url == (
        "https://raw.githubusercontent.com/DSACMS/MedicareClaimsPricerSource/main/opps-pricer/"
        "opps-pricer-application/cbsa-wage-index-2026.csv"
    )
