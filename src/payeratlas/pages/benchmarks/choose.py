"""Which cells stand where on a page, and in which order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from payeratlas.pages.benchmarks.words import NAMED, family_words
from payeratlas.rates.benchmark import (
    HEADLINE,
    STRICTNESSES,
    Benchmarks,
    BillType,
    Cell,
    CellKey,
    Line,
    Series,
    Setting,
)

Panel = tuple[str, str]
"""A bill type and a setting: what one drawing shows side by side."""

# Shown in the order in which the types list them.
_BILLS = get_args(BillType)
_SETTINGS = get_args(Setting)
_LINES = get_args(Line)


def rank(key: CellKey) -> tuple[object, ...]:
    """The named payers first, the one that no rule tells last; then line, series, state."""
    named = NAMED.index(key.family) if key.family in NAMED else len(NAMED)
    one = key.series
    return (
        key.family == "unclassified",
        named,
        family_words(key.family),
        _LINES.index(key.line),
        _BILLS.index(one.bill_type),
        _SETTINGS.index(one.setting),
        one.kind,
        one.modifier,
        one.arrangement,
        key.state,
        STRICTNESSES.index(key.strictness),
    )


def plain_series(series: Series) -> bool:
    """Whether it is what a headline shows: dollars, fee for service, without a modifier."""
    return (series.kind, series.arrangement, series.modifier) == ("dollars", "ffs", "")


def panel(cell: Cell) -> Panel:
    """What a cell is drawn with."""
    return cell.key.series.bill_type, cell.key.series.setting


def panel_rank(cell: Cell) -> tuple[int, int]:
    """The order of panels: physicians first, the office first."""
    bill, setting = panel(cell)
    return _BILLS.index(bill), _SETTINGS.index(setting)


def _sorted(cells: Iterable[Cell]) -> list[Cell]:
    return sorted(cells, key=lambda cell: rank(cell.key))


def headline(found: Benchmarks) -> list[Cell]:
    """Commercial, balanced, all that is on hand, plain series: what a page opens with."""
    return _chosen(found)


def other_lines(found: Benchmarks) -> list[Cell]:
    """The same series of the other lines of business."""
    return _chosen(found, commercial=False)


def other_series(found: Benchmarks) -> list[Cell]:
    """Commercial rates of the other series: a modifier, a percentage, by the day, by the case."""
    return _chosen(found, plain=False)


def by_state(found: Benchmarks) -> list[Cell]:
    """The headline's cells, state by state."""
    return _chosen(found, states=True)


def _chosen(
    found: Benchmarks, *, plain: bool = True, commercial: bool = True, states: bool = False
) -> list[Cell]:
    """The cells at the headline's strictness that are, or are not, what a headline shows."""
    return _sorted(
        cell
        for cell in found.cells
        if cell.key.strictness == HEADLINE
        and plain_series(cell.key.series) == plain
        and (cell.key.line == "commercial") == commercial
        and bool(cell.key.state) == states
    )


def strictness_of(found: Benchmarks, cell: Cell) -> dict[str, Cell]:
    """A cell at each strictness that there is."""
    key = cell.key
    return {
        one.key.strictness: one
        for one in found.cells
        if (one.key.family, one.key.line, one.key.series, one.key.state)
        == (key.family, key.line, key.series, key.state)
    }


def opening(cells: list[Cell]) -> tuple[list[Cell], list[Cell]]:
    """The headline's cells to open with, and thin ones of payers that nobody asked for."""
    first = [c for c in cells if c.median is not None or c.key.family in NAMED]
    return first, [c for c in cells if c not in first]


def shared_setting(cells: list[Cell]) -> list[Cell]:
    """Of cells with a median, those of the setting that most payers share, by their median.

    Where settings share as many, the physician's comes first. Payers that no rule tells are left
    out, and so are rates of which the file does not say whose they are.
    """
    by_panel: dict[Panel, list[Cell]] = {}
    for cell in cells:
        told = cell.key.family != "unclassified" and cell.key.series.bill_type != "unclear"
        if cell.median is not None and told:
            by_panel.setdefault(panel(cell), []).append(cell)
    if not by_panel:
        return []
    order = sorted(by_panel, key=lambda one: (_BILLS.index(one[0]), _SETTINGS.index(one[1])))
    best = max(order, key=lambda one: len(by_panel[one]))
    return sorted(by_panel[best], key=lambda cell: (cell.median, rank(cell.key)))
