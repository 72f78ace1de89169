"""What Medicare pays for a series of a code: the national amount of the schedule that pays it."""

from __future__ import annotations

from decimal import Decimal

from payeratlas.model.amounts import Money
from payeratlas.model.codes import subject
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.facts import fact_of
from payeratlas.rates.benchmark import BillType, Medicare, Setting
from payeratlas.store import Store

# The schedules that may pay, in the order in which they are asked: measure, and its short name.
_SCHEDULES: dict[tuple[BillType, Setting], tuple[tuple[str, str], ...]] = {
    ("professional", "office"): (
        ("pfs.payment.nonfacility", "PFS"),
        ("clfs.payment", "CLFS"),
        ("asp.payment_limit", "ASP"),
    ),
    ("professional", "facility"): (
        ("pfs.payment.facility", "PFS"),
        ("clfs.payment", "CLFS"),
        ("asp.payment_limit", "ASP"),
    ),
    ("facility", "asc"): (("asc.payment", "ASC"),),
    ("facility", "outpatient"): (
        ("opps.payment", "OPPS"),
        ("clfs.payment", "CLFS"),
        ("asp.payment_limit", "ASP"),
    ),
}
_NO_SERIES = Unknown(
    "not_listed", "no Medicare schedule on hand has a row of it in this setting and modifier."
)
WHERE = "national"


def medicare_of(
    code: str, modifier: str, bill_type: BillType, setting: Setting, as_of: AsOf, store: Store
) -> Medicare | Unknown:
    """The national Medicare amount of a series, in dollars; of drugs and tests, per billing unit.

    ``modifier`` is empty, 26 or TC; only the physician fee schedule has rows with one. Where no
    schedule has an amount, the answer is the Unknown of the first that was asked.
    """
    first: Unknown | None = None
    for measure, schedule in _SCHEDULES.get((bill_type, setting), ()):
        if modifier and schedule != "PFS":
            continue
        try:
            fact = fact_of(code, measure, as_of, store, subject(code, modifier))
        except KeyError:  # the schedule has no such row
            continue
        if isinstance(fact.value, Unknown):
            first = first or fact.value
        elif isinstance(fact.value, Money | Decimal):
            amount = fact.value.amount if isinstance(fact.value, Money) else fact.value
            return Medicare(amount, schedule, _release(fact), WHERE)
    return first or _NO_SERIES


def _release(fact: Fact) -> str:
    """The release that the amount was read from: that of its first citation."""
    return next((citation.release for citation in fact.citations()), "")
