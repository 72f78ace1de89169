"""Imaging, cardiovascular and ophthalmological tests of a day: reduced component by component.

CMS relative value file record layout, multiple procedure indicators 4, 6 and 7. The technical
components rank among themselves, for imaging the professional ones too; a whole test is taken
apart. The outpatient cap on imaging comes after the reduction (final rule for 2007): the lower of
the reduced fee and the cap is paid. Ranks go by the fee before the cap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from payeratlas.model.amounts import Percent
from payeratlas.model.errors import InputError
from payeratlas.model.provenance import Step
from payeratlas.pricing.adjust import FULL, Effect
from payeratlas.pricing.exact import exactly, plain
from payeratlas.pricing.fee import CAP, Worked, worked_cap, worked_formula, worked_payable
from payeratlas.pricing.grouping import Item, Line, items
from payeratlas.pricing.line import published, with_effects
from payeratlas.pricing.multiple import Placed, Procedure, by_rank
from payeratlas.pricing.reductions import CAP_ORDER, Reduction, Series
from payeratlas.pricing.rules import Values, decimal
from payeratlas.pricing.surgical import told_both_sides
from payeratlas.pricing.working import NOTHING, Outcome, Portion, Terms, compared, of, summed

_REDUCED: dict[str, dict[str, Series]] = {
    "imaging": {"technical": "imaging_tc", "professional": "imaging_pc"},
    "cardiovascular": {"technical": "cardiovascular_tc"},
    "ophthalmology": {"technical": "ophthalmology_tc"},
}
SERIES = tuple(_REDUCED)
"""The series that are reduced by component."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """One component of one unit after the line's modifiers; ``cap`` is its outpatient cap."""

    worked: Worked
    cap: Decimal | None = None
    cap_steps: tuple[Step, ...] = ()


def by_component(lines: Sequence[Line], terms: Terms, kind: str) -> dict[int, Outcome]:
    """Each line's outcome in a series of :data:`SERIES`.

    InputError where a whole comes without the rows of its components.
    """
    found = items(lines)
    technical = {line.number: _technical(line, terms) for line in lines}
    professional = {line.number: _professional(line, terms) for line in lines}
    rules = {name: terms.reduction(series) for name, series in _REDUCED[kind].items()}
    placed = {
        "professional": _ranked(found, professional, rules.get("professional")),
        "technical": _ranked(found, technical, rules["technical"]),
    }
    outcome = {}
    for line in lines:
        steps: list[Step] = []
        portions: list[Portion] = []
        parts: list[Decimal] = []
        for name, units in (("professional", professional), ("technical", technical)):
            unit = units[line.number]
            own = list(_portions(line, name, found, placed[name], units))
            portions += own
            if unit is None or not any(portion.expression for portion in own):
                continue
            steps += _told(line, name, unit, found)
            if rule := rules.get(name):
                ranking = compared((p.procedure.name, p.procedure.amount) for p in placed[name])
                ranks = Outcome(unit.worked, tuple(own)).ranks
                label = f"Rank the {name} components, highest first"
                steps.append(Step(label, ranking, ranks, rule.reference))
            reference = f"{CAP}; {CAP_ORDER}" if unit.cap is not None else ""
            last, total = summed(f"{name.capitalize()} component by rank", own, reference)
            steps.append(last)
            parts.append(total)
        with exactly():
            total = sum(parts, NOTHING)
        if len(parts) > 1:
            sums = " + ".join(plain(part) for part in parts)
            steps.append(Step("Both components", sums, plain(total)))
        if not any(portion.expression for portion in portions):
            portions = portions[:1]
        outcome[line.number] = Outcome(Worked(total, tuple(steps)), tuple(portions))
    return outcome


def _technical(line: Line, terms: Terms) -> _Unit | None:
    """The technical component of one unit, before the cap, and the cap."""
    if line.is_whole:
        rows = line.technical
        if not rows:
            raise InputError(f"{line.name} needs the row of its technical component.")
    elif line.has_technical:
        rows = (line.values,)
    else:
        return None
    effects = terms.effects(line)
    worked = _added([worked_formula(row, local=terms.local) for row in rows], terms, effects)
    if not any(_is_capped(row) for row in rows):
        return _Unit(worked)
    caps = [(worked_cap if _is_capped(row) else worked_formula)(row, local=terms.local)
            for row in rows]  # fmt: skip
    cap = _added(caps, terms, effects)
    return _Unit(worked, cap.exact, cap.steps)


def _professional(line: Line, terms: Terms) -> _Unit | None:
    if line.is_whole:
        rows = line.professional
        if not rows:
            raise InputError(f"{line.name} needs the row of its professional component.")
    elif line.has_technical:
        return None
    else:
        rows = (line.values,)
    parts = [worked_payable(row, local=terms.local) for row in rows]
    return _Unit(_added(parts, terms, terms.effects(line)))


def _is_capped(row: Values) -> bool:
    return "opps_pe" in row and bool(decimal(row, "opps_pe") or decimal(row, "opps_mp"))


def _added(parts: Sequence[Worked], terms: Terms, effects: Sequence[Effect]) -> Worked:
    """Rows of one component together, with the modifiers of the line."""
    each = [published(part, terms.settings) for part in parts]
    if len(each) == 1:
        return with_effects(each[0], effects)
    steps = tuple(step for part in each for step in part.steps)
    with exactly():
        total = sum((part.exact for part in each), NOTHING)
    expression = " + ".join(plain(part.exact) for part in each)
    return with_effects(Worked(NOTHING, steps).then("Together", expression, total), effects)


def _ranked(
    found: Sequence[Item], units: dict[int, _Unit | None], rule: Reduction | None
) -> tuple[Placed, ...]:
    procedures = []
    for index, item in enumerate(found):
        unit = units[item.first.number]
        if unit is not None:
            amount = of(item.percent, unit.worked.exact)
            procedures.append(Procedure(index, item.name, amount))
    if rule is None:
        return tuple(Placed(p, 0, FULL, "whole", p.amount) for p in procedures)
    return by_rank(procedures, rule)


def _portions(
    line: Line,
    name: str,
    found: Sequence[Item],
    placed: Sequence[Placed],
    units: dict[int, _Unit | None],
) -> Iterator[Portion]:
    """The line's parts in one component, by rank."""
    for place in placed:
        item = found[place.procedure.index]
        if item.second is line:
            yield Portion(line.number, "", "included", "side", NOTHING, "", item.first.number)
        unit = units[line.number]
        if item.first is not line or unit is None or place.share is None:
            continue
        amount, expression = _paid(place.gross, place.share, item, unit)
        rank = f"{name} {place.rank}" if place.rank else ""
        kind = f"{name}_{'full' if place.share == FULL else 'reduced'}"
        yield Portion(line.number, rank, f"{name} {place.share}", kind, amount, expression)


def _paid(gross: Decimal, share: Percent, item: Item, unit: _Unit) -> tuple[Decimal, str]:
    amount, expression = of(share, gross), f"{plain(gross)} × {share}"
    if unit.cap is None:
        return amount, expression
    cap = of(item.percent, unit.cap)
    return min(amount, cap), f"the lower of {expression} and {plain(cap)}"


def _told(line: Line, name: str, unit: _Unit, found: Sequence[Item]) -> list[Step]:
    """The steps to one unit's component and to its cap."""
    title = f"{name.capitalize()} component"
    steps = [replace(step, label=f"{title}: {step.label}") for step in unit.worked.steps]
    steps += [replace(step, label=f"Outpatient cap on it: {step.label}") for step in unit.cap_steps]
    if pair := next((item for item in found if item.first is line and item.second), None):
        both = told_both_sides(pair, unit.worked.exact)
        steps.append(replace(both, label=f"{title}: {both.label}"))
    return steps
