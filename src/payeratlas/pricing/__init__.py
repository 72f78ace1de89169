"""Medicare arithmetic: pure functions on exact decimals, each with its manual reference.

Rows and files are not known here: values come in as Facts by role, and a Fact comes out that
names the rule it was computed with.
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
