"""Anesthesia: for a unit, a minute or a case, and the file does not say which.

What it finds: A rate of an anesthesia code (00100 to 01999).
Why it matters: Payers print a rate for each unit of fifteen minutes, for each minute, or for
the whole case. No file says which, and the three differ by a hundred times.
Example: A rate for a unit beside one for the case, both posted as dollars for one code.
Instead: Kept at the minimum.
Source: Medicare Claims Processing Manual, chapter 12, §50; payers' files print no unit.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 200
FROM: Strictness = "balanced"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    return len(offer.code) == 5 and offer.code.isdigit() and "00100" <= offer.code <= "01999"
