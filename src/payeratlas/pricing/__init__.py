"""Medicare arithmetic: pure functions on exact decimals, each with its manual reference.

Rows and files are not known here: values come in as Facts by role, and a Fact comes out that
names the rule it was computed with.

What is named here prices one line. Several lines together are priced by
:func:`payeratlas.pricing.claim_quote.price_claim`, a whole encounter by
:func:`payeratlas.pricing.encounter.encounter`; they are imported from there by who needs them.
"""

from payeratlas.pricing.caveats import Caveat
from payeratlas.pricing.places import RateType, rate_type
from payeratlas.pricing.quote import Quote, quote, unanswered
from payeratlas.pricing.request import Request, roles
from payeratlas.pricing.rules import Rule, derive, rerun, rules

__all__ = [
    "Caveat",
    "Quote",
    "RateType",
    "Request",
    "Rule",
    "derive",
    "quote",
    "rate_type",
    "rerun",
    "roles",
    "rules",
    "unanswered",
]
