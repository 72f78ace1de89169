"""More than the hospital charges anybody.

What it finds: A hospital's dollars above the gross charge of the same item.
Why it matters: Many contracts pay the lesser of rate and charge, so that such a rate is never
paid. It may be a case rate that pays for more than the item.
Example: 2,867 of 14,938 rates for pain services at one hospital.
Instead: Kept at the minimum and at the balanced level.
Source: 45 CFR 180.20: gross charge.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 240
FROM: Strictness = "maximum"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    if offer.gross is None or offer.amount is None or offer.kind == "percentage":
        return False
    return 0 < offer.gross < offer.amount
