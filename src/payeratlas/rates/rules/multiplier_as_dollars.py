"""A multiplier or conversion factor, posted as dollars.

What it finds: A rate of a group (one file, payer and kind) whose dollars are no dollars, by the
way they are spread: see rates.multipliers.
Why it matters: A conversion factor of 0.22 or a multiplier of 1.01 would be the cheapest price
in the country.
Example: A payer's file of 2022 with a median 'rate' of 1.01; case rates from 0.22 to 16.13
dollars at one hospital.
Instead: Counted. Dollars are not made from it: the base that it multiplies is not printed.
Source: Observed in files of 2022 and 2026.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 150
FROM: Strictness = "minimum"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    return offer.multiplier
