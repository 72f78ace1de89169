"""Every NPI printed is wrong.

What it finds: A rate whose NPIs all fail the check digit.
Why it matters: Nobody can be found by them: not the specialty, not the place.
Example: NPIs of nine digits; 0000000000.
Instead: One right NPI keeps the rate; the wrong ones are left out.
Source: 45 CFR 162.406: the tenth digit of an NPI checks the other nine.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 180
FROM: Strictness = "balanced"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    who = offer.providers
    return bool(who.bad_npis) and not who.npis
