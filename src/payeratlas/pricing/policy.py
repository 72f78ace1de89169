"""Changes that a published rule would explain: recognised by their figures, never asserted.

A relative value file prints values, not reasons. Where a change is exactly what a rule in force
from that day prescribes, it is *consistent with* the rule; another reason may have given the same
figures. CY 2026 physician fee schedule final rule, CMS-1832-F, 90 FR 49266 (November 5, 2025).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from payeratlas.model.facts import Fact
from payeratlas.model.provenance import Step
from payeratlas.model.time import Period
from payeratlas.pricing.exact import exactly, plain
from payeratlas.pricing.rules import Rule, Settings, Values, decimal, derive

FINAL_RULE = "CY 2026 physician fee schedule final rule, CMS-1832-F, 90 FR 49266"
URL = "https://www.federalregister.gov/d/2025-19787"
FROM, BEFORE = date(2026, 1, 1), date(2027, 1, 1)
EFFICIENCY_FACTOR = Decimal("0.975")
_HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Policy:
    """A published policy: ``text`` says, without a digit, what is consistent with it.

    Its placeholders are the parts of an :class:`Inference`, and ``rule``: the ``reference``.
    """

    id: str
    title: str
    text: str
    reference: str = FINAL_RULE
    url: str = URL


EFFICIENCY = Policy(
    "efficiency_adjustment",
    "Efficiency adjustment",
    "Work RVUs went from {work_before} to {work_after}: consistent with the efficiency adjustment "
    "of the {rule}, which would give {expected}.",
)
PRACTICE_EXPENSE = Policy(
    "practice_expense_by_setting",
    "Practice expense by setting",
    "Practice expense fell from {facility_before} to {facility_after} in a facility and rose from "
    "{nonfacility_before} to {nonfacility_after} outside one: consistent with the change of "
    "practice expense by setting of the {rule}.",
)
POLICIES = (EFFICIENCY, PRACTICE_EXPENSE)


@dataclass(frozen=True, slots=True)
class Inference:
    """A change that is consistent with a policy, and the Facts that show it, by placeholder."""

    policy: Policy
    parts: Mapping[str, Fact] = field(hash=False)


def spans(before: Period, after: Period) -> bool:
    """Whether the 2026 rule took effect between two releases, the later one being of that year."""
    return before.start < FROM <= after.start < BEFORE


def efficient(work_rvu: Decimal) -> Decimal:
    """Work RVUs after the efficiency adjustment of 2026: 2.5 percent less, half up to hundredths.

    CMS applies it to services that are not time-based; which those are is not told here.
    """
    with exactly():
        exact = work_rvu * EFFICIENCY_FACTOR
    return exact.quantize(_HUNDREDTH, rounding=ROUND_HALF_UP)


def like_efficiency(before: Decimal, after: Decimal) -> bool:
    """Whether work RVUs moved by exactly the efficiency adjustment."""
    return before != after == efficient(before)


def like_practice_expense(before: tuple[Decimal, Decimal], after: tuple[Decimal, Decimal]) -> bool:
    """Whether practice expense, (facility, non-facility), fell in a facility and rose outside one.

    From 2026 the share of the facility's indirect expense that follows work is halved.
    """
    return after[0] < before[0] and after[1] > before[1]


def recognised(
    before: Mapping[str, Decimal], after: Mapping[str, Decimal], spans_from: Period, to: Period
) -> tuple[Policy, ...]:
    """The policies that the change of a row is consistent with.

    ``before`` and ``after`` hold ``work_rvu``, ``pe_rvu_facility`` and ``pe_rvu_nonfacility`` as
    the relative value file of the two spans of dates prints them.
    """
    if not spans(spans_from, to):
        return ()
    found = []
    if like_efficiency(before["work_rvu"], after["work_rvu"]):
        found.append(EFFICIENCY)
    sides = ("pe_rvu_facility", "pe_rvu_nonfacility")
    old, new = ((side[sides[0]], side[sides[1]]) for side in (before, after))
    if like_practice_expense(old, new):
        found.append(PRACTICE_EXPENSE)
    return tuple(found)


def inferences(
    before: Mapping[str, Fact], after: Mapping[str, Fact], spans_from: Period, to: Period
) -> tuple[Inference, ...]:
    """:func:`recognised` on Facts by the same names, with the Facts that show it."""
    old, new = (
        {name: fact.value for name, fact in side.items() if isinstance(fact.value, Decimal)}
        for side in (before, after)
    )
    return tuple(
        Inference(policy, dict(_parts(policy, before, after, to)))
        for policy in recognised(old, new, spans_from, to)
    )


def _parts(
    policy: Policy, before: Mapping[str, Fact], after: Mapping[str, Fact], period: Period
) -> Iterator[tuple[str, Fact]]:
    if policy is EFFICIENCY:
        work = before["work_rvu"]
        yield "work_before", work
        yield "work_after", after["work_rvu"]
        yield (
            "expected",
            derive(
                "policy.efficiency",
                "pfs.policy.efficient_work_rvu",
                work.subject,
                {"work_rvu": work},
                period=period,
            ),
        )
        return
    for setting in ("facility", "nonfacility"):
        yield f"{setting}_before", before[f"pe_rvu_{setting}"]
        yield f"{setting}_after", after[f"pe_rvu_{setting}"]


def _compute(values: Values, settings: Settings) -> Decimal:
    """The adjusted work RVUs."""
    return efficient(decimal(values, "work_rvu"))


def _explain(values: Values, settings: Settings) -> tuple[Step, ...]:
    work = decimal(values, "work_rvu")
    with exactly():
        exact = work * EFFICIENCY_FACTOR
    return (
        Step("Less 2.5 percent", f"{work} × {EFFICIENCY_FACTOR}", plain(exact), FINAL_RULE),
        Step("Round half up to hundredths", plain(exact), str(efficient(work))),
    )


RULES = (
    Rule(
        "policy.efficiency",
        "RVU",
        f"{FINAL_RULE}, efficiency adjustment",
        _compute,
        _explain,
    ),
)
