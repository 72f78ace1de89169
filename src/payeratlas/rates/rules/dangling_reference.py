"""Agreed with somebody whom the file does not name.

What it finds: A rate whose provider references lead to nothing in the file.
Why it matters: Who is paid it cannot be told, so that one organisation might vote many times.
Example: A rate for provider group 690 in a file that defines no group 690.
Instead: Counted; the payer has to mend the file.
Source: CMS price-transparency-guide: provider_references.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 140
FROM: Strictness = "minimum"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    who = offer.providers
    return bool(who.dangling) and not (who.known or who.remote)
