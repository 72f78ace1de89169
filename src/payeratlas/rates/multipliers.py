"""Multipliers of Medicare and conversion factors that a file prints as if they were dollars.

One such row looks like a cheap price. A group of them does not: real prices follow the service, so
that their ratio to Medicare's is much the same from code to code, while a multiplier is much the
same from code to code itself, whatever the service. The group is what one file prints for one payer
in one kind of rate.

Observed: a payer's file of 2022 whose "rates" have a median of 1.01; a hospital's case rates of one
payer from 0.22 to 16.13 dollars for services of hundreds.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from payeratlas.rates.percentiles import MEDIAN, P10, P90, quantiles

LEAST_CODES = 10
"""Codes with a Medicare amount that a group needs before it is judged."""
FAR_BELOW = Decimal("0.1")
"""Of Medicare: what nearly no real price is below."""
MOSTLY = Fraction(3, 4)
"""Share of codes that are far below Medicare in a group of no prices."""
HIGHEST_MIDDLE = Decimal(20)
"""Median above which amounts are taken for dollars, however low against Medicare."""
EVEN = Decimal(2)
"""P90 over P10 of amounts that are the same whatever the service."""
UNEVEN = Decimal(5)
"""P90 over P10 of Medicare's amounts for services that differ."""
HIGHEST_EVEN = Decimal(5)
"""Median above which even amounts are taken for a flat fee in dollars."""


def are_multipliers(rows: Iterable[tuple[str, Decimal, Decimal | None]]) -> bool:
    """Whether the dollars of one group are no dollars, by how they are spread.

    ``rows`` are (code, amount, Medicare's amount or None), one for each distinct pair of code and
    amount of one group: a file, payer as printed, and kind. Either sign is enough, from ten codes
    with a Medicare amount on; each code counts once, by its median:

    - three codes in four are below a tenth of Medicare, and the middle amount is at most 20;
    - amounts are even (P90 at most twice P10) over services that Medicare pays unevenly (P90 at
      least five times P10), and the middle amount is at most 5.

    Cheap services are no sign: a laboratory test at 8 dollars is near what Medicare pays for it.
    """
    amounts: dict[str, list[Decimal]] = {}
    medicare: dict[str, Decimal] = {}
    for code, amount, paid in rows:
        if paid is not None and paid > 0 and amount > 0:
            amounts.setdefault(code, []).append(amount)
            medicare[code] = paid
    if len(amounts) < LEAST_CODES:
        return False
    typical = {code: quantiles(found, (MEDIAN,))[0] for code, found in amounts.items()}
    low, middle, high = quantiles(typical.values(), (P10, MEDIAN, P90))
    if middle <= HIGHEST_MIDDLE:
        below = sum(typical[code] < FAR_BELOW * medicare[code] for code in typical)
        if Fraction(below, len(typical)) >= MOSTLY:
            return True
    if middle > HIGHEST_EVEN or high > EVEN * low:
        return False
    lowest, highest = quantiles(medicare.values(), (P10, P90))
    return highest >= UNEVEN * lowest
