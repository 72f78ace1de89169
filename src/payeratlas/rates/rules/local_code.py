"""A number of the hospital's own list.

What it finds: A code whose type is LOCAL or CDM: the hospital's own numbering.
Why it matters: A local number that looks like a CPT code need not mean the same service in any
other hospital.
Example: An item with the code 64640 twice, as LOCAL and as CPT: the second one counts.
Instead: The same item counts under its standard codes, where it has any.
Source: CMS hospital-price-transparency data dictionary: code types LOCAL and CDM.
"""

from __future__ import annotations

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 80
FROM: Strictness = "minimum"


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    return offer.unplaced == "local_code"
