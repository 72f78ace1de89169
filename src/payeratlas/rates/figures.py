"""The figures of a benchmark by name, and how a cell is named, so that each can be computed again.

A figure that a page states of a cell is the result of the rule ``rates.cell``: the cell named by
its settings, and the statistic. Amounts are rounded here, once, half up to the cent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import cast

from payeratlas.model.amounts import CENT, Money
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Unknown
from payeratlas.rates.benchmark import (
    HEADLINE,
    LEAST_FOR_MEDIAN,
    LEAST_FOR_QUARTILES,
    LEAST_FOR_TAILS,
    Benchmarks,
    BillType,
    Cell,
    CellKey,
    Kind,
    Line,
    Series,
    Setting,
    Strictness,
)

Figure = Money | Decimal | int | Unknown
Settings = tuple[tuple[str, str], ...]

CELL_RULE = "rates.cell"
BASIS_RULE = "rates.basis"
_STEP = re.compile(r"step ([0-9]+) (rows|left|median)")
_WHOLE = Decimal(1)


def settings_of(key: CellKey) -> Settings:
    """The cell as settings of a rule; what is empty is left out."""
    named = (
        ("code", key.code),
        ("family", key.family),
        ("line", key.line),
        ("bill type", key.series.bill_type),
        ("setting", key.series.setting),
        ("modifier", key.series.modifier),
        ("kind", key.series.kind),
        ("arrangement", key.series.arrangement),
        ("state", key.state),
        ("strictness", key.strictness),
    )
    return tuple((role, text) for role, text in named if text)


def key_of(settings: Mapping[str, str]) -> CellKey:
    """The cell that settings name, as :func:`settings_of` writes them; InputError where they name
    none."""
    try:
        return CellKey(
            settings["code"],
            settings["family"],
            cast(Line, settings["line"]),
            Series(
                cast(BillType, settings["bill type"]),
                cast(Setting, settings["setting"]),
                settings.get("modifier", ""),
                cast(Kind, settings["kind"]),
                settings.get("arrangement", ""),
            ),
            settings.get("state", ""),
            cast(Strictness, settings.get("strictness", HEADLINE)),
        )
    except KeyError as error:
        raise InputError(f"a benchmark cell is named without its {error}.") from error


def cell_figure(cell: Cell, statistic: str) -> Figure:
    """A statistic of a cell; Unknown where too few organisations stand behind it.

    ``organisations``, ``npis``, ``rows`` and ``grade`` are counts. ``median``, ``low`` and ``high``
    (the ends of its interval), ``q1``, ``q3``, ``p10``, ``p90``, ``by npi``, ``by volume`` and
    ``medicare`` are Money, or percent where the series is of percentages. ``ratio of medians`` and
    ``median of ratios`` are whole percent of Medicare. ``step N rows``, ``left`` and ``median`` are
    of step N of the funnel, from 1. InputError where there is no such statistic.
    """
    if found := _STEP.fullmatch(statistic):
        return _of_step(cell, int(found[1]), found[2])
    try:
        return _STATISTICS[statistic](cell)
    except KeyError:
        raise InputError(f"a benchmark cell has no statistic {statistic!r}.") from None


def basis_figure(found: Benchmarks, statistic: str) -> int:
    """A count over all that a benchmark of a code was made from.

    ``files``, ``hospitals`` (distinct hospitals' files by publisher), ``payers`` (publishers of
    payers' files), ``states`` (of the cells), ``read`` and ``kept`` (posted rates), or ``aside``
    and a reason. InputError where there is no such count.
    """
    counts = {
        "files": len(found.files),
        "hospitals": len({one.publisher for one in found.files if one.kind == "hospital"}),
        "payers": len({one.publisher for one in found.files if one.kind == "payer"}),
        "states": len(states_of(found)),
        "read": found.read,
        "kept": found.kept,
        **{f"aside {reason}": count for reason, count in found.aside.items()},
    }
    if statistic not in counts:
        raise InputError(f"a benchmark has no count {statistic!r}.")
    return counts[statistic]


def states_of(found: Benchmarks) -> tuple[str, ...]:
    """The states that any cell rests on, in order; those of the files where there is no cell."""
    cells = {state for cell in found.cells for state in cell.basis.states}
    return tuple(sorted(cells or {one.state for one in found.files if one.state}))


def amount_figure(cell: Cell, amount: Decimal) -> Money | Decimal:
    """An amount of a cell rounded half up: dollars and cents, or percent with two decimals."""
    if cell.key.series.kind == "percentage":
        return amount.quantize(CENT, rounding=ROUND_HALF_UP)
    return Money.round_once(amount)


def _few(organisations: int, what: str, least: int) -> Unknown:
    return Unknown(
        "not_covered",
        f"{organisations} organisations stand behind it; {what} is shown from {least} on.",
    )


def _amount(cell: Cell, amount: Decimal | Unknown | None, what: str, least: int) -> Figure:
    if amount is None:
        return _few(cell.organisations, what, least)
    return amount if isinstance(amount, Unknown) else amount_figure(cell, amount)


def _end(pair: tuple[Decimal, Decimal] | None, end: int) -> Decimal | None:
    return None if pair is None else pair[end]


def _ratio(cell: Cell, ratio: Decimal | None) -> Figure:
    """A multiple of Medicare in whole percent."""
    if ratio is not None:
        return (ratio * 100).quantize(_WHOLE, rounding=ROUND_HALF_UP)
    if isinstance(cell.medicare, Unknown):
        return cell.medicare
    return _few(cell.organisations, "a comparison with Medicare", LEAST_FOR_MEDIAN)


def _grade(cell: Cell) -> Figure:
    if cell.grade is None:
        return Unknown("not_covered", "nothing is shown, so nothing is graded.")
    return cell.grade


def _of_step(cell: Cell, number: int, what: str) -> Figure:
    if not 1 <= number <= len(cell.funnel):
        raise InputError(f"the funnel of a benchmark cell has no step {number}.")
    step = cell.funnel[number - 1]
    if what != "median":
        return step.rows if what == "rows" else step.left
    if step.median is None:
        return Unknown("not_covered", "too few organisations stand behind the rows left.")
    return amount_figure(cell, step.median)


_STATISTICS: dict[str, Callable[[Cell], Figure]] = {
    "organisations": lambda cell: cell.organisations,
    "npis": lambda cell: cell.npis,
    "rows": lambda cell: cell.rows,
    "median": lambda cell: _amount(cell, cell.median, "a median", LEAST_FOR_MEDIAN),
    "low": lambda cell: _amount(cell, _end(cell.interval, 0), "an interval", LEAST_FOR_MEDIAN),
    "high": lambda cell: _amount(cell, _end(cell.interval, 1), "an interval", LEAST_FOR_MEDIAN),
    "q1": lambda cell: _amount(cell, _end(cell.quartiles, 0), "a quartile", LEAST_FOR_QUARTILES),
    "q3": lambda cell: _amount(cell, _end(cell.quartiles, 1), "a quartile", LEAST_FOR_QUARTILES),
    "p10": lambda cell: _amount(cell, _end(cell.tails, 0), "a tenth percentile", LEAST_FOR_TAILS),
    "p90": lambda cell: _amount(
        cell, _end(cell.tails, 1), "a ninetieth percentile", LEAST_FOR_TAILS
    ),
    "by npi": lambda cell: _amount(cell, cell.by_npi, "a median", LEAST_FOR_MEDIAN),
    "by volume": lambda cell: _amount(cell, cell.by_volume, "a median", LEAST_FOR_MEDIAN),
    "medicare": lambda cell: (
        cell.medicare
        if isinstance(cell.medicare, Unknown)
        else Money.round_once(cell.medicare.amount)
    ),
    "ratio of medians": lambda cell: _ratio(cell, cell.ratio_of_medians),
    "median of ratios": lambda cell: _ratio(cell, cell.median_of_ratios),
    "grade": _grade,
}
