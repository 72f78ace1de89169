"""A number that stands for none.

What it finds: An amount of a cent or less, or of nothing but nines from 99,999 on, with or
without cents.
Why it matters: Such numbers fill a cell that must not be blank. 0.01 and 999999999 in one
column make any mean absurd and move percentiles of thin cells.
Example: 0.01 in 149 cells of one hospital; 999999999, which CMS's own validator warns of.
Instead: Counted as a posted row without a price.
Source: CMS hpt-validator: nine nines mean that the value is not known.
"""

from __future__ import annotations

from decimal import Decimal

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 40
FROM: Strictness = "minimum"

A_CENT = Decimal("0.01")
LEAST_NINES = Decimal(99999)


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    if offer.amount is None:
        return False
    return offer.amount <= A_CENT or (offer.amount >= LEAST_NINES and is_nines(offer.amount))


def is_nines(amount: Decimal) -> bool:
    """Whether the dollars are all nines, and the cents all nines or none."""
    dollars, _, cents = f"{amount:f}".partition(".")
    return set(dollars) == {"9"} and set(cents.rstrip("0")) <= {"9"}
