"""Surgical procedures and endoscopies of a day, and both sides of the body on two lines.

Medicare Claims Processing Manual, Pub. 100-04, ch. 12 §40.6 and §40.7; CMS relative value file
record layout, multiple procedure indicators 2 and 3 and bilateral surgery indicator: both sides
first, then families of endoscopies, then ranks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from payeratlas.model.amounts import Percent
from payeratlas.model.provenance import Step
from payeratlas.pricing.adjust import BOTH_SIDES, FULL, both_sides
from payeratlas.pricing.exact import exactly, plain
from payeratlas.pricing.fee import Worked, worked_payable
from payeratlas.pricing.grouping import Item, Line, items
from payeratlas.pricing.line import published, with_effects
from payeratlas.pricing.multiple import Placed, Procedure, surgery
from payeratlas.pricing.reductions import ENDOSCOPY
from payeratlas.pricing.rules import Values
from payeratlas.pricing.working import NOTHING, Outcome, Portion, Terms, compared, of, summed


def procedures(lines: Sequence[Line], terms: Terms, *, ranked: bool) -> dict[int, Outcome]:
    """Each line's outcome: by rank and family, or only with both sides of the body put together.

    ValueError where an endoscopy beside another of its family comes without its base row.
    """
    one = {}
    for line in lines:
        fee = published(worked_payable(line.values, local=terms.local), terms.settings)
        one[line.number] = with_effects(fee, terms.effects(line))
    base = {line.number: _base(line, line.base, terms) for line in lines if line.base is not None}
    found = items(lines)
    bases = {line.family for line in lines if line.family}
    to_rank = [
        Procedure(
            index,
            item.name,
            of(item.percent, one[item.first.number].exact),
            item.first.family or (item.first.code if item.first.code in bases else ""),
            _base_of(item, base),
            is_base=not item.first.family and item.first.code in bases,
        )
        for index, item in enumerate(found)
    ]
    if not ranked:
        placed = tuple(Placed(p, 0, FULL, "whole", p.amount) for p in to_rank)
        return _by_line(lines, found, placed, one, base, None)
    rule = terms.reduction("surgery")
    placed = surgery(to_rank, rule)
    rank = Step(
        "Rank by amount, highest first; endoscopies of a family rank by their sum",
        compared((p.procedure.name, p.gross) for p in placed if p.kind != "included"),
        "",
        rule.reference,
    )
    return _by_line(lines, found, placed, one, base, rank)


def _base(line: Line, row: Values, terms: Terms) -> Worked:
    """The base procedure as this line would be paid for it: same modifiers, its own two sides."""
    worked = published(worked_payable(row, local=terms.local), terms.settings)
    effects = []
    for effect in terms.effects(line):
        if effect.modifier == "50":
            effect = replace(effect, percent=_two_sides(row))
        effects.append(effect)
    return with_effects(worked, effects)


def _base_of(item: Item, base: Mapping[int, Worked]) -> Decimal | None:
    worked = base.get(item.first.number)
    if worked is None or item.second is None or item.first.base is None:
        return worked.exact if worked else None
    return of(_two_sides(item.first.base), worked.exact)


def _two_sides(row: Values) -> Percent:
    paid = both_sides(str(row.get("bilateral", "")))
    return paid[0] if paid else FULL


def _by_line(
    lines: Sequence[Line],
    found: Sequence[Item],
    placed: Sequence[Placed],
    one: Mapping[int, Worked],
    base: Mapping[int, Worked],
    rank: Step | None,
) -> dict[int, Outcome]:
    portions = [portion for place in placed for portion in _portions(place, placed, found)]
    outcome = {}
    for line in lines:
        own = tuple(portion for portion in portions if portion.line == line.number)
        mine = [p for p in placed if found[p.procedure.index].first is line]
        steps = list(one[line.number].steps)
        if pair := next((i for i in found if i.first is line and i.second), None):
            steps.append(told_both_sides(pair, one[line.number].exact))
        if less := next((p for p in mine if p.kind == "difference"), None):
            steps += _less_base(line, less, base[line.number])
        if rank:
            ranks = Outcome(one[line.number], own).ranks
            steps.append(replace(rank, result=ranks))
        last, total = summed("Share by rank" if rank else "To pay", own)
        outcome[line.number] = Outcome(Worked(total, (*steps, last)), own)
    return outcome


def told_both_sides(pair: Item, amount: Decimal) -> Step:
    """The step from one side's amount to that of both, billed on two lines."""
    label = "Both sides of the body, billed on two lines"
    both = of(pair.percent, amount)
    return Step(label, f"{plain(amount)} × {pair.percent}", plain(both), BOTH_SIDES)


def _less_base(line: Line, place: Placed, base: Worked) -> list[Step]:
    """The steps to the base procedure's amount, and its subtraction."""
    name = f"Base procedure {line.family}"
    amount = place.procedure.amount
    with exactly():
        subtracted = amount - place.gross
    expression = f"{plain(amount)} − {plain(subtracted)}"
    return [
        *(replace(step, label=f"{name}: {step.label}") for step in base.steps),
        Step(
            f"Less the base procedure {line.family}, which the highest-paid endoscopy contains",
            expression,
            plain(place.gross),
            ENDOSCOPY,
        ),
    ]


def _portions(place: Placed, placed: Sequence[Placed], found: Sequence[Item]) -> Iterator[Portion]:
    """The part of the item's line, and that of the line of the other side where there is one."""
    item = found[place.procedure.index]
    line, rank = item.first.number, str(place.rank or "")
    if place.kind == "included":
        head = next(p for p in placed if p.rank == place.rank)
        inside = found[head.procedure.index].first.number
        kind = "base" if place.procedure.is_base else "no_gain"
        yield Portion(line, rank, "included", kind, NOTHING, "", inside)
    elif place.share is None:
        yield Portion(line, rank, "by report", "report", None, "")
    else:
        share, kind = str(place.share), "full" if place.share == FULL else "reduced"
        if place.kind == "difference":
            share, kind = f"{share} of the difference", f"difference_{kind}"
        elif place.with_family:
            kind = f"highest_{kind}"
        expression = f"{plain(place.gross)} × {place.share}"
        yield Portion(line, rank, share, kind, place.paid, expression, gross=place.gross)
    if item.second is not None:
        yield Portion(item.second.number, rank, "included", "side", NOTHING, "", line)
