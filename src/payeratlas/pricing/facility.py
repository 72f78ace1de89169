"""What hospitals and ambulatory surgical centers share: wages, parts of a payment, sequestration.

Facility schedules are rounded where CMS's own programs round them, which may be more than once:
each step here that rounds says so. Physicians' amounts are rounded once (:mod:`.fee`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from payeratlas.model.amounts import Money, Percent, Units
from payeratlas.model.errors import InputError
from payeratlas.model.provenance import Step
from payeratlas.pricing.exact import exactly, plain
from payeratlas.pricing.fee import Worked
from payeratlas.pricing.rules import Rule, Settings, Values, decimal, money

DEDUCTIBLE = "42 CFR 410.160; 42 CFR 419.41(c)"
SEQUESTRATION = "Balanced Budget and Emergency Deficit Control Act §251A(6), 2 U.S.C. 901a(6)"

SEQUESTERED = Percent(Decimal(2))
NOTHING = Money(Decimal("0.00"))


def dollars(values: Values, role: str) -> Decimal:
    """The dollars in a role: an amount in cents, or a published rate that may be finer (drugs are
    paid by tenths of a cent). InputError where they are absent or another kind of value."""
    value = values.get(role)
    if isinstance(value, Money):
        return value.amount
    return decimal(values, role)


def units_of(settings: Settings) -> int:
    """The ``units`` of a line, one where none are given; InputError for no whole number from 1."""
    try:
        return Units(int(settings.get("units", "1"))).count
    except ValueError as error:
        raise InputError(
            f"'{settings.get('units')}' is not a number of units.", cure="a whole number from 1"
        ) from error


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
    """A payment and who pays it: ``deductible + program + coinsurance`` is the payment, always.

    ``steps`` tell how the program's part came about, then the patient's.
    """

    deductible: Money
    program: Money
    coinsurance: Money
    steps: tuple[Step, ...]


def split(values: Values, settings: Settings, program: Decimal, why: str, reference: str) -> Parts:
    """A payment split into deductible, the program's ``program`` share and the remainder.

    Roles: ``payment``. Settings: ``deductible``, what is left of the Part B deductible in dollars
    (none where it is not given). The program's part is rounded half up to cents and the patient
    owes the remainder, so that the parts add up (42 CFR 419.41(c)).
    """
    payment = money(values, "payment")
    deductible = min(_deductible(settings), payment)
    left = payment - deductible
    steps = []
    if deductible != NOTHING:
        words = f"{payment} - {deductible}"
        steps.append(Step("After the Part B deductible", words, str(left), DEDUCTIBLE))
    with exactly():
        exact = left.amount * program
    worked = to_cents(
        Worked(left.amount, tuple(steps)), why, f"{left} × {plain(program)}", exact, reference
    )
    paid = Money(worked.exact)
    owed = left - paid
    last = Step("The patient's coinsurance: the remainder", f"{left} - {paid}", str(owed))
    return Parts(deductible, paid, owed, (*worked.steps, last))


def _deductible(settings: Settings) -> Money:
    text = settings.get("deductible", "0.00")
    try:
        found = Money.of(text)
    except (ArithmeticError, ValueError) as error:
        raise InputError(f"'{text}' is no deductible in dollars.", cure="such as 257.00") from error
    if found < NOTHING:
        raise InputError(f"a deductible is not less than nothing, as {text} is.")
    return found


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


def _sequestered(values: Values, settings: Settings) -> Worked:
    """The program's payment less two percent; the patient's part does not change."""
    paid = money(values, "program_payment")
    with exactly():
        exact = SEQUESTERED.of(paid.amount)
    less = to_cents(
        Worked(paid.amount, ()), "Sequestration", f"{paid} × {SEQUESTERED}", exact, SEQUESTRATION
    )
    left = paid - Money(less.exact)
    last = Step("Paid by Medicare", f"{paid} - {plain(less.exact)}", str(left))
    return Worked(left.amount, (*less.steps, last))


RULES = (cents_rule("medicare.sequestered", SEQUESTRATION, _sequestered),)
