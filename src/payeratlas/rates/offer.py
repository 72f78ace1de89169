"""What judgement may see of a posted rate: one Offer for each distinct combination of posted rows.

Rules, series and multipliers are functions of it and of nothing else, so that what they decide can
be decided again from the row. Whoever makes offers fills the fields in this order: what the row
prints; ``payer`` (``payers.who_is``); ``series`` (``series.series_of``); ``medicare``, from what
Medicare pays for that series; ``multiplier`` (``multipliers``); ``fence``
(``percentiles.log_fence`` over the amounts of its series that the earlier rules keep); ``billed``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from payeratlas.rates.benchmark import Payer, Series

PublisherKind = Literal["payer", "hospital"]
PostedKind = Literal["dollars", "percentage", "per_diem", "case", "derived", "algorithm"]


@dataclass(frozen=True, slots=True)
class Providers:
    """Who is paid a rate, counted over its provider set (``posted_provider``).

    ``known`` organisations are in the file; ``remote`` ones only by the address of a file that is
    not on hand; ``dangling`` references lead nowhere. ``npis`` are distinct NPIs with a right check
    digit (0 where the payer says all of a TIN, or the file is a hospital's without one),
    ``bad_npis`` those with a wrong one. A hospital's own file has ``known`` 1: itself.
    """

    known: int = 0
    remote: int = 0
    dangling: int = 0
    npis: int = 0
    bad_npis: int = 0


NOBODY = Payer("unclassified")
NO_PROVIDERS = Providers()


@dataclass(frozen=True, slots=True)
class Offer:
    """A posted rate as judgement sees it. Text is that of ``posted_rate``; absent text is empty.

    ``plan_name`` is what hospitals bake more into than the plan: setting, kind of practitioner.
    ``amount`` is in dollars, or in percent where ``kind`` is percentage; None where no amount could
    be read, and then ``amount_printed`` is the cell as printed. ``places`` are places of service,
    two digits each (or ``CSTM-00``), sorted. ``day`` is the day of the file. ``gross`` is the
    hospital's gross charge of the item.

    ``series`` is None where none could be told, and ``unplaced`` is then the reason, the id of a
    rule. ``medicare`` is what Medicare pays for the same series in the same locality, None where it
    has no such price or none is on hand. ``multiplier`` says that the amounts of its group in the
    file are multipliers of Medicare or conversion factors. ``fence`` are the log-Tukey bounds of
    its series, given only where there is no Medicare amount. ``billed`` says whether a provider of
    the set has been seen to bill the code or has a specialty that does; None: not testable.
    """

    code: str
    code_type: str = ""
    kind: PostedKind = "dollars"
    amount: Decimal | None = None
    amount_printed: str = ""
    arrangement: str = ""
    methodology: str = ""
    modifiers: str = ""
    billing_class: str = ""
    setting: str = ""
    places: tuple[str, ...] = ()
    expiration: str = ""
    additional: str = ""
    plan_name: str = ""
    publisher_kind: PublisherKind = "payer"
    day: date | None = None
    gross: Decimal | None = None
    providers: Providers = NO_PROVIDERS
    payer: Payer = NOBODY
    series: Series | None = None
    unplaced: str = ""
    medicare: Decimal | None = None
    multiplier: bool = False
    fence: tuple[Decimal, Decimal] | None = None
    billed: bool | None = None
