"""Claims on the rows as CMS prints them: what a person at the payer would come to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from cms_raw import RELEASES, gpci_rows, rvu_rows

from claim_facts import amounts, cents, claim
from payeratlas.model.amounts import Money
from payeratlas.pricing.reductions import WHOLES
from payeratlas.pricing.status import PRICED
from payeratlas.tables.contract import Row

ILLINOIS = "06102-16"  # Chicago: ZIP 60601
Cells = dict[tuple[str, str], dict]


def cells_of(rows: list[Row]) -> Cells:
    return {(row.text("hcpcs"), row.text("modifier")): dict(row.values) for row in rows}


@pytest.fixture(scope="module")
def october(shared_data: Path) -> Cells:
    return cells_of(rvu_rows(shared_data, "rvu25d"))


@pytest.fixture(scope="module")
def chicago(shared_data: Path) -> dict:
    rows = gpci_rows(shared_data, "rvu25d")
    (row,) = [r for r in rows if (r.text("mac"), r.text("locality")) == ("06102", "16")]
    return dict(row.values)


def half_up(exact: Decimal) -> str:
    return str(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def test_three_nerves_with_guidance_in_an_office(october: Cells, chicago: dict) -> None:
    # national: 7.45 × 32.3465 = 240.981425, twice as much for three; guidance 3.41 and 0.79
    answer = claim(october, "64640x3", "77002")
    assert amounts(answer) == ["481.96", half_up(Decimal("3.41") * Decimal("32.3465"))]
    assert amounts(claim(october, "64640x3", "77002-26")) == ["481.96", "25.55"]
    assert cents(claim(october, "64640x3", "77002-26").allowed) == "507.51"
    # Chicago: (1.98 × 1.007 + 5.26 × 1.023 + 0.21 × 2.018) × 32.3465 = 252.25806183
    answer = claim(october, "64640x3", "77002", gpci=chicago, locality=ILLINOIS)
    assert amounts(answer) == ["504.52", "113.85"]
    assert cents(answer.allowed) == "618.37"
    assert answer.lines[0].ranks is not None
    assert answer.lines[0].ranks.value == "1, 2, 3"


def test_three_nerves_in_a_surgical_center(october: Cells) -> None:
    # (1.98 + 1.43 + 0.21) × 32.3465 = 117.09433; × 2
    assert amounts(claim(october, "64640x3", "77002-26", place="24")) == ["234.19", "25.55"]


def test_two_endoscopies_of_a_family_and_their_base(october: Cells) -> None:
    # 43247 11.33, 43239 11.04, 43235 8.54 RVUs in an office
    factor = Decimal("32.3465")
    answer = claim(october, "43239", "43247")
    assert amounts(answer) == [
        half_up((Decimal("11.04") - Decimal("8.54")) * factor),
        half_up(Decimal("11.33") * factor),
    ]
    assert amounts(claim(october, "43235", "43239")) == [
        "part of 2",
        half_up(Decimal("11.04") * factor),
    ]
    # 43249 of the same family with a nerve: the family's sum ranks first
    third = claim(october, "43239", "64640", "43247")
    assert amounts(third)[1] == half_up(Decimal("240.981425") / 2)


def test_two_scans_of_one_session(october: Cells) -> None:
    # 71250: 1.52 + 2.53 RVUs, 70450: 1.20 + 2.05
    factor = Decimal("32.3465")
    answer = claim(october, "70450", "71250")
    reduced = (Decimal("1.20") * Decimal("0.95") + Decimal("2.05") / 2) * factor
    assert amounts(answer) == [half_up(reduced), half_up(Decimal("4.05") * factor)]
    assert amounts(claim(october, "70450-TC", "71250-TC")) == [
        half_up(Decimal("2.05") / 2 * factor),
        half_up(Decimal("2.53") * factor),
    ]


def test_three_therapy_units(october: Cells) -> None:
    # 97110: work 0.45, PE 0.43, MP 0.01
    factor = Decimal("32.3465")
    exact = (Decimal("0.89") + 2 * (Decimal("0.46") + Decimal("0.215"))) * factor
    assert amounts(claim(october, "97110x3")) == [half_up(exact)]
    # the unit with the higher practice expense of another code is the full one
    answer = claim(october, "97110x2", "97530")
    assert amounts(answer) == [
        half_up(2 * Decimal("0.675") * factor),
        half_up(Decimal("1.07") * factor),
    ]


def test_every_pair_of_a_family_pays_the_higher_and_the_difference(october: Cells) -> None:
    compared = 0
    for base, codes in families(october):
        below = plain_fee(october[base, ""])
        for first, second in pairwise(codes):
            fees = sorted((plain_fee(october[first, ""]), plain_fee(october[second, ""])))
            answer = claim(october, first, second, place="22")
            paid = sum(Decimal(cents(line.allowed)) for line in answer.lines if not line.included)
            rounded = Decimal(half_up(fees[1])) + Decimal(half_up(max(fees[0] - below, Decimal(0))))
            assert paid == rounded, (first, second)
            compared += 1
    assert compared > 250


def test_every_endoscopy_contains_its_base(october: Cells) -> None:
    for base, codes in families(october):
        for code in codes:
            answer = claim(october, base, code, place="22")
            assert amounts(answer) == ["part of 2", half_up(plain_fee(october[code, ""]))]


def families(cells: Cells) -> Iterator[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for (code, modifier), row in cells.items():
        if row["multiple_procedure"] == "3" and row["status"] in PRICED and not modifier:
            found.setdefault(row["endo_base"], []).append(code)
    for base, codes in sorted(found.items()):
        if cells[base, ""]["status"] in PRICED:
            yield base, sorted(codes)


def plain_fee(row: dict) -> Decimal:
    """National, facility, unrounded."""
    return (row["work_rvu"] + row["pe_rvu_facility"] + row["mp_rvu"]) * row["conversion_factor"]


def test_every_imaging_code_beside_another_loses_half_of_its_technical_part(
    october: Cells,
) -> None:
    """Each beside the one whose technical part is the highest of all, in an office."""
    imaging = sorted(
        code
        for (code, modifier), row in october.items()
        if row["multiple_procedure"] == "4" and row["status"] in PRICED and not modifier
        if office(row)
    )
    assert len(imaging) > 130
    ends = {code: (office(october[code, "26"]), office(october[code, "TC"])) for code in imaging}
    top = max(imaging, key=lambda code: ends[code][1])
    for code in imaging:
        if code == top:
            continue
        answer = claim(october, code, top)
        pc, tc = ends[code]
        share = (
            Decimal(1)
            if pc > ends[top][0] or (pc == ends[top][0] and code < top)
            else Decimal("0.95")
        )
        reduced = min(tc / 2, office_cap(october[code, "TC"]))
        assert amounts(answer)[0] == half_up(pc * share + reduced), code


def office(row: dict) -> Decimal:
    return (row["work_rvu"] + row["pe_rvu_nonfacility"] + row["mp_rvu"]) * row["conversion_factor"]


def office_cap(row: dict) -> Decimal:
    cap = (row["opps_pe_nonfacility"] + row["opps_mp"]) * row["conversion_factor"]
    return cap or Decimal("Infinity")


@pytest.mark.parametrize("release", [name for name in RELEASES if name != "rvu26c"])
def test_a_release_holds_what_the_rules_rest_on(shared_data: Path, release: str) -> None:
    cells = cells_of(rvu_rows(shared_data, release))
    assert {row["multiple_procedure"] for row in cells.values()} <= set("02345679")
    for (code, _), row in cells.items():
        if row["multiple_procedure"] == "3":
            base = cells[row["endo_base"], ""]
            assert (base["multiple_procedure"], base["endo_base"]) == ("2", ""), code
        if row["multiple_procedure"] == "4" and row["status"] in PRICED:
            assert row["imaging_family"] == "88", code
    check_wholes(cells)


def check_wholes(cells: Cells) -> None:
    """The RVUs of each whole test with components of other codes are the sum of theirs."""
    wholes = {
        code
        for (code, modifier), row in cells.items()
        if row["pctc"] == "4" and row["multiple_procedure"] in "67" and row["status"] in PRICED
    }
    assert wholes <= set(WHOLES)
    assert len(wholes) >= 6
    for code in wholes:
        professional, technical = WHOLES[code]
        for role in ("work_rvu", "pe_rvu_nonfacility", "pe_rvu_facility", "mp_rvu"):
            parts = sum(cells[part, ""][role] for part in (*professional, *technical))
            assert cells[code, ""][role] == parts, (code, role)
        assert all(cells[part, ""]["pctc"] == "3" for part in technical)


def test_two_conversion_factors_of_2026(shared_data: Path) -> None:
    cells = cells_of(rvu_rows(shared_data, "rvu26c"))
    row = cells["64640", ""]
    assert row["conversion_factor"] == Decimal("33.4009")
    answer = claim(cells, "64640x3", day=date(2026, 7, 1))
    assert answer.allowed.value == Money.round_once(office(row) * 2)
