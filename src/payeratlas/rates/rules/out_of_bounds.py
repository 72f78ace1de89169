"""Far from what Medicare pays for it there.

What it finds: Dollars below or above multiples of Medicare's amount for the same series and
locality: 0.1 and 10 at the balanced level; others in rates.strictness.
Why it matters: What is a tenth of Medicare, or ten times, is mostly another unit, another
service or a slip.
Example: 4.22 dollars for an office visit that Medicare pays about 90 for.
Instead: Counted, and listed among the outliers with its source row. Not tested where Medicare
has no price.
Source: Bounds that commercial cleaners of these files publish (Turquoise Health, Clear Rates
2.2).
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 220
FROM: Strictness = "minimum"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    if offer.medicare is None or offer.amount is None or offer.series is None:
        return False
    if offer.series.kind not in ("dollars", "case") or offer.medicare <= 0:
        return False
    low, high = limits.of(offer.series)
    return not low * offer.medicare <= offer.amount <= high * offer.medicare
