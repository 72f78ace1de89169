"""A percentage below one.

What it finds: A rate of kind percentage that is below 1.
Why it matters: Percentages are whole numbers (40.5, not 0.405); less than one hundredth of
charges is paid by nobody.
Example: 0.65 where 65 percent is meant.
Instead: Counted; not multiplied by a hundred, for some files mean what they print.
Source: CMS price-transparency-guide: negotiated_rate for percentages.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 160
FROM: Strictness = "balanced"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    return offer.kind == "percentage" and offer.amount is not None and offer.amount < 1
