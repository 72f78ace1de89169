"""A hospital's payment in an area, against plain arithmetic on CMS's files as printed.

The twin reads the wage indices and Addendum B with csv alone and reckons in fractions. It shares no
code with the rules: floors are looked for by the state's name, not by its number.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import floor
from pathlib import Path

import pytest

import payeratlas
from payeratlas.model.amounts import Money
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact
from payeratlas.model.time import AsOf
from payeratlas.pages.encounter import Given
from payeratlas.pages.wage_index import wages_of
from payeratlas.pricing.rules import rerun
from payeratlas.pricing.wage_index import STATES

SAMPLES = Path(__file__).parents[1] / "sources/cms_opps_wage_index/samples"
ADDENDUM_B = "cms/opps/508_version_of_October_2025_Web_Addendum_B.10.31.25.csv"
DAYS = {2025: date(2025, 10, 15), 2026: date(2026, 3, 1)}
_NAMES = """
AL=ALABAMA AK=ALASKA AZ=ARIZONA AR=ARKANSAS CA=CALIFORNIA CO=COLORADO CT=CONNECTICUT DE=DELAWARE
DC=DISTRICT_OF_COLUMBIA FL=FLORIDA GA=GEORGIA HI=HAWAII ID=IDAHO IL=ILLINOIS IN=INDIANA IA=IOWA
KS=KANSAS KY=KENTUCKY LA=LOUISIANA ME=MAINE MD=MARYLAND MA=MASSACHUSETTS MI=MICHIGAN MN=MINNESOTA
MS=MISSISSIPPI MO=MISSOURI MT=MONTANA NE=NEBRASKA NV=NEVADA NH=NEW_HAMPSHIRE NJ=NEW_JERSEY
NM=NEW_MEXICO NY=NEW_YORK NC=NORTH_CAROLINA ND=NORTH_DAKOTA OH=OHIO OK=OKLAHOMA OR=OREGON
PA=PENNSYLVANIA PR=PUERTO_RICO RI=RHODE_ISLAND SC=SOUTH_CAROLINA SD=SOUTH_DAKOTA TN=TENNESSEE
TX=TEXAS UT=UTAH VT=VERMONT VA=VIRGINIA WA=WASHINGTON WV=WEST_VIRGINIA WI=WISCONSIN WY=WYOMING
"""
NAMES = dict(pair.split("=") for pair in _NAMES.split())
ATLAS = payeratlas.open()


@cache
def printed(year: int) -> dict[str, dict[str, str]]:
    """The rows of a year's wage indices by area."""
    with (SAMPLES / f"cbsa-wage-index-{year}.csv").open(encoding="ascii", newline="") as stream:
        return {row["cbsa"]: row for row in csv.DictReader(stream)}


def plain_indices(year: int) -> Iterator[tuple[str, str, Fraction]]:
    """Area, state and the index of a hospital there: the highest of area, rural area and floor."""
    rows = printed(year)
    by_name = {row["name"]: row for code, row in rows.items() if len(code) == 2}
    for code, row in rows.items():
        if len(code) == 2:
            continue
        for letters in re.sub(r".*[ ,]", "", row["name"]).split("-"):
            state = by_name[NAMES[letters].replace("_", " ")]
            found = (
                row["geographicWageIndex"],
                state["geographicWageIndex"],
                state["imputedFloorWageIndex"],
            )
            yield code, letters, max(map(Fraction, found))


def hospital_index(area: str, year: int) -> Fact:
    found = wages_of(area, AsOf(DAYS[year]), ATLAS.store).hospital
    assert found is not None
    return found


@pytest.mark.parametrize("year", DAYS)
def test_every_area_in_every_state_it_lies_in(year: int) -> None:
    compared, raised = 0, 0
    for code, letters, expected in plain_indices(year):
        fact = hospital_index(f"{code}-{letters}", year)
        assert isinstance(fact.value, Decimal)
        assert Fraction(fact.value) == expected, (code, letters)
        raised += expected > Fraction(printed(year)[code]["geographicWageIndex"])
        compared += 1
    assert compared == 464
    assert raised == {2025: 299, 2026: 335}[year], "most have less than a floor of their state"


@pytest.mark.parametrize("year", DAYS)
def test_the_state_need_be_told_only_where_it_decides(year: int) -> None:
    by_area: dict[str, dict[str, Fraction]] = {}
    for code, letters, index in plain_indices(year):
        by_area.setdefault(code, {})[letters] = index
    several = 0
    for code, indices in by_area.items():
        if len(set(indices.values())) == 1:
            fact = hospital_index(code, year)
            assert Fraction(str(fact.value)) in set(indices.values())
            continue
        several += 1
        with pytest.raises(InputError, match="depends on its state") as caught:
            wages_of(code, AsOf(DAYS[year]), ATLAS.store)
        for letters, index in indices.items():
            assert f"{letters} {float(index):.4f}" in caught.value.what
    assert several == {2025: 30, 2026: 35}[year]


CENTERS = {("31", 2026), ("41", 2026)}
"""States without a rural area for which the surgical centers' file prints an index all the same."""


@pytest.mark.parametrize("year", DAYS)
def test_rural_areas_of_states(year: int) -> None:
    for code, row in printed(year).items():
        if len(code) != 2:
            continue
        geographic = Fraction(row["geographicWageIndex"])
        if not geographic:
            if (code, year) in CENTERS:
                assert wages_of(code, AsOf(DAYS[year]), ATLAS.store).hospital is None
                continue
            with pytest.raises(InputError, match=f"{row['name']} has no rural area"):
                wages_of(code, AsOf(DAYS[year]), ATLAS.store)
            continue
        expected = max(geographic, Fraction(row["imputedFloorWageIndex"]))
        assert Fraction(str(hospital_index(code, year).value)) == expected


def test_every_number_of_a_state_is_the_one_its_name_has() -> None:
    rows = printed(2025)
    named = {letters: rows[number]["name"] for letters, number in STATES.items() if number in rows}
    assert named == {letters: name.replace("_", " ") for letters, name in NAMES.items()}
    assert [letters for letters, number in STATES.items() if number not in rows] == ["VI"]


def test_the_index_is_cited_and_can_be_made_again() -> None:
    fact = hospital_index("16984", 2025)
    cells = [(c.locator.column, c.text, c.locator.as_cell()[0]) for c in fact.citations()]
    assert cells == [
        ("geographicWageIndex", "1.0008", 129),
        ("geographicWageIndex", "1.0707", 15),
    ]
    for cited in fact.citations():
        assert ATLAS.store.reopen(cited).level == "table"
    assert fact.basis is not None
    values = {role: given.value for role, given in fact.basis.inputs}  # type: ignore[union-attr]
    assert rerun("opps.wage_index", values) == fact.value  # type: ignore[arg-type]


# -- payments --------------------------------------------------------------------------------------


@cache
def addendum_b(data: Path) -> dict[str, list[str]]:
    """The records of Addendum B of October 2025 by code."""
    with (data / ADDENDUM_B).open(encoding="cp1252", newline="") as stream:
        return {record[0]: record for record in csv.reader(stream) if len(record[0]) == 5}


def dollars(text: str) -> Fraction:
    return Fraction(text.replace("$", "").replace(",", "").strip())


def cents(exact: Fraction) -> Decimal:
    """Half up to cents."""
    return Decimal(floor(exact * 100 + Fraction(1, 2))).scaleb(-2)


def hospital(lines: list[str], area: str | None) -> Given:
    (found,) = [
        given for given in ATLAS.encounters(lines, DAYS[2025], cbsa=area) if given.setting == "hopd"
    ]
    return found


WHERE = (
    "16984",
    "35614-NY",
    "35614-NJ",
    "47764-DC",
    "12540",
    "13740",
    "41980",
    "10180",
    "14",
    "40",
)
PROCEDURES = ("64640", "43239", "29881", "66984", "70450")


@pytest.mark.parametrize("area", WHERE)
@pytest.mark.parametrize("code", PROCEDURES)
def test_sixty_percent_of_the_rate_follows_the_wages(
    shared_data: Path, code: str, area: str
) -> None:
    indices = {f"{a}-{s}": i for a, s, i in plain_indices(2025)}
    indices |= {a: i for a, _, i in plain_indices(2025)}
    for rural in ("14", "40"):
        row = printed(2025)[rural]
        columns = ("geographicWageIndex", "imputedFloorWageIndex")
        indices[rural] = max(Fraction(row[column]) for column in columns)
    record = addendum_b(shared_data)[code]
    rate, minimum = dollars(record[5]), dollars(record[7])
    exact = rate * (Fraction(6, 10) * indices[area] + Fraction(4, 10))
    given = hospital([code], area)
    (line,) = given.facility
    assert line.payment.value == Money(cents(exact))
    assert abs(minimum - rate / 5) < Fraction(1, 100)
    part = given.encounter.parts[1]
    approved = cents(exact)
    program = cents(Fraction(approved) * Fraction(4, 5))
    most = Decimal("1676.00")
    assert part.coinsurance.value == Money(min(approved - program, most))
    assert given.encounter.caveats[0].id == "hospital_wage_index"


def test_units_and_a_second_procedure_are_adjusted_as_the_first(shared_data: Path) -> None:
    index = Fraction("1.0707")
    share = Fraction(6, 10) * index + Fraction(4, 10)
    rates = {code: dollars(addendum_b(shared_data)[code][5]) for code in ("64640", "43239")}
    one, other = hospital(["64640x3", "43239"], "16984").facility
    assert one.payment.value == Money(cents(rates["64640"] * share * 3 / 2))  # below 43239
    assert other.payment.value == Money(cents(rates["43239"] * share))


def test_a_drug_is_not_adjusted(shared_data: Path) -> None:
    rate = dollars(addendum_b(shared_data)["J0585"][5])
    for area in (None, "16984", "41940"):
        (line,) = hospital(["J0585x100"], area).facility
        assert line.payment.value == Money(cents(rate * 100))


def test_the_program_percentage_stays_that_of_the_national_rate(shared_data: Path) -> None:
    """Of a code whose national copayment is above the minimum."""
    rows = addendum_b(shared_data)
    above = [
        code
        for code, record in rows.items()
        if record[2] in ("S", "T") and record[6].strip() not in (".", "")
    ]
    for code in above[:5]:
        rate, copayment = dollars(rows[code][5]), dollars(rows[code][6])
        (line,) = hospital([code], "41940").facility
        assert line.copayment is not None
        assert isinstance(line.payment.value, Money)
        assert isinstance(line.copayment.value, Money)
        share = Fraction(line.copayment.value.amount) / Fraction(line.payment.value.amount)
        assert abs(share - copayment / rate) < Fraction(1, 1000)


# -- what is left national, and what is refused ----------------------------------------------------


def test_a_year_without_indices_leaves_the_hospital_national_and_says_so() -> None:
    given = ATLAS.encounters(["64640"], date(2024, 2, 15), cbsa="16984")
    told = {one.setting: [c.id for c in one.encounter.caveats] for one in given}
    assert "hospital_national" in told["hopd"]
    assert "center_national" not in told["asc"]
    (hopd,) = [one for one in given if one.setting == "hopd"]
    assert hopd.wage_index is None
    assert hopd.facility[0].payment.value == Money(Decimal("868.45"))


def test_without_an_area_both_facilities_are_national_and_say_so() -> None:
    for one in ATLAS.encounters(["64640"], DAYS[2025]):
        ids = [c.id for c in one.encounter.caveats]
        assert ("facility_national" in ids) == (one.setting != "office")
        assert one.wage_index is None


def test_an_area_whose_county_decides_leaves_the_center_national() -> None:
    given = {one.setting: one for one in ATLAS.encounters(["64640"], DAYS[2025], cbsa="01")}
    assert given["asc"].encounter.caveats[0].id == "center_national"
    assert given["hopd"].wage_index is not None
    assert str(given["hopd"].wage_index.value) == "0.7579"


def test_hospitals_of_the_indian_health_service_have_their_own_rows() -> None:
    for code, index in (("98", "1.9343"), ("99", "1.4448")):
        found = wages_of(code, AsOf(DAYS[2025]), ATLAS.store)
        assert found.hospital is not None
        assert str(found.hospital.value) == index
        assert [c.id for c in found.hospital_caveats] == ["hospital_wage_index_floors"]


@pytest.mark.parametrize(
    ("area", "words", "cure"),
    [
        ("99999", "no wage index of area 99999", "16984"),
        ("00", "no wage index of area 00", "14"),
        ("1698", "'1698' is not an area", "16984"),
        ("Chicago", "'Chicago' is not an area", "16984"),
        ("16984-NY", "does not lie in NY", "16984-IL"),
        ("14-NY", "does not lie in NY", "14-IL"),
        ("98-AK", "does not lie in AK", "98"),
        ("47764", "depends on its state: DC 1.2958, MD 1.1103", "47764-DC"),
    ],
)
def test_what_is_no_area_is_refused_with_one_that_is(area: str, words: str, cure: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)) as caught:
        ATLAS.encounters(["64640"], DAYS[2025], cbsa=area)
    assert cure in caught.value.cure
