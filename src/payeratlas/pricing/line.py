"""The amount of one claim line: fee, outpatient cap, modifiers, units, and the rounding.

The steps are those a person at the payer takes, in that order. Values are the roles of the fee
rules, ``multiple_procedure``, and the indicators the modifiers need. Settings hold what is not a
Fact:

- ``modifiers``: comma-separated, e.g. ``50,80``
- ``row_modifier``: modifier of the fee schedule row itself, or empty
- ``units``: a whole number from 1
- ``rate_type``: for the record (the PE RVU in the values is already that of the rate)
- ``documented``: ``yes`` where a condition on documentation is taken as met
- ``rounding``: ``once`` keeps every figure exact up to one rounding at the end; ``published``
  starts from the published fee in whole cents, as MCPM 12 §40.4 tells contractors to do, and
  rounds a second time at the end. The two differ by cents, and only where a modifier or several
  units change the fee.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from payeratlas.model.errors import InputError
from payeratlas.pricing.adjust import FULL, MANUAL, Effect, Refusal, adjust
from payeratlas.pricing.exact import exactly, plain
from payeratlas.pricing.fee import (
    CAP,
    FORMULA,
    THERAPY,
    Worked,
    rule_of,
    worked_payable,
    worked_therapy,
)
from payeratlas.pricing.rules import Settings, Values, text, units_of
from payeratlas.pricing.status import why_not_priced

ROUNDING = "once"
"""The rounding of the amount a quote leads with."""


def split_modifiers(settings: Settings) -> tuple[str, ...]:
    """The modifiers of a line rule's settings."""
    return tuple(m for m in settings.get("modifiers", "").split(",") if m)


def published(worked: Worked, settings: Settings) -> Worked:
    """The figure to go on with: exact, or the published cents where the settings ask for them.

    InputError where the settings name no way of rounding that is known.
    """
    rounding = settings.get("rounding", ROUNDING)
    if rounding == "published":
        cents = worked.rounded().amount
        return worked.then("Published fee, in whole cents", plain(worked.exact), cents)
    if rounding != "once":
        raise InputError(f"'{rounding}' is no way of rounding.", cure="once or published")
    return worked


def effects_on(
    values: Values, modifiers: Sequence[str], row_modifier: str, settings: Settings
) -> tuple[Effect, ...]:
    """What the modifiers of a line do, in order.

    InputError where the status or a modifier leaves no amount, or where payment hangs on
    documentation that the settings do not take as given (``documented``).
    """
    if why := why_not_priced(text(values, "status")):
        raise InputError(f"{why}.")
    effects = adjust(modifiers, values, row_modifier)
    if isinstance(effects, Refusal):
        raise InputError(f"{effects}.")
    for effect in effects:
        if effect.condition and settings.get("documented") != "yes":
            raise InputError(f"modifier {effect.modifier} is paid only if {effect.condition}.")
    return effects


def with_effects(worked: Worked, effects: Sequence[Effect]) -> Worked:
    """A figure after the modifiers of its line, a step for each."""
    for effect in effects:
        label = f"Modifier {effect.modifier}: {effect.why}"
        if effect.percent == FULL:
            worked = worked.then(label, "unchanged", worked.exact, effect.reference)
            continue
        expression = f"{plain(worked.exact)} × {effect.percent}"
        with exactly():
            changed = effect.percent.of(worked.exact)
        worked = worked.then(label, expression, changed, effect.reference)
    return worked


def _worked_line(values: Values, settings: Settings, *, local: bool) -> Worked:
    modifiers, row_modifier = split_modifiers(settings), settings.get("row_modifier", "")
    effects = effects_on(values, modifiers, row_modifier, settings)
    line = with_effects(published(worked_payable(values, local=local), settings), effects)
    units = units_of(settings)
    if units == 1:
        return line
    if not _therapy(values):
        with exactly():
            total = line.exact * units
        return line.then("Units", f"{plain(line.exact)} × {units}", total)
    reduced = published(worked_therapy(values, local=local), settings)
    later = with_effects(reduced, effects).exact
    with exactly():
        total = line.exact + later * (units - 1)
    return line.then(
        "Units: one in full, the others with half of the practice expense",
        f"{plain(line.exact)} + {units - 1} × {plain(later)}",
        total,
        THERAPY,
    )


def _therapy(values: Values) -> bool:
    return values.get("multiple_procedure") == "5"


_REFERENCE = f"{FORMULA}; {CAP}; {MANUAL} §20.4 and §40; {THERAPY}"

RULES = (
    rule_of("pfs.line.national", _REFERENCE, partial(_worked_line, local=False)),
    rule_of("pfs.line.locality", _REFERENCE, partial(_worked_line, local=True)),
)
