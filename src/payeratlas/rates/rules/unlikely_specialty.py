"""Nobody it is agreed with does this.

What it finds: A rate none of whose providers has billed the code, nor has a specialty that
does.
Why it matters: Payers post a whole schedule for every clinician. Up to four fifths of the rows
of a file are rates that nobody will ever use, and they sit inside any band of plausible
amounts.
Example: Psychotherapy at 121 dollars for all who are listed, and 161 dollars for psychiatrists.
Instead: Kept where it cannot be tested: no utilization or taxonomy on hand, or a code that
Medicare hardly sees.
Source: Proposed rule CMS-9882-P (90 FR 60432); Medicare provider utilization files; NPPES.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 210
FROM: Strictness = "balanced"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    return offer.billed is False
