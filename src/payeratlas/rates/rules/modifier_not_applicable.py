"""26 or TC on a service that has no such parts.

What it finds: A modifier 26 or TC on a code whose PC/TC indicator does not split it.
Why it matters: The rate is for something that does not exist by Medicare's rules; what the
payer means cannot be told.
Example: TC on a code of physician services (indicator 0).
Instead: Counted; not tested where the indicator is not known.
Source: Physician fee schedule relative value file: PC/TC indicator.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 120
FROM: Strictness = "minimum"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    return offer.unplaced == "modifier_not_applicable"
