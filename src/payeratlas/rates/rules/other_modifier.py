"""For a changed service.

What it finds: A rate with any modifier but 26 (professional component) or TC (technical
component). A revenue code in the column of modifiers is none and changes nothing.
Why it matters: Assistants, second sides, reduced services and other kinds of clinician are paid
by rules of their own; pooled, they blur the price of the service itself.
Example: 80 for an assistant at surgery; 50 for both sides; -L | ON, which is no modifier of any
list.
Instead: Counted; the bare code, 26 and TC are three series.
Source: CPT and HCPCS modifiers; Medicare Claims Processing Manual, chapter 12.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 110
FROM: Strictness = "minimum"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    return offer.unplaced == "other_modifier"
