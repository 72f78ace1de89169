"""A publisher's average in dollars, printed to more digits than cents, as an amount.

CMS prints the averages of its utilization files to eleven significant digits. As an amount of money
an average is rounded once, half up to cents; the figure as printed stays its input.
"""

from __future__ import annotations

from payeratlas.pricing.fee import Worked, rule_of
from payeratlas.pricing.rules import Settings, Values, decimal

REFERENCE = "CMS Medicare Physician & Other Practitioners files: averages are printed unrounded"


def _worked_average(values: Values, settings: Settings) -> Worked:
    return Worked(decimal(values, "average"), ())


RULES = (rule_of("utilization.average", REFERENCE, _worked_average),)
