"""Zero, or less than zero.

What it finds: A rate of zero or below.
Why it matters: No contract pays nothing; zero stands for 'not negotiated' or 'see another row',
and it pulls every percentile down.
Example: 1,223 rates of 0 in one payer's file of 2022; 0 for the first items of others.
Instead: Counted as a posted row without a price.
Source: CMS price-transparency-guide 2.0 and template 3.0: a rate must be above zero.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 30
FROM: Strictness = "minimum"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    return offer.amount is not None and offer.amount <= 0
