"""Agreed with nobody.

What it finds: A rate with no provider: no organisation, and no reference to one.
Why it matters: One organisation has one vote; a rate of nobody can have none.
Example: 259,882 rates without a provider in one administrator's file.
Instead: Counted.
Source: CMS price-transparency-guide: provider_groups and provider_references are required.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 130
FROM: Strictness = "minimum"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    who = offer.providers
    return not (who.known or who.remote or who.dangling)
