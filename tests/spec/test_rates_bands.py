"""Benchmarks as multiples of Medicare lie where published studies find them, or as
docs/explanation/benchmarks-and-published-figures.md explains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from statistics import median

import pytest

from payeratlas.build.embed_rates import SERVICES, services
from payeratlas.rates.benchmark import HEADLINE, Benchmarks, Cell
from payeratlas.rates.read import benchmarks_of
from payeratlas.store import EMBEDDED, Store

Key = tuple[str, str, str]
"""Line of business, bill type, setting."""


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> list[Cell]:
    """The headline's cells in dollars of every embedded code."""
    store = Store.open(tmp_path_factory.mktemp("none"))
    found = (
        benchmarks_of(code, store) for code in services((EMBEDDED / SERVICES).read_text("utf-8"))
    )
    return [
        cell
        for one in found
        if isinstance(one, Benchmarks)
        for cell in one.cells
        if (cell.key.strictness, cell.key.state, cell.key.series.kind) == (HEADLINE, "", "dollars")
    ]


@pytest.fixture(scope="module")
def ratios(cells: list[Cell]) -> Mapping[Key, list[Decimal]]:
    """Each organisation's rate as a multiple of Medicare there, by line, bill type and setting."""
    found: dict[Key, list[Decimal]] = defaultdict(list)
    for cell in cells:
        key = (cell.key.line, cell.key.series.bill_type, cell.key.series.setting)
        found[key] += [vote.amount / vote.medicare for vote in cell.votes if vote.medicare]
    return found


@pytest.mark.parametrize(
    ("line", "bill_type", "setting", "least", "most"),
    [
        # Published: hospital outpatient 2.2 to 3.0; of single rates, by state and study, 1.9 to 3.
        ("commercial", "facility", "outpatient", "1.9", "3.0"),
        # Evry's narrow network, by whatever bill type: unfiltered professional rates 0.9 to 1.9.
        ("commercial", "unclear", "any", "0.9", "1.9"),
        # Academic centers and a cancer center: above the national 1.0 to 1.7, as explained.
        ("commercial", "professional", "facility", "1.7", "3.0"),
        # Plans under Medicare pay near Medicare's rates, and Medicaid's below commercial ones.
        ("medicare_advantage", "facility", "outpatient", "0.95", "1.25"),
        ("medicaid", "facility", "outpatient", "0.6", "1.5"),
        ("exchange", "facility", "outpatient", "1.2", "2.4"),
    ],
)
def test_the_middle_multiple_of_medicare(
    ratios: Mapping[Key, list[Decimal]],
    line: str,
    bill_type: str,
    setting: str,
    least: str,
    most: str,
) -> None:
    found = ratios[line, bill_type, setting]
    assert len(found) > 100
    assert Decimal(least) < median(found) < Decimal(most)


def test_cells_with_a_median_lie_in_the_published_band_of_outpatient_care(
    cells: list[Cell],
) -> None:
    found = [
        cell.ratio_of_medians
        for cell in cells
        if cell.ratio_of_medians is not None
        and (cell.key.line, cell.key.series.bill_type, cell.key.series.setting)
        == ("commercial", "facility", "outpatient")
    ]
    assert len(found) > 100
    assert Decimal("2.2") <= median(found) <= Decimal("3.0")


def test_lines_of_business_are_in_the_order_that_everybody_finds(
    ratios: Mapping[Key, list[Decimal]],
) -> None:
    middle = {key: median(found) for key, found in ratios.items() if found}
    lines = ("commercial", "exchange", "medicare_advantage")
    commercial, exchange, advantage = (middle[one, "facility", "outpatient"] for one in lines)
    assert commercial > exchange > advantage
