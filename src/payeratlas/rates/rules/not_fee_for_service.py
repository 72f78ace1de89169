"""Not said to be for this service alone.

What it finds: A rate whose arrangement is bundle or capitation, or a payer's rate that prints
none.
Why it matters: A bundle pays for several services and a capitation for a person; neither is a
price of one.
Example: A joint replacement with all that belongs to it, posted under the code of the
operation.
Instead: Counted apart.
Source: CMS price-transparency-guide: negotiation_arrangement.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 90
FROM: Strictness = "minimum"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    return offer.unplaced == "not_fee_for_service"
