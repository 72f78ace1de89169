"""What Medicare and the patient each pay of one approved amount.

Pure arithmetic. Sources:

- Coinsurance of 20 percent after the deductible: Social Security Act §1833(a)(1) and (b).
- Hospital outpatient copayment: 42 CFR 419.40 and 419.41. The deductible comes off the payment,
  Medicare pays its percentage of the rest, the remainder is the copayment, and what exceeds the
  inpatient hospital deductible is Medicare's.
- Rounding: Medicare's payment is rounded half up to cents and the patient's part is the
  remainder, so that the parts add up (as CMS's own outpatient pricer does).
- Sequestration: the Balanced Budget and Emergency Deficit Control Act §251A reduces Medicare's
  payment after deductible and coinsurance; the patient's part is unchanged.

A rule takes the role ``approved`` and, for a hospital, ``copayment`` and ``inpatient_deductible``
(or the latter as a setting); settings ``deductible_left`` (dollars, by default nothing) and
``service_date``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

from payeratlas.model.amounts import Money, Percent
from payeratlas.model.errors import InputError
from payeratlas.model.provenance import Step
from payeratlas.model.time import Period
from payeratlas.pricing.exact import exactly, plain
from payeratlas.pricing.rules import Rule, Settings, Values, money

COINSURANCE = Percent(Decimal(20))
SEQUESTRATION: tuple[tuple[Period, Percent], ...] = (
    (Period(date(2013, 4, 1), date(2020, 5, 1)), Percent(Decimal(2))),
    (Period(date(2020, 5, 1), date(2022, 4, 1)), Percent(Decimal(0))),
    (Period(date(2022, 4, 1), date(2022, 7, 1)), Percent(Decimal(1))),
    (Period(date(2022, 7, 1)), Percent(Decimal(2))),
)
"""The reduction of Medicare's payment by date of service, without a gap."""


_PART_B = "Social Security Act §1833(a)(1) and (b)"
_OPPS = "42 CFR 419.40 and 419.41"
_SEQUESTER = (
    "Balanced Budget and Emergency Deficit Control Act §251A; CARES Act §3709; Public Law 117-71"
)


def sequestration(service_date: date) -> Percent:
    """The reduction in force on a date of service; InputError for dates before the first."""
    for period, percent in SEQUESTRATION:
        if service_date in period:
            return percent
    raise InputError(
        f"sequestration is not known for {service_date}.",
        cure=f"a date of service from {SEQUESTRATION[0][0].start}",
    )


@dataclass(frozen=True, slots=True)
class _Figure:
    amount: Decimal
    steps: tuple[Step, ...]


def _setting(settings: Settings, name: str, otherwise: str) -> Decimal:
    given, cure = settings.get(name, otherwise), "for example 257.00"
    try:
        amount = Money.of(given).amount
    except (ValueError, ArithmeticError) as error:
        raise InputError(f"'{given}' is no amount in dollars ({name}).", cure=cure) from error
    if amount < 0:
        raise InputError(f"{name} is not less than nothing, as {given} is.", cure=cure)
    return amount


def _deductible(values: Values, settings: Settings) -> _Figure:
    approved, left = money(values, "approved").amount, _setting(settings, "deductible_left", "0.00")
    taken = min(approved, left)
    label = "Deductible: the approved amount, or what is left of the deductible if that is less"
    said = f"the lower of {approved} and {left}"
    return _Figure(taken, (Step(label, said, str(taken), _PART_B),))


def _medicare(values: Values, settings: Settings) -> _Figure:
    """Medicare's part before sequestration; the patient's is the remainder."""
    approved, taken = money(values, "approved").amount, _deductible(values, settings)
    with exactly():
        rest = approved - taken.amount
    first = Step("After the deductible", f"{approved} − {taken.amount}", str(rest))
    steps = (*taken.steps, first)
    if "copayment" not in values:
        share = Percent(100 - COINSURANCE.value)
        with exactly():
            exact = share.of(rest)
        amount = Money.round_once(exact).amount
        label = f"Medicare pays {share} of it, rounded half up to cents"
        return _Figure(amount, (*steps, Step(label, plain(exact), str(amount), _PART_B)))
    return _hospital(values, settings, approved, _Figure(rest, steps))


def _hospital(values: Values, settings: Settings, approved: Decimal, rest: _Figure) -> _Figure:
    """The same for a hospital: its own percentage, and the copayment capped."""
    copayment = money(values, "copayment").amount
    if copayment > approved:
        raise InputError(f"a copayment of {copayment} is above the payment of {approved}.")
    with exactly():
        program = approved - copayment
    exact = Fraction(rest.amount) * Fraction(program) / Fraction(approved) if approved else 0
    amount = Decimal(floor(Fraction(exact) * 100 + Fraction(1, 2))).scaleb(-2)
    said = f"{rest.amount} × ({approved} − {copayment}) / {approved}"
    label = "Medicare pays its percentage of the payment, rounded half up to cents"
    steps = (*rest.steps, Step(label, said, str(amount), _OPPS))
    given = "inpatient_deductible"
    most = money(values, given).amount if given in values else _setting(settings, given, "")
    with exactly():
        owed = rest.amount - amount
        over = max(owed - most, Decimal(0))
        capped = amount + over
    label = "What the copayment exceeds the inpatient deductible by is Medicare's"
    said = f"{amount} + the excess of {owed} over {most}"
    return _Figure(capped, (*steps, Step(label, said, str(capped), _OPPS)))


def _coinsurance(values: Values, settings: Settings) -> _Figure:
    approved, taken = money(values, "approved").amount, _deductible(values, settings)
    medicare = _medicare(values, settings)
    with exactly():
        owed = approved - taken.amount - medicare.amount
    said = f"{approved} − {taken.amount} − {medicare.amount}"
    return _Figure(owed, (*medicare.steps, Step("The patient owes the rest", said, str(owed))))


def _sequestered(values: Values, settings: Settings) -> _Figure:
    medicare = _medicare(values, settings)
    day = settings.get("service_date", "")
    try:
        percent = sequestration(date.fromisoformat(day))
    except ValueError as error:
        raise InputError(f"'{day}' is not a date of service.", cure="YYYY-MM-DD") from error
    with exactly():
        exact = percent.of(medicare.amount)
    amount = Money.round_once(exact).amount
    said = f"{medicare.amount} × {percent}"
    step = Step("Sequestration, rounded half up to cents", said, str(amount), _SEQUESTER)
    return _Figure(amount, (*medicare.steps, step))


def _paid(values: Values, settings: Settings) -> _Figure:
    medicare, cut = _medicare(values, settings), _sequestered(values, settings)
    with exactly():
        paid = medicare.amount - cut.amount
    said = f"{medicare.amount} − {cut.amount}"
    return _Figure(paid, (*cut.steps, Step("Paid by Medicare", said, str(paid))))


def _rule(name: str, reference: str, work_out: Callable[[Values, Settings], _Figure]) -> Rule:
    """A rule whose figure is in whole cents already."""

    def compute(values: Values, settings: Settings) -> Money:
        """The figure."""
        return Money(work_out(values, settings).amount)

    def explain(values: Values, settings: Settings) -> tuple[Step, ...]:
        """The steps to the figure, the figure last."""
        return work_out(values, settings).steps

    return Rule(f"encounter.{name}", "USD", reference, compute, explain)


RULES = (
    _rule("deductible", _PART_B, _deductible),
    _rule("coinsurance", f"{_PART_B}; {_OPPS}", _coinsurance),
    _rule("medicare", f"{_PART_B}; {_OPPS}", _medicare),
    _rule("sequestration", _SEQUESTER, _sequestered),
    _rule("paid", f"{_PART_B}; {_OPPS}; {_SEQUESTER}", _paid),
)
