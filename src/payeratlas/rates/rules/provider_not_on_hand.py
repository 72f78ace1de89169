"""Agreed with somebody whom another file names.

What it finds: A rate whose providers are all in files of provider references that are not on
hand.
Why it matters: Without them one organisation may stand behind many references, or many behind
one: votes cannot be counted.
Example: 370 references of a payer's file of 2022, by addresses that do not answer any more.
Instead: Kept at the minimum, where each reference counts as one organisation.
Source: CMS price-transparency-guide 1.x: provider_references, location.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 170
FROM: Strictness = "balanced"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    who = offer.providers
    return bool(who.remote) and not who.known
