"""The wage index of a hospital for outpatients: that of its area, and the floors of its state.

42 CFR 419.43(c): the outpatient system takes the inpatient wage index. A hospital that is not
reclassified has the index of the area where it lies, or that of its state's rural area if that is
higher (the rural floor, Balanced Budget Act of 1997 §4410); hospitals of a state without a rural
area have at least an imputed floor (42 CFR 412.64(h)(4)). CMS's own pricers do the same: the higher
of area and state, then the imputed floor if that is higher still.

Roles: ``area``, and ``rural_floor`` and ``imputed_floor``, each followed by ``_`` and the state's
letters. What a hospital's own record changes is told by :data:`OF_THE_AREA`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from types import MappingProxyType

from payeratlas.model.facts import Measure
from payeratlas.model.provenance import Step
from payeratlas.pricing.caveats import Caveat
from payeratlas.pricing.rules import Rule, Settings, Values, decimal

REFERENCE = "42 CFR 419.43(c) and 412.64(h); Balanced Budget Act of 1997 §4410; CMS OPPS Pricer"

_LETTERS = """
AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY
NC ND OH OK OR PA PR RI SC SD TN TX UT VT VI VA WA WV WI WY
"""
STATES = MappingProxyType(
    {letters: f"{number:02d}" for number, letters in enumerate(_LETTERS.split(), start=1)}
)
"""The two digits by which CMS's files name a state and its rural area, by the state's letters."""

MEASURE = Measure(
    "opps.wage_index",
    "Wage index of a hospital, outpatient",
    "index",
    "The geographic index of the area, or a floor of its state if that is higher.",
    "CMS OPPS Pricer, wage indices by area",
)
MEASURES = (MEASURE,)

OF_THE_AREA = Caveat(
    "hospital_wage_index",
    "The hospital's wage index is that of its area, or a floor of its state where that is higher. "
    "Its own reclassification, the addition for commuting, the limit on a yearly loss and a "
    "special index in its record may change it and are not considered.",
    REFERENCE,
)
WITHOUT_FLOORS = Caveat(
    "hospital_wage_index_floors",
    "The wage index of hospitals of the Indian Health Service is taken as printed: floors of the "
    "state, and what stands in the hospital's own record, are not considered.",
    REFERENCE,
)

_NAMED = re.compile(r"[ ,]([A-Z]{2}(?:-[A-Z]{2})*)$")
_FLOOR = re.compile(r"(rural|imputed)_floor_([A-Z]{2})")


def states_of(area: str) -> tuple[str, ...]:
    """The states that an area's name ends on: ``Cincinnati, OH-KY-IN``. Empty where it names none,
    as the name of a state itself does."""
    found = _NAMED.search(area)
    return tuple(found[1].split("-")) if found else ()


def _compute(values: Values, settings: Settings) -> Decimal:
    """The highest of the area's index and the floors."""
    return max(decimal(values, role) for role in _roles(values))


def _roles(values: Values) -> tuple[str, ...]:
    return ("area", *(role for role in values if _FLOOR.fullmatch(role)))


def _told(values: Values, settings: Settings) -> tuple[Step, ...]:
    """The indices one by one, then the highest."""
    steps = []
    for role in _roles(values):
        floor = _FLOOR.fullmatch(role)
        label = f"The {floor[1]} floor of {floor[2]}" if floor else "Geographic index of the area"
        steps.append(Step(label, "as printed", str(values[role])))
    printed = ", ".join(step.result for step in steps)
    highest = str(_compute(values, settings))
    return (*steps, Step("The highest of them", f"of {printed}", highest, REFERENCE))


RULES = (Rule(MEASURE.id, MEASURE.unit, REFERENCE, _compute, _told),)
