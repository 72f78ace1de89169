"""How strict a benchmark is: what each of the three levels a user can choose stands for.

================  ==================  =====================  =======================
                  minimum             balanced (headline)    maximum
================  ==================  =====================  =======================
drops             what cannot be a    and what is most       and what is unlikely
                  price of the code   likely none
Medicare bounds   1/100 to 100 times  1/10 to 10 times       1/2 to 10 times;
                                                             inpatient 9/10 to 10
no Medicare       nothing             log-Tukey fence of     the same fence
price                                 the series
remote providers  kept                set aside              set aside
specialties       kept                set aside where no     set aside where no
                                      provider bills it      provider bills it
above the gross   kept                kept                   set aside
charge
================  ==================  =====================  =======================

A level drops all that a milder one drops; which rules it adds, each rule's ``FROM`` says.

Sources: bounds of 10 % and 1,000 % of Medicare, and 0.9 to 10 times for inpatients and 0.5 to 30
times for the rest, are those that commercial cleaners of these files publish (Turquoise Health,
Clear Rates 2.2 and later). The upper bound of 30 serves the grade only: a stricter level must not
keep what a milder one drops.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from payeratlas.rates.benchmark import STRICTNESSES, Series, Strictness

Bounds = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class Limits:
    """The figures of one level: multiples of Medicare that are kept, ends included."""

    level: Strictness
    bounds: Bounds
    inpatient: Bounds

    def of(self, series: Series) -> Bounds:
        """The bounds for a series."""
        return self.inpatient if series.setting == "inpatient" else self.bounds


def _limits(level: Strictness, bounds: tuple[str, str], inpatient: tuple[str, str]) -> Limits:
    low, high = bounds
    return Limits(
        level,
        (Decimal(low), Decimal(high)),
        (Decimal(inpatient[0]), Decimal(inpatient[1])),
    )


LIMITS: Mapping[Strictness, Limits] = MappingProxyType(
    {
        "minimum": _limits("minimum", ("0.01", "100"), ("0.01", "100")),
        "balanced": _limits("balanced", ("0.1", "10"), ("0.1", "10")),
        "maximum": _limits("maximum", ("0.5", "10"), ("0.9", "10")),
    }
)

_IN_BOUNDS: Bounds = (Decimal("0.5"), Decimal("30"))
_IN_BOUNDS_INPATIENT: Bounds = (Decimal("0.9"), Decimal("10"))


def in_bounds(series: Series, amount: Decimal, medicare: Decimal) -> bool:
    """Whether an amount is within the published tight bounds: what the grade counts."""
    low, high = _IN_BOUNDS_INPATIENT if series.setting == "inpatient" else _IN_BOUNDS
    return low * medicare <= amount <= high * medicare


def applies(since: Strictness, level: Strictness) -> bool:
    """Whether what applies from one level on applies at another."""
    return STRICTNESSES.index(since) <= STRICTNESSES.index(level)
