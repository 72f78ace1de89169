"""The figures of a cell once more, from its votes and its funnel, the plain way.

For verification: what is written out here is the definition, not the way that made the figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Context, Decimal, Inexact
from fractions import Fraction

from payeratlas.model.facts import Unknown
from payeratlas.rates.benchmark import (
    LEAST_FOR_MEDIAN,
    LEAST_FOR_QUARTILES,
    LEAST_FOR_TAILS,
    Cell,
    Step,
)
from payeratlas.rates.percentiles import median_ranks

_EXACT = Context(prec=60, traps=[Inexact])
_HALF = Fraction(1, 2)


def again(cell: Cell) -> Cell:
    """The cell with every figure that votes and funnel give worked out anew.

    What other files say (Medicare's own amount, the weights of its volume) and the grade stay.
    """
    amounts = [vote.amount for vote in cell.votes]
    n = len(amounts)
    pairs = [
        (vote.amount, vote.medicare)
        for vote in cell.votes
        if vote.medicare is not None and vote.medicare > 0
    ]
    compared = len(pairs) >= LEAST_FOR_MEDIAN
    return replace(
        cell,
        organisations=n,
        npis=sum(vote.npis for vote in cell.votes),
        rows=cell.funnel[-1].left if cell.funnel else cell.rows,
        median=_decimal(seven(amounts, _HALF)) if n >= LEAST_FOR_MEDIAN else None,
        quartiles=_pair(amounts, LEAST_FOR_QUARTILES, Fraction(1, 4)),
        tails=_pair(amounts, LEAST_FOR_TAILS, Fraction(1, 10)),
        interval=_interval(amounts),
        by_npi=_by_npi(cell),
        ratio_of_medians=_decimal(seven([a for a, _ in pairs], _HALF))
        / _decimal(seven([m for _, m in pairs], _HALF))
        if compared
        else None,
        median_of_ratios=_decimal(seven([a / m for a, m in pairs], _HALF)) if compared else None,
        funnel=_steps(cell.funnel),
    )


def seven(values: Sequence[Decimal], p: Fraction) -> Fraction:
    """Hyndman-Fan 7: between order statistics (n - 1) p along the way from first to last."""
    ordered = [Fraction(value) for value in sorted(values)]
    place = p * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _pair(values: Sequence[Decimal], least: int, p: Fraction) -> tuple[Decimal, Decimal] | None:
    if len(values) < least:
        return None
    return _decimal(seven(values, p)), _decimal(seven(values, 1 - p))


def _interval(values: Sequence[Decimal]) -> tuple[Decimal, Decimal] | None:
    if len(values) < LEAST_FOR_MEDIAN:
        return None
    low, high, _ = median_ranks(len(values))
    ordered = sorted(values)
    return ordered[low - 1], ordered[high - 1]


def _by_npi(cell: Cell) -> Decimal | Unknown:
    """The median of a list in which each organisation stands as often as it has NPIs."""
    if isinstance(cell.by_npi, Unknown):
        return cell.by_npi
    each = [vote.amount for vote in cell.votes for _ in range(vote.npis)]
    return _decimal(seven(each, _HALF))


def _steps(funnel: Sequence[Step]) -> tuple[Step, ...]:
    """What is left after each step, by taking away what each took from what was read."""
    found: list[Step] = []
    for number, step in enumerate(funnel):
        if number == 0:
            left = step.rows
        elif number < len(funnel) - 1:
            left = found[-1].left - step.rows
        else:
            left = found[-1].left
        rows = left if number == len(funnel) - 1 else step.rows
        found.append(replace(step, rows=rows, left=left))
    return tuple(found)


def _decimal(value: Fraction) -> Decimal:
    return _EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
