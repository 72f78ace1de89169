"""For nurse practitioners and physician assistants.

What it finds: A rate whose plan, as the hospital names it, is that of mid-level practitioners.
Why it matters: Payers pay them a share of the physician's rate; the same hospital prints the
physician's beside it.
Example: PPO_Professional_MLP at 266.20 dollars beside PPO_Professional_MD at 666.23.
Instead: The physicians' rate stands for the hospital.
Source: Observed in a hospital's file of 2026; Medicare pays 85 percent (42 CFR 414.52, 414.56).
"""

from __future__ import annotations

import re

from payeratlas.rates.benchmark import Strictness
from payeratlas.rates.offer import Offer
from payeratlas.rates.strictness import Limits

ORDER = 190
FROM: Strictness = "balanced"

_MID_LEVEL = re.compile(
    r"(?<![a-z])(mlp|mid[ _-]?level|nurse practitioner|physician assistant|np[/_ ]pa)(?![a-z])",
    re.IGNORECASE,
)


def sets_aside(offer: Offer, limits: Limits) -> bool:
    """Whether the rule finds the offer."""
    return bool(_MID_LEVEL.search(offer.plan_name))
