"""CMS's own payment amounts come out to the cent, and only with the one rounding at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from cms_raw import gpci_rows, ohio, rvu_rows

from payeratlas.model.amounts import Money
from payeratlas.model.facts import Unknown, Value
from payeratlas.pricing.quote import quote
from payeratlas.pricing.request import Request
from payeratlas.pricing.rules import rerun
from payeratlas.pricing.status import why_not_priced
from payeratlas.tables.contract import Row
from pricing_facts import AS_OF, inputs_for

RATES = {"nonfacility": "Non-Facility", "facility": "Facility"}
Values = dict[str, Value]


def values_of(row: Row, gpci: Row | None, rate: str) -> Values:
    """Inputs of the fee rules by role, straight from the rows."""
    values: Values = {
        "work_rvu": row.decimal("work_rvu"),
        "pe_rvu": row.decimal(f"pe_rvu_{rate}"),
        "mp_rvu": row.decimal("mp_rvu"),
        "opps_pe": row.decimal(f"opps_pe_{rate}"),
        "opps_mp": row.decimal("opps_mp"),
        "conversion_factor": row.decimal("conversion_factor"),
    }
    if gpci is not None:
        values |= {name: gpci.decimal(name) for name in ("work_gpci", "pe_gpci", "mp_gpci")}
    return values


@pytest.fixture(scope="module")
def paired(shared_data: Path) -> list[tuple[dict[str, str], Row, Row]]:
    """Each amount of the Ohio file with its row of RVU20B and the indices of Ohio."""
    rows = {(r.text("hcpcs"), r.text("modifier")): r for r in rvu_rows(shared_data, "rvu20b")}
    (gpci,) = [r for r in gpci_rows(shared_data, "rvu20b") if r.text("mac") == "15202"]
    assert [gpci.decimal(n) for n in ("work_gpci", "pe_gpci", "mp_gpci")] == [
        Decimal("1"),
        Decimal("0.915"),
        Decimal("1.049"),
    ]
    return [
        (amount, rows[amount["HCPCS Code"], amount["Modifier"].replace("none", "")], gpci)
        for amount in ohio(shared_data)
    ]


def test_every_fee_of_ohio_2020_to_the_cent(paired: list) -> None:
    right: Counter[str] = Counter()
    for amount, row, gpci in paired:
        assert row.text("status") == amount["Status Code"]
        assert why_not_priced(row.text("status")) is None
        for rate, title in RATES.items():
            made = rerun("pfs.payment.locality", values_of(row, gpci, rate))
            right[rate] += made == Money.of(amount[f"{title} Fee"])
    assert right == {"nonfacility": 8994, "facility": 8994}
    assert len(paired) == 8994


def test_every_outpatient_cap_of_ohio_2020_to_the_cent(paired: list) -> None:
    right: Counter[str] = Counter()
    lower = 0
    for amount, row, gpci in paired:
        values = {rate: values_of(row, gpci, rate) for rate in RATES}
        flagged = amount["OPPS Indicator"] == "1"
        assert flagged == bool(values["facility"]["opps_pe"]) == bool(row.decimal("opps_mp"))
        for rate, title in RATES.items():
            fee = Money.of(amount[f"{title} Fee"])
            payable = rerun("pfs.payable.locality", values[rate])
            if not flagged:
                assert payable == fee
                continue
            cap = Money.of(amount[f"OPPS {title} Fee"])
            right[rate] += rerun("pfs.opps_cap.locality", values[rate]) == cap
            assert payable == min(fee, cap)
            lower += rate == "nonfacility" and cap < fee
    assert right == {"nonfacility": 959, "facility": 959}
    assert lower == 82  # the file's fee columns are not capped, whatever its layout says


def test_every_reduced_therapy_unit_of_ohio_2020_to_the_cent(paired: list) -> None:
    right = 0
    for amount, row, gpci in paired:
        office = Decimal(amount["50% Therapy Reduction Amount (non-institutional)"])
        assert bool(office) == (row.text("multiple_procedure") == "5")
        if not office:
            continue
        hospital = Decimal(amount["50% Therapy Reduction Amount (institutional)"])
        made = [rerun("pfs.therapy_reduced.locality", values_of(row, gpci, rate)) for rate in RATES]
        right += made == [Money(office), Money(hospital)]
    assert right == 51


def _q(value: Decimal, places: str = "0.01") -> Decimal:
    return value.quantize(Decimal(places), ROUND_HALF_UP)


Wrong = Callable[[list[Decimal], Decimal], Decimal]

# How naive calculators round, and how many of the 8,994 rows they get wrong in either setting.
WRONG: dict[str, tuple[Wrong, int]] = {
    "each product to four decimals": (lambda p, cf: _q(sum(_q(x, "0.0001") for x in p) * cf), 1574),
    "total to four decimals": (lambda p, cf: _q(_q(sum(p), "0.0001") * cf), 962),
    "each product to two decimals": (lambda p, cf: _q(sum(_q(x) for x in p) * cf), 8811),
    "total to two decimals": (lambda p, cf: _q(_q(sum(p)) * cf), 8811),
    "each component in dollars": (lambda p, cf: sum(_q(x * cf) for x in p), 3163),
    "conversion factor to cents": (lambda p, cf: _q(sum(p) * _q(cf)), 4400),
    "cut off": (lambda p, cf: (sum(p) * cf).quantize(Decimal("0.01"), ROUND_DOWN), 4925),
}


@pytest.mark.parametrize("name", WRONG)
def test_other_roundings_miss_cms(paired: list, name: str) -> None:
    rounded, missed = WRONG[name]
    wrong = 0
    for amount, row, gpci in paired:
        made = {}
        for rate, title in RATES.items():
            values = values_of(row, gpci, rate)
            parts = [
                values["work_rvu"] * values["work_gpci"],
                values["pe_rvu"] * values["pe_gpci"],
                values["mp_rvu"] * values["mp_gpci"],
            ]
            made[rate] = rounded(parts, values["conversion_factor"]) == Decimal(
                amount[f"{title} Fee"]
            )
        wrong += not all(made.values())
    assert wrong == missed


@pytest.mark.parametrize(
    ("code", "modifier", "office", "facility"),
    [
        ("64640", "", "239.75", "118.56"),
        ("27447", "", "1376.48", "1376.48"),  # NA outside a facility, and priced all the same
        ("45378", "53", "161.88", "94.51"),
        ("70336", "", "287.69", "287.69"),  # fee 291.65, capped
    ],
)
def test_quotes_in_ohio_2020(
    paired: list, code: str, modifier: str, office: str, facility: str
) -> None:
    ((row, gpci),) = [
        (row, gpci) for _, row, gpci in paired
        if (row.text("hcpcs"), row.text("modifier")) == (code, modifier)
    ]  # fmt: skip
    for place, expected in (("11", office), ("22", facility)):
        request = Request.parse(
            code,
            as_of=AS_OF,
            place=place,
            locality="15202-00",
            modifiers=[modifier] if modifier else [],
        )
        inputs = inputs_for(request, row.values, gpci.values)
        assert quote(request, inputs, row_modifier=modifier).amount.value == Money.of(expected)


# National amounts, office/facility: 2023, 2024 from March 9, 2025, 2026 (factor 33.4009).
NATIONAL = """
64600 473.40/234.16 478.67/238.01 464.82/235.81 530.74/227.13
64605 659.11/355.48 908.75/430.07 867.53/420.50 1100.89/423.86
64610 798.72/490.69 775.27/483.67 739.76/471.94 859.74/449.24
64620 211.12/178.25 210.38/177.09 206.05/174.02 225.79/167.34
64624 394.45/146.05 388.13/145.13 370.69/142.65 411.17/133.27
64625 478.83/194.85 472.35/194.40 451.56/190.84 495.67/176.69
64628 NA/461.88 NA/411.77 NA/399.16 NA/364.74
64629 NA/214.17 NA/194.73 NA/188.26 NA/167.34
64630 259.24/193.16 256.65/191.07 250.69/188.26 274.22/183.70
64632 90.82/67.10 90.87/66.91 88.95/65.99 90.18/61.79
64633 443.92/191.46 437.73/191.07 416.95/186.64 458.93/172.68
64634 261.27/66.76 255.32/66.24 241.30/64.69 266.54/57.78
64635 447.99/191.80 441.39/191.40 420.50/186.64 464.94/173.02
64636 245.68/58.96 239.67/57.92 226.43/56.93 251.51/50.77
64640 249.75/118.61 248.32/118.50 240.98/117.09 267.54/111.56
64642 152.83/107.08 153.79/107.19 149.76/104.48 163.33/96.19
64643 93.87/70.82 93.54/69.57 90.89/67.28 99.87/59.79
64644 178.92/116.91 178.42/115.84 173.70/113.21 190.72/103.54
64645 121.99/82.35 120.83/80.89 117.42/78.93 129.60/70.48
64646 161.98/116.91 162.11/116.17 158.17/113.86 170.34/103.88
64647 185.02/134.87 184.75/133.82 177.26/129.06 189.38/116.24
64680 352.77/162.32 340.53/159.45 325.41/156.88 346.70/146.63
64681 466.97/223.32 451.05/217.03 437.97/215.10 462.27/193.06
64405 75.91/53.20 75.56/52.59 73.43/51.43 78.83/46.09
64420 98.61/58.62 97.87/57.59 95.42/56.93 105.88/52.44
64421 33.21/24.40 33.29/24.63 32.35/23.61 35.07/21.71
64425 112.17/54.90 110.51/53.93 106.10/52.72 120.91/49.77
64450 75.91/42.02 75.23/41.61 71.81/40.11 80.83/38.41
64454 224.33/82.01 221.69/81.55 211.55/79.90 234.81/73.15
76942 58.96/NA 57.92/NA 57.25/NA 64.13/64.13
77002 118.61/NA 115.84/NA 110.30/NA 121.25/121.25
77003 107.76/NA 105.19/NA 99.63/NA 104.54/104.54
"""


@pytest.mark.parametrize(
    ("column", "release"), [(0, "rvu23d"), (1, "rvu24c"), (2, "rvu25d"), (3, "rvu26c")]
)
def test_national_amounts_of_nerve_destruction_and_its_neighbours(
    shared_data: Path, column: int, release: str
) -> None:
    rows = {r.text("hcpcs"): r for r in rvu_rows(shared_data, release) if not r.text("modifier")}
    compared = 0
    for line in NATIONAL.split("\n")[1:-1]:
        code, *cells = line.split()
        if release == "rvu26c" and code not in rows:  # an excerpt
            continue
        row = rows[code]
        for rate, expected in zip(RATES, cells[column].split("/"), strict=True):
            if expected == "NA":
                assert row.text(f"na_{rate}") == "NA"
                assert row.decimal("pe_rvu_facility") == row.decimal("pe_rvu_nonfacility")
                continue
            made = rerun("pfs.payable.national", values_of(row, None, rate))
            assert made == Money.of(expected), (code, rate)
            compared += 1
    assert compared == (36 if column == 3 else 59)
    if column < 3:  # 64999 stands in no excerpt; its zeros are no price
        assert rows["64999"].text("status") == "C"
        assert why_not_priced("C") is not None


@pytest.mark.parametrize(
    ("release", "office", "facility"),
    [
        ("rvu20a", "254.43", "121.98"),
        ("rvu24a", "244.27", "116.57"),  # 32.7442, to March 8
        ("rvu24ar", "248.32", "118.50"),  # 33.2875, from March 9
        ("rvu25a", "240.98", "117.09"),
        ("rvu25d", "240.98", "117.09"),
        ("rvu26c", "267.54", "111.56"),
    ],
)
def test_64640_nationally(shared_data: Path, release: str, office: str, facility: str) -> None:
    (row,) = [r for r in rvu_rows(shared_data, release) if r.text("hcpcs") == "64640"]
    for place, expected in (("11", office), ("24", facility)):
        request = Request.parse("64640", as_of=AS_OF, place=place)
        answer = quote(request, inputs_for(request, row.values))
        assert answer.amount.value == Money.of(expected)


def test_every_row_of_a_release_has_a_price_or_says_why_not(shared_data: Path) -> None:
    """18,000 rows quoted: priced exactly where status A, R or T prints RVUs, else in words."""
    outcomes: Counter[tuple[str, bool]] = Counter()
    for row in rvu_rows(shared_data, "rvu25a"):
        own = row.text("modifier")
        request = Request.parse(
            row.text("hcpcs"), as_of=AS_OF, place="11", modifiers=[own] if own else []
        )
        answer = quote(request, inputs_for(request, row.values), row_modifier=own)
        value = answer.amount.value
        if isinstance(value, Unknown):
            assert value.reason == "not_priced"
            assert value.detail.startswith("no Medicare price")
        else:
            assert value > Money.of("0.00")  # type: ignore[operator]
        outcomes[row.text("status"), answer.amount.known] += 1
    assert {status for status, known in outcomes if known} == {"A", "R", "T"}
    assert {status for status, known in outcomes if not known} == set("ABCEIJMNPRX")
    assert outcomes["A", True] == 9022
    assert outcomes["A", False] == 1  # an interpretation paid for hospital inpatients only
    assert outcomes["R", False] == 954
