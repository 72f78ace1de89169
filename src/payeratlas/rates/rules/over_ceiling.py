"""More than anything costs.

What it finds: An amount above 100 million dollars.
Why it matters: No single service has such a price; it is a slip of the decimal point or an
identifier in the wrong column.
Example: 309,965,058 dollars in a hospital's file of 2026.
Instead: Counted, and listed among the outliers with its source row.
Source: The ceiling that commercial cleaners of these files publish (Turquoise Health, Clear
Rates).
"""

from __future__ import annotations

from decimal import Decimal

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 50
FROM: Strictness = "minimum"

CEILING = Decimal(100_000_000)


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    return offer.amount is not None and offer.amount > CEILING
