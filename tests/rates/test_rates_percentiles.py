"""Percentiles, intervals and fences: definitions that differ, and slow twins of each."""

from __future__ import annotations

import statistics
from decimal import Decimal
from fractions import Fraction
from itertools import product
from math import comb, exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payeratlas.rates.percentiles import (
    MEDIAN,
    P10,
    P25,
    P75,
    P90,
    cents,
    cms_quantile,
    log_fence,
    median,
    median_interval,
    median_ranks,
    quantile,
    quantiles,
    weighted_quantile,
)

TEN = [Decimal(n) for n in (3, 1, 2, 10, 9, 8, 7, 6, 5, 4)]
amounts = st.decimals(min_value="0.0001", max_value="99999999999999.9999", places=4)
parts = st.sampled_from([P10, P25, MEDIAN, P75, P90, Fraction(0), Fraction(1)])


def test_definitions_differ_on_ten_values() -> None:
    """The figures of methods.md: CMS 2, 6, 10; Hyndman-Fan 7 1.9, 5.5, 9.1."""
    assert [cms_quantile(TEN, p) for p in (P10, MEDIAN, P90)] == [2, 6, 10]
    assert quantiles(TEN, (P10, MEDIAN, P90)) == (Decimal("1.9"), Decimal("5.5"), Decimal("9.1"))


@given(st.lists(amounts, min_size=2, max_size=60))
def test_quantiles_are_those_of_the_standard_library_exactly(values: list[Decimal]) -> None:
    """Its inclusive method is Hyndman-Fan 7; on Fractions it is exact."""
    exact = [Fraction(value) for value in values]
    for parts_of_one, ps in ((10, (P10, MEDIAN, P90)), (4, (P25, MEDIAN, P75))):
        cuts = statistics.quantiles(exact, n=parts_of_one, method="inclusive")
        for p in ps:
            assert Fraction(quantile(values, p)) == cuts[int(p * parts_of_one) - 1]


@given(st.lists(amounts, min_size=1, max_size=30), parts)
def test_a_quantile_lies_within_and_order_does_not_matter(
    values: list[Decimal], p: Fraction
) -> None:
    found = quantile(values, p)
    assert min(values) <= found <= max(values)
    assert found == quantile(values[::-1], p)
    assert cms_quantile(values, p) in values


@given(st.lists(amounts, min_size=1, max_size=30))
def test_the_median_is_that_of_the_standard_library(values: list[Decimal]) -> None:
    exact = statistics.median([Fraction(value) for value in values])
    assert Fraction(median(values)) == exact
    assert Fraction(weighted_quantile([(v, Decimal(3)) for v in values], MEDIAN)) == exact


@given(st.lists(st.tuples(amounts, st.integers(1, 6)), min_size=1, max_size=20))
def test_a_weight_is_as_many_votes(pairs: list[tuple[Decimal, int]]) -> None:
    repeated = [value for value, weight in pairs for _ in range(weight)]
    weighted = [(value, Decimal(weight)) for value, weight in pairs]
    assert weighted_quantile(weighted, MEDIAN) == median(repeated)


def test_no_value_has_no_quantile() -> None:
    for asked in (lambda: quantile([], MEDIAN), lambda: cms_quantile([], MEDIAN)):
        with pytest.raises(ValueError, match="no value"):
            asked()
    with pytest.raises(ValueError, match="weights above zero"):
        weighted_quantile([(Decimal(1), Decimal(0))], MEDIAN)


def covered(n: int, low: int, high: int) -> Fraction:
    """In how many of the samples of n the median is from the low-th to the high-th value: the
    number of values below it is from low to high - 1."""
    return Fraction(sum(comb(n, below) for below in range(low, high)), 2**n)


@pytest.mark.parametrize(("n", "ranks"), [(6, (1, 6)), (11, (2, 9)), (20, (6, 15)), (40, (13, 26))])
def test_ranks_that_the_method_states(n: int, ranks: tuple[int, int]) -> None:
    low, high, share = median_ranks(n)
    assert (low, high) == ranks
    assert share == covered(n, low, high) >= Fraction(95, 100)


@pytest.mark.parametrize("n", [*range(6, 48), 75, 100])
def test_no_narrower_interval_covers_as_much(n: int) -> None:
    enough = [
        (high - low, low)
        for low, high in product(range(1, n + 1), repeat=2)
        if low < high and covered(n, low, high) >= Fraction(95, 100)
    ]
    low, high, _ = median_ranks(n)
    assert (high - low, low) == min(enough)


def test_equal_tails_are_not_narrower() -> None:
    assert covered(11, 2, 10) > Fraction(95, 100) > covered(11, 3, 9)
    assert covered(40, 14, 27) > covered(40, 13, 26)


def test_large_samples_are_near_to_the_normal_law() -> None:
    low, high, share = median_ranks(10_000)
    assert 196 <= high - low <= 198
    assert 90 <= high - 5000 <= 5000 - low <= 106
    assert Fraction(95, 100) <= share < Fraction(951, 1000)


def test_five_values_have_no_interval() -> None:
    assert median_interval(TEN[:5]) is None
    assert median_interval(TEN[:6]) == (1, 10)
    with pytest.raises(ValueError, match="no interval"):
        median_ranks(5)


@given(st.lists(st.decimals(min_value=1, max_value=10**6, places=2), min_size=40, max_size=80))
def test_the_fence_is_that_of_floats(values: list[Decimal]) -> None:
    found = log_fence(values)
    assert found is not None
    logs = sorted(log(value) for value in values)
    lower, _, upper = statistics.quantiles(logs, n=4, method="inclusive")
    reach = 1.5 * min(upper - lower, 1.0)
    assert float(found[0]) == pytest.approx(exp(lower - reach), rel=1e-6, abs=1e-4)
    assert float(found[1]) == pytest.approx(exp(upper + reach), rel=1e-6, abs=1e-4)


def test_a_fence_needs_forty_rates_above_zero() -> None:
    assert log_fence([Decimal(50)] * 39) is None
    assert log_fence([Decimal(50)] * 40) == (Decimal("50.0000"), Decimal("50.0000"))
    with pytest.raises(ValueError, match="above zero"):
        log_fence([Decimal(0)] * 40)


def test_cents_are_rounded_half_up() -> None:
    assert cents(Decimal("87.5450")) == Decimal("87.55")
    assert cents(Decimal("87.5449")) == Decimal("87.54")
    assert cents(Decimal(3)) == Decimal("3.00")
