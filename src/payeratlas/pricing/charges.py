"""What a non-participating practitioner is allowed and may charge.

42 CFR 414.20(b): 95 percent of the fee schedule amount. 42 CFR 414.48(b) and Social Security Act
§1848(g)(2): the limiting charge is 115 percent of that. Both start from the published amount,
which is in whole cents. CMS's relative value file record layout says how the second is worked
out: the fee schedule amount times 1.0925. So each is ONE multiplication and one rounding of the
published amount; the limiting charge is not built on a non-participating amount already rounded
(115 percent of rounded cents can lie a cent beside it).
"""

from __future__ import annotations

from decimal import Decimal

from payeratlas.model.amounts import Percent
from payeratlas.pricing.exact import exactly
from payeratlas.pricing.fee import Worked, rule_of
from payeratlas.pricing.rules import Rule, Settings, Values, money

NONPARTICIPATING = Percent(Decimal(95))
LIMITING_CHARGE = Percent(Decimal("109.25"))


def _rule(id: str, reference: str, label: str, share: Percent) -> Rule:
    def work_out(values: Values, settings: Settings) -> Worked:
        allowed = money(values, "allowed").amount
        with exactly():
            exact = share.of(allowed)
        return Worked(allowed, ()).then(label, f"{allowed} × {share}", exact, reference)

    return rule_of(id, reference, work_out)


RULES = (
    _rule(
        "pfs.nonparticipating",
        "42 CFR 414.20(b)",
        "Non-participating amount",
        NONPARTICIPATING,
    ),
    _rule(
        "pfs.limiting_charge",
        "42 CFR 414.48(b); Social Security Act §1848(g)(2); CMS relative value file record layout, "
        "limiting charge",
        "Limiting charge (115% of 95%)",
        LIMITING_CHARGE,
    ),
)
