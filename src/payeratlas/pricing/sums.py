"""Sums of amounts that are each in whole cents, and what stands against one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Unknown
from payeratlas.pricing.exact import exactly
from payeratlas.pricing.fee import Worked, rule_of
from payeratlas.pricing.quote import common_period
from payeratlas.pricing.rules import Settings, Values, derive, money

_ENDING = ".amount"


def _worked_sum(values: Values, settings: Settings) -> Worked:
    """The sum of the roles that end on ``.amount``."""
    amounts = [money(values, role).amount for role in values if role.endswith(_ENDING)]
    if not amounts:
        raise InputError("a sum needs at least one amount.")
    with exactly():
        total = sum(amounts, Decimal(0))
    expression = " + ".join(str(amount) for amount in amounts)
    return Worked(total, ()).then("Add the amounts", expression, total)


def total(measure: str, subject: str, facts: Mapping[str, Fact], *, nothing: str) -> Fact:
    """The sum of Facts by name (``line 1``), as a Fact.

    Unknown where one of them is, for its reason and naming it; where there is none, ``nothing``
    says why.
    """
    for name, fact in facts.items():
        if isinstance(fact.value, Unknown):
            said = replace(fact.value, detail=f"{name} has no amount: {fact.value.detail}")
            return Fact(measure, subject, said, "USD", None)
    if not facts:
        return Fact(measure, subject, Unknown("not_priced", nothing), "USD", None)
    inputs = {f"{name}{_ENDING}": fact for name, fact in facts.items()}
    return derive("sum", measure, subject, inputs, period=common_period(list(facts.values())))


_REFERENCE = "42 CFR 414.20: amounts are set service by service; a total is their sum"

RULES = (rule_of("sum", _REFERENCE, _worked_sum),)
