"""Figures of a benchmark cell by name: rounded once, and never where too few stand behind them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import get_args

import pytest

import benchkit
from payeratlas.model.amounts import Money
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Unknown
from payeratlas.rates.benchmark import BillType, CellKey, Kind, Line, Series, Setting, Strictness
from payeratlas.rates.figures import basis_figure, cell_figure, key_of, settings_of, states_of

FOUND = benchkit.benchmarks()
THIN = benchkit.cell("cigna", ["100", "200", "300", "400", "500"])
THICK = benchkit.cell("aetna", range(100, 140))
STATISTICS = (
    "median", "low", "high", "q1", "q3", "p10", "p90", "by npi", "ratio of medians",
    "median of ratios", "grade",
)  # fmt: skip


@pytest.mark.parametrize("bill", get_args(BillType))
def test_a_cell_is_found_again_by_its_settings(bill: BillType) -> None:
    keys = {
        CellKey("64640", "aetna", line, Series(bill, setting, modifier, kind), state, strictness)
        for line, setting, modifier, kind, state, strictness in product(
            get_args(Line), get_args(Setting), ("", "26"), get_args(Kind), ("", "GA"),
            get_args(Strictness),
        )
    }  # fmt: skip
    written = {settings_of(key) for key in keys}
    assert {key_of(dict(settings)) for settings in written} == keys
    assert all(text for settings in written for _, text in settings)


def test_settings_that_name_no_cell_are_refused() -> None:
    settings = dict(settings_of(THIN.key))
    del settings["line"]
    with pytest.raises(InputError, match="line"):
        key_of(settings)


@pytest.mark.parametrize("statistic", STATISTICS)
def test_a_thin_cell_shows_no_figure_and_a_thick_one_does(statistic: str) -> None:
    told = cell_figure(THIN, statistic)
    assert isinstance(told, Unknown)
    assert not isinstance(cell_figure(THICK, statistic), Unknown)
    if statistic in ("median", "q1", "p10"):
        assert "5 organisations stand behind it" in told.detail


@pytest.mark.parametrize(
    ("organisations", "shown"),
    [(5, ()), (6, ("median", "low")), (10, ("median", "low")), (11, ("median", "low", "q1")),
     (29, ("median", "low", "q1")), (30, ("median", "low", "q1", "p10"))],
)  # fmt: skip
def test_how_many_stand_behind_what_is_shown(organisations: int, shown: tuple[str, ...]) -> None:
    cell = benchkit.cell("aetna", range(100, 100 + organisations))
    known = [
        statistic
        for statistic in ("median", "low", "q1", "p10")
        if not isinstance(cell_figure(cell, statistic), Unknown)
    ]
    assert tuple(known) == shown


def test_amounts_are_rounded_once_half_up() -> None:
    cell = replace(THICK, median=Decimal("100.005"), ratio_of_medians=Decimal("1.525"))
    assert cell_figure(cell, "median") == Money(Decimal("100.01"))
    assert cell_figure(cell, "ratio of medians") == Decimal(153)
    assert str(cell_figure(cell, "ratio of medians")) == "153"


def test_a_percentage_is_never_dollars() -> None:
    cell = next(c for c in FOUND.cells if c.key.series.kind == "percentage")
    assert cell_figure(cell, "median") == Decimal("57.50")
    assert not isinstance(cell_figure(cell, "median"), Money)


def test_medicare_that_is_not_known_says_why() -> None:
    cell = next(c for c in FOUND.cells if isinstance(c.medicare, Unknown))
    assert cell.median is not None
    assert cell_figure(cell, "medicare") == cell_figure(cell, "ratio of medians") == cell.medicare


def test_the_steps_of_a_funnel() -> None:
    told = [
        [cell_figure(THICK, f"step {n} {what}") for what in ("rows", "left", "median")]
        for n in (1, 2, 6)
    ]
    assert told[0] == [240, 240, Money(Decimal("950.00"))]
    assert told[1] == [12, 228, Money(Decimal("990.00"))]
    assert told[2] == [120, 120, cell_figure(THICK, "median")]
    assert isinstance(cell_figure(THIN, "step 1 median"), Unknown)


@pytest.mark.parametrize("statistic", ["mean", "step 0 rows", "step 7 rows", "step 1 mean", ""])
def test_a_statistic_that_is_none(statistic: str) -> None:
    with pytest.raises(InputError):
        cell_figure(THICK, statistic)


def test_counts_over_everything() -> None:
    names = ("files", "hospitals", "payers", "states", "read", "kept", "aside placeholder")
    assert [basis_figure(FOUND, name) for name in names] == [11, 10, 1, 9, 500, 488, 8]
    assert states_of(FOUND) == tuple(sorted(benchkit.STATES))
    empty = replace(FOUND, cells=())
    assert set(states_of(empty)) == {one.state for one in FOUND.files}
    with pytest.raises(InputError):
        basis_figure(FOUND, "aside never")
