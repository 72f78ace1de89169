"""What hospitals and ambulatory surgical centers share: rounding, wages, parts of a payment.

Facility schedules are rounded where CMS's own programs round them, which may be more than once:
each step here that rounds says so. Physicians' amounts are rounded once (:mod:`.fee`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from payeratlas.model.amounts import Money, Percent
from payeratlas.model.provenance import Step
from payeratlas.pricing.exact import exactly, plain
from payeratlas.pricing.fee import Worked
from payeratlas.pricing.rules import Rule, Settings, Values, decimal, money


def dollars(values: Values, role: str) -> Decimal:
    """The dollars in a role: an amount in cents, or a published rate that may be finer (drugs are
    paid by tenths of a cent). InputError where they are absent or another kind of value."""
    value = values.get(role)
    if isinstance(value, Money):
        return value.amount
    return decimal(values, role)


def to_cents(
    worked: Worked, label: str, expression: str, exact: Decimal, reference: str = ""
) -> Worked:
    """One more step, which CMS rounds half up to cents."""
    cents = Money.round_once(exact)
    shown = expression if exact == cents.amount else f"{expression} = {plain(exact)}"
    step = Step(f"{label}, rounded half up to cents", shown, str(cents), reference)
    return Worked(cents.amount, (*worked.steps, step))


def wage_adjusted(worked: Worked, labor: Percent, index: Decimal, reference: str) -> Worked:
    """The figure with its labor-related share multiplied by a wage index; unrounded."""
    rest = Percent(100 - labor.value)
    with exactly():
        exact = labor.of(worked.exact) * index + rest.of(worked.exact)
    figure = plain(worked.exact)
    return worked.then(
        f"Wage index, on the labor-related {labor}",
        f"{figure} × {labor} × {index} + {figure} × {rest}",
        exact,
        reference,
    )


def cents_rule(id: str, reference: str, work_out: Callable[[Values, Settings], Worked]) -> Rule:
    """The Rule in dollars whose working ends on whole cents: that amount, or its steps."""

    def compute(values: Values, settings: Settings) -> Money:
        """The amount that the last step ends on."""
        return Money(work_out(values, settings).exact)

    def explain(values: Values, settings: Settings) -> tuple[Step, ...]:
        """The steps to the amount, each rounding told."""
        return work_out(values, settings).steps

    return Rule(id, "USD", reference, compute, explain)


@dataclass(frozen=True, slots=True)
class Parts:
    """A payment and who pays it, before any deductible: ``program + coinsurance`` is the payment,
    always. ``steps`` tell how the program's part came about, then the patient's.
    """

    program: Money
    coinsurance: Money
    steps: tuple[Step, ...]


def split(values: Values, program: Decimal, why: str, reference: str) -> Parts:
    """A payment split into the program's ``program`` share and the remainder.

    Role: ``payment``. The program's part is rounded half up to cents and the patient owes the
    remainder, so that the parts add up (42 CFR 419.41(c)). What a deductible or sequestration
    takes is a matter of the encounter (:mod:`payeratlas.pricing.patient_share`).
    """
    payment = money(values, "payment")
    with exactly():
        exact = payment.amount * program
    worked = to_cents(
        Worked(payment.amount, ()), why, f"{payment} × {plain(program)}", exact, reference
    )
    paid = Money(worked.exact)
    owed = payment - paid
    last = Step("The patient's coinsurance: the remainder", f"{payment} - {paid}", str(owed))
    return Parts(paid, owed, (*worked.steps, last))


def parts_rules(
    schedule: str, reference: str, work_out: Callable[[Values, Settings], Parts]
) -> tuple[Rule, Rule]:
    """The rules ``SCHEDULE.program_payment`` and ``SCHEDULE.coinsurance`` of one split."""

    def program(values: Values, settings: Settings) -> Worked:
        parts = work_out(values, settings)
        return Worked(parts.program.amount, _ending(parts.steps, parts.program))

    def coinsurance(values: Values, settings: Settings) -> Worked:
        parts = work_out(values, settings)
        return Worked(parts.coinsurance.amount, _ending(parts.steps, parts.coinsurance))

    return (
        cents_rule(f"{schedule}.program_payment", reference, program),
        cents_rule(f"{schedule}.coinsurance", reference, coinsurance),
    )


def _ending(steps: tuple[Step, ...], amount: Money) -> tuple[Step, ...]:
    """The steps up to the last one that gives the amount."""
    for place in range(len(steps), 0, -1):
        if steps[place - 1].result == str(amount):
            return steps[:place]
    raise ValueError(f"no step gives {amount}")
