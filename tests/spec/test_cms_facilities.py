"""CMS's facility schedules against the physician schedule, each other and themselves.

Every rate of surgery done in offices is a practice expense times a conversion factor, every other
one a weight times a conversion factor, and both addenda put each code in one APC; exceptions are
named here with their cause.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import ROUND_CEILING, Decimal
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from cms_raw import rvu_rows

from payeratlas.formats import SourceFile
from payeratlas.model.amounts import CENT, Money
from payeratlas.model.facts import Value
from payeratlas.pricing import asc, opps
from payeratlas.pricing.rules import rerun
from payeratlas.tables.contract import Cell
from payeratlas.tables.reading import Reading

Row = dict[str, Cell]
QUARTERS = [f"{y}{m}01" for y in range(2021, 2027) for m in ("01", "04", "07", "10")][:22]
ADDENDUM_B = {
    "20240101": "Section_508_version_of_January_Web_2024_Addendum_B.04.24.24.csv",
    "20250101": "Section_508_version_of_January_2025_Web_Addendum_B.12.31.24.csv",
    "20250701": "Section_508_of_July_2025_Web_Addendum_B.07.25.25.csv",
    "20251001": "508_version_of_October_2025_Web_Addendum_B.10.31.25.csv",
}


def cents(exact: Decimal) -> Decimal:
    return Money.round_once(exact).amount


def figure(row: Row, column: str) -> Decimal:
    value = row[column]
    assert isinstance(value, Decimal)
    return value


def tables(reading: Reading) -> dict[str, dict[str, Row]]:
    found = {}
    for batch in reading.batches:
        names, columns = list(batch.columns), list(batch.columns.values())
        rows = (dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True))
        found[batch.table.name] = {str(row["hcpcs"]): row for row in rows}
    return found


@cache
def addenda(data: Path, quarter: str) -> dict[str, dict[str, Row]]:
    """The rows of a quarter's ASC addenda by table and code."""
    paths = sorted((data / "cms" / "asc" / quarter).iterdir())
    files = [SourceFile.open(p) for p in paths if (quarter, p.stem) != ("20231001", "FF")]
    return tables(import_module("payeratlas.sources.cms_asc_addenda").read(files))


@cache
def addendum_b(data: Path, quarter: str) -> dict[str, Row]:
    """The rows of a quarter's Addendum B by code."""
    file = SourceFile.open(data / "cms" / "opps" / ADDENDUM_B[quarter])
    read = import_module("payeratlas.sources.cms_opps_addendum_b").read
    return tables(read([file]))["opps_addendum_b"]


# -- surgery and tests of the office: practice expense x the physician's conversion factor ---------

FACTORS = {"2021": "34.8931", "2022": "34.6062", "2023": "33.8872", "2024": "32.7442"}
FACTORS["2025"] = "32.3465"
# Quarters with the release of relative values they were made from; where that of a quarter is not
# on hand, that of January.
RVUS = {
    **{q: f"rvu{q[2:4]}{'abcd'[int(q[4:6]) // 3]}" for q in QUARTERS if q < "20240101"},
    "20240101": "rvu24a",
    "20250101": "rvu25a",
    "20250401": "rvu25a",
    "20250701": "rvu25a",
    "20251001": "rvu25d",
}
# Surgery whose technical component alone is the center's: PC/TC indicator 1.
TECHNICAL = {"51727", "51728", "51729", "51784", "54240", "54250", "59020", "59025", "62252"}
# Contractors price it (status C); CMS prints no RVUs for it and a rate all the same.
WITHOUT_RVUS = {"77423"}


@cache
def practice_expense(data: Path, release: str) -> dict[tuple[str, str], tuple[Decimal, str]]:
    """Non-facility practice expense RVU and PC/TC indicator by code and modifier."""
    return {
        (row.text("hcpcs"), row.text("modifier")): (
            row.decimal("pe_rvu_nonfacility"),
            row.text("pctc"),
        )
        for row in rvu_rows(data, release)
    }


def office(found: dict[str, dict[str, Row]]) -> Iterator[tuple[str, Row]]:
    """Codes of payment indicators P3 and Z3."""
    for table in ("asc_aa", "asc_bb"):
        for code, row in found[table].items():
            if row["payment_indicator"] in ("P3", "Z3"):
                yield code, row


@pytest.mark.parametrize("quarter", RVUS)
def test_office_rates_are_practice_expense_times_the_conversion_factor(
    shared_data: Path, quarter: str
) -> None:
    expense = practice_expense(shared_data, RVUS[quarter])
    factor = Decimal(FACTORS[quarter[:4]])
    compared, technical, differing = Counter[str](), set(), set()
    for code, row in office(addenda(shared_data, quarter)):
        compared[str(row["payment_indicator"])] += 1
        rvu, pctc = expense[code, ""]
        if pctc == "1" and quarter[:4] != "2024":  # in 2024 CMS took the whole service instead
            rvu, _ = expense[code, "TC"]
            if row["payment_indicator"] == "P3":
                technical.add(code)
        if row["payment_rate"] != cents(rvu * factor):
            differing.add(code)
    assert differing == WITHOUT_RVUS
    expected = {"2024": set(), "2025": TECHNICAL | {"51725"}}.get(quarter[:4], TECHNICAL)
    assert technical == expected
    least = {"2021": 375, "2022": 378, "2023": 381, "2024": 402, "2025": 406}
    assert compared["P3"] == least[quarter[:4]]
    assert compared["Z3"] >= 49


@pytest.mark.parametrize("quarter", ["20240401", "20240701", "20241001"])
def test_in_2024_the_published_cents_were_raised_to_the_new_factor(
    shared_data: Path, quarter: str
) -> None:
    """From March 2024: the rate of January, already in cents, times 33.2875 / 32.7442."""
    january = dict(office(addenda(shared_data, "20240101")))
    compared = 0
    for code, row in office(addenda(shared_data, quarter)):
        before = figure(january[code], "payment_rate")
        raised = before * Decimal("33.2875") / Decimal("32.7442")
        assert row["payment_rate"] == raised.quantize(CENT), code
        compared += 1
    assert compared == 398 + 64


@pytest.mark.parametrize("quarter", ["20260101", "20260401"])
def test_in_2026_the_factor_is_that_of_qualifying_participants(
    shared_data: Path, quarter: str
) -> None:
    found = addenda(shared_data, quarter)
    expense = practice_expense(shared_data, "rvu26c")  # an excerpt of July
    qualifying, other = Decimal("33.5675"), Decimal("33.4009")
    compared, differing = 0, {}
    for code, row in office(found):
        if (code, "") in expense:
            compared += 1
            expected = cents(expense[code, ""][0] * qualifying)
            if row["payment_rate"] != expected:
                differing[code] = (str(row["payment_rate"]), str(expected))
    assert compared == 13
    # 64640 had 5.87 when the table was made and has 5.86 in July; of 76977 only the whole service
    # is in the excerpt, and the center's is the technical component.
    assert differing == {"64640": ("197.04", "196.71"), "76977": ("4.70", "5.37")}
    assert cents(Decimal("5.87") * qualifying) == Decimal("197.04")
    # Every rate is some RVU of two decimals times the one factor; not so with the other.
    rates = [figure(row, "payment_rate") for _, row in office(found)]
    assert len(rates) == 403 + 84
    fits = {f: sum(cents(cents(r / f) * f) == r for r in rates) for f in (qualifying, other)}
    assert fits == {qualifying: 487, other: 18}


# -- all other rates: weight x the ASC conversion factor ------------------------------------------

ASC_FACTORS = {
    "2021": "48.952",
    "2022": "49.916",
    "2023": "51.854",
    "2024": "53.514",
    "2025": "54.895",
    "2026": "56.322",
}
# Rates that do not follow from the weight beside them, and are not explained.
UNEXPLAINED = {
    "20210401": {"0632T"},
    "20210701": {"0632T"},
    "20211001": {"0632T"},
    "20250701": {"0973T", "0975T", "0981T"},
    "20251001": {"0973T", "0975T", "0981T"},
    "20260101": {"0871T"},
    "20260401": {"0871T"},
}


@pytest.mark.parametrize("quarter", QUARTERS)
def test_weighted_rates_are_weight_times_the_conversion_factor(
    shared_data: Path, quarter: str
) -> None:
    factor = Decimal(ASC_FACTORS[quarter[:4]])
    compared, differing = 0, set()
    for table in ("asc_aa", "asc_bb"):
        for code, row in addenda(shared_data, quarter)[table].items():
            if row["payment_weight"] and row["payment_rate"] is not None:
                compared += 1
                if row["payment_rate"] != cents(figure(row, "payment_weight") * factor):
                    differing.add(code)
    assert differing == UNEXPLAINED.get(quarter, set())
    assert compared >= 3_500


@pytest.mark.parametrize("quarter", QUARTERS)
def test_a_rate_is_printed_where_the_indicator_is_paid(shared_data: Path, quarter: str) -> None:
    found = addenda(shared_data, quarter)
    for table in ("asc_aa", "asc_bb"):
        for code, row in found[table].items():
            indicator = str(row["payment_indicator"])
            assert not asc.meaning(indicator).endswith("described here"), (code, indicator)
            if asc.why_not_paid(indicator) is None:
                assert row["payment_rate"] is not None, (code, indicator)
    excluded, covered = set(found["asc_ee"]), set(found["asc_aa"])
    assert not excluded & covered


BESIDE_NO_PAYMENT = {  # rates printed beside an indicator without payment
    "J7": dict.fromkeys(QUARTERS[:6], 2),
    "N1": {"20210401": 1, "20251001": 1},
    "D5": {"20251001": 4},
}


@pytest.mark.parametrize("quarter", QUARTERS)
def test_rates_beside_indicators_without_payment_are_few(shared_data: Path, quarter: str) -> None:
    beside = Counter(
        str(row["payment_indicator"])
        for table in ("asc_aa", "asc_bb")
        for row in addenda(shared_data, quarter)[table].values()
        if row["payment_rate"] is not None and asc.why_not_paid(str(row["payment_indicator"]))
    )
    assert beside == {i: by[quarter] for i, by in BESIDE_NO_PAYMENT.items() if quarter in by}


# -- devices, and the hospital's rate beside the center's -----------------------------------------

WITH_DEVICES = [q for q in QUARTERS if q >= "20220101" and q != "20231001"]


@pytest.mark.parametrize("quarter", WITH_DEVICES)
def test_the_device_portion_is_its_share_of_the_rate(shared_data: Path, quarter: str) -> None:
    """Of the OPPS rate in device-intensive surgery, of the center's own rate elsewhere (FF note 2).

    The percentage is printed to two decimals and was finer when CMS multiplied.
    """
    found = addenda(shared_data, quarter)
    compared, differing = 0, set()
    for code, row in found["asc_ff"].items():
        if row["device_portion"] is None:
            continue
        own = found["asc_aa"].get(code, {}).get("payment_rate")
        base = row["opps_rate"] if row["payment_indicator"] == "J8" else own
        if not isinstance(base, Decimal):
            differing.add(code)
            continue
        compared += 1
        expected = base * figure(row, "device_offset") / 100
        finer = base * Decimal("0.00005") + Decimal("0.005")
        if abs(expected - figure(row, "device_portion")) > finer:
            differing.add(code)
    named = {
        "20240701": {"C9790"},  # discontinued: no rate in AA any more
        "20241001": {"C9790"},
        "20250401": {"G0564", "G0565"},
        "20250701": {"G0564", "G0565"},
        "20251001": {"G0564", "G0565"},
        "20260101": {"67027"},  # printed 84.88, and 3.99 percent of its rate is 80.41
        "20260401": {"67027"},
    }
    assert differing == named.get(quarter, set())
    assert compared > 3_500


# Four codes whose raised office rate passed that of the OPPS weight in 2024: AA alone followed.
RAISED = {"12052", "17106", "28495", "28540"}
STALE = {
    "20240401": RAISED | {"0660T", "0661T"},
    "20240701": RAISED | {"C9790"},
    "20241001": RAISED | {"C9790"},
}


@pytest.mark.parametrize("quarter", WITH_DEVICES)
def test_both_addenda_name_the_same_indicator(shared_data: Path, quarter: str) -> None:
    found = addenda(shared_data, quarter)
    differing = {
        code
        for code, row in found["asc_ff"].items()
        if code in found["asc_aa"]
        and row["payment_indicator"] != found["asc_aa"][code]["payment_indicator"]
    }
    assert differing == STALE.get(quarter, set())


@pytest.mark.parametrize("quarter", ADDENDUM_B)
def test_hospital_and_center_put_a_code_in_one_apc(shared_data: Path, quarter: str) -> None:
    hospital, center = addendum_b(shared_data, quarter), addenda(shared_data, quarter)["asc_ff"]
    compared = 0
    for code, row in center.items():
        if row["apc"] and code in hospital and hospital[code]["apc"]:
            compared += 1
            assert row["apc"] == hospital[code]["apc"], code
    assert compared > 3_600
    absent = {"G0564", "G0565"} if quarter > "20250401" else set()  # discontinued in 2025
    assert set(center) - set(hospital) == absent
    # Procedures that the OPPS does not accept and centers bill as one code: C7500 to C7560.
    bundled = {
        c for c, r in center.items() if r["apc"] and c in hospital and not hospital[c]["apc"]
    }
    assert {str(hospital[code]["status_indicator"]) for code in bundled} == {"E1"}
    assert all(code.startswith("C7") for code in bundled)


@pytest.mark.parametrize("quarter", ADDENDUM_B)
def test_the_rate_beside_the_centers_is_not_what_a_hospital_is_paid(
    shared_data: Path, quarter: str
) -> None:
    """FF prints one rate an APC, worked out without the packaging of comprehensive APCs.

    In 2024 it equals Addendum B in every APC that holds no comprehensive procedure (J1), and in
    none that does; in 2025 it lies within five percent of it there.
    """
    hospital, center = addendum_b(shared_data, quarter), addenda(shared_data, quarter)["asc_ff"]
    comprehensive = {r["apc"] for r in hospital.values() if r["status_indicator"] == "J1"}
    rates = defaultdict(set)
    equal, compared = Counter[bool](), Counter[bool]()
    farthest = Decimal(0)
    for code, row in center.items():
        if row["opps_rate"] is None:
            continue
        rates[row["apc"]].add(row["opps_rate"])
        paid = hospital.get(code, {}).get("payment_rate")
        if not isinstance(paid, Decimal):
            continue
        packaged = row["apc"] in comprehensive
        compared[packaged] += 1
        equal[packaged] += row["opps_rate"] == paid
        if not packaged:
            farthest = max(farthest, abs(figure(row, "opps_rate") - paid) / paid)
    several = {apc for apc, found in rates.items() if len(found) > 1}
    assert several == ({"5112"} if quarter > "20250401" else set())  # one rate of 0.00
    assert compared[False] > 830
    assert compared[True] > 2_790
    assert equal[True] == 0
    if quarter == "20240101":
        assert equal[False] == compared[False]
    else:
        assert farthest < Decimal("0.05")


def test_64640_in_both(shared_data: Path) -> None:
    found = {}
    for quarter in ADDENDUM_B:
        hospital = addendum_b(shared_data, quarter)["64640"]
        center = addenda(shared_data, quarter)["asc_ff"]["64640"]
        found[quarter] = (str(hospital["payment_rate"]), str(center["opps_rate"]))
    assert found == {
        "20240101": ("868.450", "868.45"),
        "20250101": ("890.290", "890.30"),
        "20250701": ("890.290", "890.30"),
        "20251001": ("890.290", "890.30"),
    }


# -- Addendum B against itself and against the rules ----------------------------------------------


@pytest.mark.parametrize("quarter", ADDENDUM_B)
def test_status_indicators_say_where_a_rate_is_paid(shared_data: Path, quarter: str) -> None:
    beside = set()
    for code, row in addendum_b(shared_data, quarter).items():
        indicator = str(row["status_indicator"])
        assert not opps.meaning(indicator).endswith("described here"), (code, indicator)
        if opps.why_not_paid(indicator) is None:
            assert row["payment_rate"] is not None, (code, indicator)
            assert row["apc"] is not None
        elif row["payment_rate"] is not None:
            beside.add(code)
    # An inpatient procedure with a rate beside its indicator: no price.
    assert beside == ({"50600"} if quarter == "20250101" else set())


@pytest.mark.parametrize("quarter", ADDENDUM_B)
def test_the_minimum_copayment_is_a_fifth_rounded_up(shared_data: Path, quarter: str) -> None:
    fifths, nothing, others = 0, 0, []
    for code, row in addendum_b(shared_data, quarter).items():
        if row["copayment_minimum"] is None:
            continue
        least = figure(row, "copayment_minimum")
        fifth = (figure(row, "payment_rate") / 5).quantize(CENT, rounding=ROUND_CEILING)
        if least == fifth:
            fifths += 1
        elif least == 0:
            nothing += 1  # preventive services, and drugs with pass-through status
        else:
            others.append((code, fifth - least))
    assert fifths > 6_400
    assert nothing < 80
    assert len(others) < 70


@pytest.mark.parametrize("quarter", ADDENDUM_B)
def test_the_rules_give_the_published_rates(shared_data: Path, quarter: str) -> None:
    paid = 0
    one = Decimal("1.0000")
    for code, row in addendum_b(shared_data, quarter).items():
        if opps.why_not_paid(str(row["status_indicator"])):
            continue
        values: dict[str, Value] = {
            "status_indicator": str(row["status_indicator"]),
            "payment_rate": figure(row, "payment_rate"),
            "wage_index": one,
        }
        national = rerun("opps.payment.national", values)
        assert isinstance(national, Money)
        assert national.amount == cents(figure(row, "payment_rate")), code
        assert rerun("opps.payment.wage_adjusted", values) == national
        paid += 1
    assert paid > 6_500
    for row in addenda(shared_data, quarter)["asc_aa"].values():
        if asc.why_not_paid(str(row["payment_indicator"])):
            continue
        rate = Money(figure(row, "payment_rate"))
        values = {"payment_indicator": str(row["payment_indicator"]), "payment_rate": rate}
        assert rerun("asc.payment.national", values) == rate
        assert rerun("asc.payment.wage_adjusted", {**values, "wage_index": one}) == rate


@pytest.mark.parametrize("quarter", ADDENDUM_B)
def test_coinsurance_of_the_published_rate_is_the_copayment_but_for_a_cent(
    shared_data: Path, quarter: str
) -> None:
    """CMS rounds the copayment up and the program's part half up: they may part by a cent."""
    compared = 0
    for code, row in addendum_b(shared_data, quarter).items():
        if opps.why_not_paid(str(row["status_indicator"])) or row["ira_coinsurance"] is not None:
            continue
        copayment = row["copayment_national"]
        if copayment is None:
            copayment = row["copayment_minimum"]
        assert isinstance(copayment, Decimal), code
        values: dict[str, Value] = {
            "payment": Money.round_once(figure(row, "payment_rate")),
            "payment_rate": figure(row, "payment_rate"),
            "copayment": copayment,
        }
        owed = rerun("opps.coinsurance", values)
        assert isinstance(owed, Money)
        assert abs(owed.amount - copayment) <= CENT, code
        compared += 1
    assert compared > 6_400
