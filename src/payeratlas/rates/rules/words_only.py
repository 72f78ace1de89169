"""Words in place of an amount.

What it finds: A rate that is an algorithm in words, with no amount.
Why it matters: A sentence cannot be ranked, and an amount made from it would be ours, not the
publisher's.
Example: A hospital prints that a payer pays a multiple of a schedule which is not printed.
Instead: Counted, and shown in the publisher's words with the source row.
Source: 45 CFR 180.50(b)(2)(ii)(C): algorithm.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 10
FROM: Strictness = "minimum"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    return offer.kind == "algorithm"
