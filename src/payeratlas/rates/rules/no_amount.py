"""No amount that could be read.

What it finds: A rate whose amount is blank or is no number.
Why it matters: Nothing can be ranked; zero in its place would be a false price.
Example: A cell with N/A where a number belongs.
Instead: Counted; the cell is shown as printed.
Source: CMS hospital-price-transparency data dictionary: amounts are numbers above zero.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 20
FROM: Strictness = "minimum"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    return offer.amount is None
