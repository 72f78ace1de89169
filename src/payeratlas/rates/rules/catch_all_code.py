"""A price for every code, or for a bundle of the payer's own.

What it finds: A code or code type that begins with CSTM: CSTM-00 for all codes of a type,
CSTM-ALL for all types, or a bundle that a payer invented.
Why it matters: It is no price of this code; it applies where no other rate does.
Example: One percentage of charges for all outpatient services, posted under CSTM-00.
Instead: Counted apart.
Source: CMS price-transparency-guide: billing_code, billing_code_type, CSTM-00.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 70
FROM: Strictness = "minimum"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    return offer.unplaced == "catch_all_code"
