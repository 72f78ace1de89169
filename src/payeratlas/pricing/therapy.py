"""Therapy units of a day: of one the whole practice expense is paid, of all others a part.

Medicare Claims Processing Manual, Pub. 100-04, ch. 5 §10.7; CMS relative value file record
layout, multiple procedure indicator 5. Units of all codes and disciplines rank together, by
practice expense; work and malpractice are always paid in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from payeratlas.model.amounts import Percent
from payeratlas.model.provenance import Step
from payeratlas.pricing.adjust import FULL
from payeratlas.pricing.exact import exactly, plain
from payeratlas.pricing.fee import Worked, worked_formula, worked_payable
from payeratlas.pricing.grouping import Line, items
from payeratlas.pricing.line import published, with_effects
from payeratlas.pricing.multiple import Procedure, by_rank
from payeratlas.pricing.rules import decimal
from payeratlas.pricing.working import Outcome, Portion, Terms, compared, summed


def therapy_units(lines: Sequence[Line], terms: Terms) -> dict[int, Outcome]:
    """Each line's outcome, all units of all lines ranked together."""
    rule = terms.reduction("therapy_pe")
    found = items(lines)
    placed = by_rank(
        (
            Procedure(i, item.name, _practice_expense(item.first, terms))
            for i, item in enumerate(found)
        ),
        rule,
    )
    rank = Step(
        "Rank the units of all therapy lines by practice expense, highest first",
        compared((p.procedure.name, p.procedure.amount) for p in placed),
        "",
        rule.reference,
    )
    outcome = {}
    for line in lines:
        paid: dict[Percent, Worked] = {}
        own = []
        for place in placed:
            if found[place.procedure.index].first is not line or place.share is None:
                continue
            if place.share not in paid:
                paid[place.share] = _one_unit(line, place.share, terms)
            amount, full = paid[place.share].exact, place.share == FULL
            said = f"{place.share} of the practice expense"
            kind = "pe_full" if full else "pe_reduced"
            rank_of = str(place.rank)
            own.append(Portion(line.number, rank_of, said, kind, amount, plain(amount)))
        steps = [
            replace(step, label=f"With {share} of the practice expense: {step.label}")
            for share, worked in paid.items()
            for step in worked.steps
        ]
        last, total = summed("Units, each by its rank", own)
        told = Outcome(Worked(total, ()), tuple(own))
        steps += [replace(rank, result=told.ranks), last]
        outcome[line.number] = Outcome(Worked(total, tuple(steps)), told.portions)
    return outcome


def _one_unit(line: Line, share: Percent, terms: Terms) -> Worked:
    if share == FULL:
        worked = worked_payable(line.values, local=terms.local)
    else:
        with exactly():
            of_pe = share.value / 100
        worked = worked_formula(line.values, local=terms.local, pe_share=of_pe)
    return with_effects(published(worked, terms.settings), terms.effects(line))


def _practice_expense(line: Line, terms: Terms) -> Decimal:
    """The dollars of practice expense in one unit, by which units rank."""
    with exactly():
        dollars = decimal(line.values, "pe_rvu") * decimal(line.values, "conversion_factor")
        if terms.local:
            dollars *= decimal(line.values, "pe_gpci")
        for effect in terms.effects(line):
            dollars = effect.percent.of(dollars)
    return dollars
