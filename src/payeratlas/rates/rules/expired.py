"""No longer in force when the file was published.

What it finds: A rate whose expiration date is before the day of its file. 9999-12-31 means no
end. A date that cannot be read, or a file without a day, expires nothing.
Why it matters: The payer itself says that it does not pay this rate any more.
Example: An expiration date of 2022-12-31 in a file of 2023.
Instead: Counted; the rates in force stand beside it in the same file, or there is none.
Source: CMS price-transparency-guide: expiration_date.
"""

from __future__ import annotations

import re
from datetime import date

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 60
FROM: Strictness = "minimum"

_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(T.*)?")


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    if offer.day is None or not offer.expiration:
        return False
    found = _DAY.fullmatch(offer.expiration.strip())
    if found is None:
        return False
    year, month, day = (int(part) for part in found.groups()[:3])
    try:
        return date(year, month, day) < offer.day
    except ValueError:
        return False
