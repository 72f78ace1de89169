"""ZIP codes to payment localities: moved, divided, unknown."""

from __future__ import annotations

from datetime import date

import pytest

from payeratlas.model.errors import InputError
from payeratlas.model.facts import Unknown
from payeratlas.model.time import Period
from payeratlas.pricing.geography import DIVIDED, NOT_LISTED, Located, Zip, locate
from payeratlas.tables.contract import Row

Place = tuple[str, str, int, int, str, str]

DIVIDED_ZIP: list[Place] = [
    ("91759", "", 2020, 9999, "01112", "62"),
    ("91759", "9000", 2020, 9999, "01112", "62"),
    ("91759", "9999", 2020, 9999, "01182", "18"),
]
MOVED_ZIP: list[Place] = [
    ("90620", "", 2020, 2023, "01182", "26"),
    ("90620", "", 2024, 9999, "01182", "18"),
]


def row(place: Place, ordinal: int = 2) -> Row:
    names = ("zip", "plus4", "from_year", "to_year", "carrier", "locality")
    values = dict(zip(names, place, strict=True))
    return Row("zip_locality", "cms_zip_locality", "zip2025", "0" * 64, ordinal, values)


def located(zip_: str, places: list[Place], year: int = 2025) -> Located:
    rows = [row(place, ordinal) for ordinal, place in enumerate(places, start=2)]
    found = locate(Zip.parse(zip_), rows, date(year, 6, 30))
    assert isinstance(found, Located)
    return found


@pytest.mark.parametrize("typed", ["91759-9000", "91759 9000", "917599000", "  91759-9000 "])
def test_nine_digits_are_read_however_typed(typed: str) -> None:
    assert Zip.parse(typed) == Zip("91759", "9000")
    assert str(Zip.parse(typed)) == "91759-9000"


@pytest.mark.parametrize(
    "typed", ["", "6061", "606011", "60601-12", "60601-", "ABCDE", "６０６０１"]
)
def test_what_is_no_zip_code_is_refused(typed: str) -> None:
    with pytest.raises(InputError, match="not a ZIP code"):
        Zip.parse(typed)


def test_a_zip_code_that_moved_lies_where_it_lay_that_year() -> None:
    before, after = (located("90620", MOVED_ZIP, year) for year in (2023, 2024))
    assert before.settled is not None
    assert after.settled is not None
    assert (before.settled.id, after.settled.id) == ("01182-26", "01182-18")
    assert before.settled.period == Period(date(2020, 1, 1), date(2024, 1, 1))
    assert after.settled.period == Period(date(2024, 1, 1))


def test_a_divided_zip_code_tells_all_and_asks() -> None:
    found = located("91759", DIVIDED_ZIP)
    assert found.settled is None
    assert found.ask == DIVIDED
    assert [(c.id, c.main, c.plus4) for c in found.candidates] == [
        ("01112-62", True, 1),
        ("01182-18", False, 1),
    ]


@pytest.mark.parametrize(("plus4", "id_"), [("9000", "01112-62"), ("9999", "01182-18")])
def test_four_digits_more_decide(plus4: str, id_: str) -> None:
    found = located(f"91759-{plus4}", DIVIDED_ZIP)
    assert found.settled is not None
    assert found.settled.id == id_
    assert found.settled.row.text("plus4") == plus4
    assert found.ask == ""


def test_four_digits_that_are_not_listed_decide_nothing() -> None:
    found = located("91759-1234", DIVIDED_ZIP)
    assert found.settled is None
    assert found.ask == NOT_LISTED


def test_four_digits_of_a_zip_code_that_is_not_divided_do_not_matter() -> None:
    found = located("60601-1234", [("60601", "", 2020, 9999, "06102", "16")])
    assert found.settled is not None
    assert found.settled.mac_and_locality == ("06102", "16")


def test_a_zip_code_divided_into_one_locality_is_settled() -> None:
    places = [*DIVIDED_ZIP[:2], ("91759", "9999", 2020, 2021, "01182", "18")]
    assert located("91759", places).settled is not None
    assert located("91759", places, 2021).settled is None


def test_the_contractor_is_that_of_the_index_file() -> None:
    found = located("90001", [("90001", "", 2020, 9999, "01112", "18")])
    assert found.settled is not None
    assert found.settled.id == "01182-18"


@pytest.mark.parametrize(
    ("places", "words"),
    [
        ([], "is not listed, asked for 2031"),
        (MOVED_ZIP[:1], "is listed for 2020 to 2023 only, asked for 2031"),
        ([("90620", "", 2020, 2020, "01182", "26")], "is listed for 2020 only"),
    ],
)
def test_a_year_without_a_row_is_not_listed(places: list[Place], words: str) -> None:
    found = locate(Zip("90620"), [row(place) for place in places], date(2031, 1, 1))
    assert isinstance(found, Unknown)
    assert found.reason == "not_listed"
    assert words in found.detail


def test_rows_of_other_zip_codes_are_left_out() -> None:
    rows = [row(place) for place in (*DIVIDED_ZIP, *MOVED_ZIP)]
    found = locate(Zip("90620"), rows, date(2025, 1, 1))
    assert isinstance(found, Located)
    assert [c.id for c in found.candidates] == ["01182-18"]
