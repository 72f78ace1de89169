"""Far from the other rates of its series.

What it finds: A rate beyond the fences of its series: 1.5 interquartile ranges of the
logarithms beyond the quartiles, the range capped at 1, from forty rates on. Only where Medicare
has no price.
Why it matters: Where no public price can judge an amount, the other amounts must.
Example: An amount with two zeros too many among sixty that agree.
Instead: Counted, and listed among the outliers. Not tested with fewer than forty rates.
Source: Tukey 1977; the cap and the least number are those of commercial cleaners (Clear Rates,
log_iqr).
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 230
FROM: Strictness = "balanced"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    if offer.fence is None or offer.medicare is not None or offer.amount is None:
        return False
    low, high = offer.fence
    return not low <= offer.amount <= high
