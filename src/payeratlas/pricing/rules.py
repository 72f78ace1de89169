"""Rules of Medicare arithmetic, by name: derive a Fact with one, or run it again to verify.

A rule is a pure function of values by role (``work_rvu``, ``conversion_factor``) and settings
(text that is not a Fact: modifiers, units). Pricing modules list theirs in ``RULES``.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from types import MappingProxyType

import payeratlas.pricing as _package
from payeratlas.model.amounts import Money, Units
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Unknown, Value
from payeratlas.model.provenance import Derivation, Step
from payeratlas.model.time import Period

Values = Mapping[str, Value]
Settings = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A named computation.

    ``compute`` gives the value in ``unit``; ``explain`` tells the same computation step by step,
    its last step ending on that value. Both raise InputError where a role is missing or is not of
    its kind. ``reference`` names the manual, regulation or record layout the rule follows.
    """

    id: str
    unit: str
    reference: str
    compute: Callable[[Values, Settings], Value]
    explain: Callable[[Values, Settings], tuple[Step, ...]]


@cache
def rules() -> Mapping[str, Rule]:
    """Every rule by id, found by scanning this package's modules for ``RULES``."""
    found: dict[str, Rule] = {}
    for info in pkgutil.iter_modules(_package.__path__):
        module = importlib.import_module(f"{_package.__name__}.{info.name}")
        for rule in getattr(module, "RULES", ()):
            if rule.id in found:
                raise ValueError(f"two rules are called {rule.id!r}")
            found[rule.id] = rule
    return MappingProxyType(dict(sorted(found.items())))


@cache
def _rule(rule_id: str) -> Rule:
    # Whoever derives has mostly loaded the module of the rule; the others may stay unread.
    prefix = f"{_package.__name__}."
    for name, module in sorted(sys.modules.items()):
        if name.startswith(prefix):
            own: tuple[Rule, ...] = getattr(module, "RULES", ())
            for rule in own:
                if rule.id == rule_id:
                    return rule
    found = rules().get(rule_id)
    if found is None:
        raise InputError(
            f"there is no rule '{rule_id}'.",
            cure="a page of another software version may name rules that this one lacks.",
        )
    return found


def derive(
    rule_id: str,
    measure: str,
    subject: str,
    inputs: Mapping[str, Fact],
    *,
    period: Period | None,
    settings: Settings | None = None,
) -> Fact:
    """``measure(subject)`` computed by a rule from Facts by role, which keep their order.

    One Unknown input makes the result Unknown for the same reason, its detail naming that input.
    """
    rule = _rule(rule_id)
    values: dict[str, Value] = {}
    for role, fact in inputs.items():
        if isinstance(fact.value, Unknown):
            return Fact(measure, subject, unknown_input(role, fact), rule.unit, period)
        values[role] = fact.value
    chosen = dict(settings or {})
    basis = Derivation(
        rule=rule.id,
        inputs=tuple(inputs.items()),
        settings=tuple(chosen.items()),
        reference=rule.reference,
        tell=partial(rule.explain, values, chosen),
    )
    return Fact(measure, subject, rule.compute(values, chosen), rule.unit, period, basis)


def rerun(rule_id: str, values: Values, settings: Settings | None = None) -> Value:
    """Run a rule again on the values and settings a Derivation holds, to verify its result."""
    return _rule(rule_id).compute(values, settings or {})


def unknown_input(role: str, fact: Fact) -> Unknown:
    """The Unknown that follows from an Unknown input: same reason, the input named."""
    value = fact.value
    if not isinstance(value, Unknown):
        raise ValueError(f"{fact.measure}({fact.subject}) is known")
    return Unknown(
        value.reason, f"{role} of {fact.subject} is not known: {value.detail}", value.last_known
    )


def decimal(values: Values, role: str) -> Decimal:
    """The exact number in a role; InputError where it is absent or another kind of value."""
    value = values.get(role)
    if not isinstance(value, Decimal):
        raise InputError(f"the rule needs a number as '{role}', not {value!r}.")
    return value


def money(values: Values, role: str) -> Money:
    """The dollars in a role; InputError where they are absent or another kind of value."""
    value = values.get(role)
    if not isinstance(value, Money):
        raise InputError(f"the rule needs an amount in dollars as '{role}', not {value!r}.")
    return value


def text(values: Values, role: str) -> str:
    """The text in a role; InputError where it is absent or another kind of value."""
    value = values.get(role)
    if not isinstance(value, str):
        raise InputError(f"the rule needs text as '{role}', not {value!r}.")
    return value


def units_of(settings: Settings) -> int:
    """The ``units`` of a line, one where none are given; InputError for no whole number from 1."""
    try:
        return Units(int(settings.get("units", "1"))).count
    except ValueError as error:
        raise InputError(
            f"'{settings.get('units')}' is not a number of units.", cure="a whole number from 1"
        ) from error
