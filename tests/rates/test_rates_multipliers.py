"""Multipliers and conversion factors posted as dollars, and cheap services that are not."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payeratlas.rates.multipliers import LEAST_CODES, are_multipliers

Rows = list[tuple[str, Decimal, Decimal | None]]

MEDICARE = [Decimal(n) for n in (8, 16, 35, 64, 92, 130, 196, 244, 310, 402, 548, 790, 1150)]
# Laboratory tests, blood draw, vaccines: what Medicare pays, near enough.
CHEAP = [Decimal(n) for n in ("3.00", "7.77", "8.83", "10.56", "5.21", "4.02", "9.15", "14.49")]


def group(amounts: list[Decimal], medicare: list[Decimal]) -> Rows:
    return [(f"1000{n}", a, m) for n, (a, m) in enumerate(zip(amounts, medicare, strict=True))]


def test_multipliers_of_one_payer() -> None:
    """As in a file of 2022: median 1.01, most the same, some far off."""
    amounts = [Decimal(text) for text in ["1.01"] * 8 + ["0.95", "1.20", "1.20", "1.50", "480"]]
    assert are_multipliers(group(amounts, MEDICARE))


def test_conversion_factors_of_one_payer() -> None:
    """As in a hospital's file of 2026: case rates of 0.22 to 16.13 dollars."""
    amounts = [
        Decimal(text)
        for text in ["0.22"] * 3
        + ["0.41", "0.80", "1.10", "2.63", "4.02", "5.50", "7.31"]
        + ["9.90", "12.20", "16.13"]
    ]
    assert are_multipliers(group(amounts, MEDICARE))


def test_dollars_are_dollars() -> None:
    for share in ("0.5", "0.8", "1.0", "1.4", "3.0"):
        amounts = [m * Decimal(share) for m in MEDICARE]
        assert not are_multipliers(group(amounts, MEDICARE))


def test_cheap_services_are_no_multipliers() -> None:
    """Twelve laboratory tests of a few dollars, at 70 to 120 % of Medicare."""
    medicare = CHEAP + CHEAP[:4]
    amounts = [m * Decimal("0.7") for m in CHEAP] + [m * Decimal("1.2") for m in CHEAP[:4]]
    assert not are_multipliers(group(amounts, medicare))


def test_a_flat_fee_is_no_multiplier() -> None:
    """One price for every test is even, but it is not below five dollars."""
    medicare = [Decimal(n) for n in (4, 5, 8, 9, 11, 14, 18, 24, 30, 41)]
    assert not are_multipliers(group([Decimal("12.50")] * 10, medicare))


def test_even_multipliers_of_cheap_services_are_found() -> None:
    """1.1 times Medicare for laboratory tests is no tenth of what Medicare pays for each."""
    medicare = [Decimal(n) for n in (2, 3, 4, 5, 8, 9, 11, 14, 18, 24, 30, 41)]
    assert are_multipliers(group([Decimal("1.10")] * 12, medicare))


def test_dear_services_far_below_medicare_are_dollars() -> None:
    """A twentieth of Medicare is odd, and for the bounds to find; it is no multiplier."""
    medicare = [Decimal(n) for n in range(2000, 20000, 1000)]
    assert not are_multipliers(group([m / 20 for m in medicare], medicare))


def test_few_codes_are_not_judged() -> None:
    few = group([Decimal("1.01")] * (LEAST_CODES - 1), MEDICARE[: LEAST_CODES - 1])
    assert not are_multipliers(few)
    assert are_multipliers(group([Decimal("1.01")] * LEAST_CODES, MEDICARE[:LEAST_CODES]))
    assert not are_multipliers([(code, amount, None) for code, amount, _ in few * 3])
    assert not are_multipliers([])


def test_a_code_counts_once() -> None:
    """Fifty amounts of one service do not outvote ten services."""
    rows = group([m * Decimal("1.3") for m in MEDICARE], MEDICARE)
    rows += [("99999", Decimal(n) / 100, Decimal(500)) for n in range(1, 51)]
    assert not are_multipliers(rows)


@given(
    st.lists(st.integers(5, 5000).map(Decimal), min_size=10, max_size=40),
    st.lists(st.integers(40, 400).map(lambda n: Decimal(n) / 100), min_size=40, max_size=40),
)
def test_prices_from_two_fifths_to_four_times_medicare_above_five_dollars_are_dollars(
    medicare: list[Decimal], shares: list[Decimal]
) -> None:
    amounts = [max(Decimal("5.01"), m * s) for m, s in zip(medicare, shares, strict=False)]
    assert not are_multipliers(group(amounts, medicare))


def extract(shared_data: Path) -> Rows:
    path = shared_data / "tic" / "2025-08-01_UnitedHealthcare-GA_rates_extract.csv"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    with path.open(encoding="utf-8", newline="") as stream:
        return [
            (
                row["billing_code"],
                Decimal(row["negotiated_rate"]),
                Decimal(row["medicare_allowed"]) if row["medicare_allowed"] else None,
            )
            for row in csv.DictReader(stream)
        ]


def test_a_real_file_and_its_multiples_of_medicare(shared_data: Path) -> None:
    """UnitedHealthcare of Georgia, with the Medicare amounts that its extract carries."""
    rows = extract(shared_data)
    assert len(rows) > 7000
    assert not are_multipliers(rows)
    multiples = [
        (code, (amount / paid).quantize(Decimal("0.01")), paid)
        for code, amount, paid in rows
        if paid
    ]
    assert are_multipliers(multiples)
    laboratory = [row for row in rows if row[0].startswith(("80", "82", "84", "85"))]
    assert not are_multipliers(laboratory)
