"""An amount that the payer derived for its own books.

What it finds: A rate whose negotiated_type is derived.
Why it matters: A derived amount serves a payer's internal accounting; nobody has agreed to it.
Example: An amount that a payer assigned to a service it pays for within a per diem.
Instead: Counted apart.
Source: 45 CFR 147.210: derived amount; CMS price-transparency-guide: negotiated_type.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 100
FROM: Strictness = "minimum"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    return offer.unplaced == "derived_amount"
