"""What moved an amount between two releases: the same formula, one kind of input changed at a time.

The order is fixed: work, practice expense, malpractice, locality indices, conversion factor. Each
step is a price that anyone can compute (the new inputs up to there, the old ones after it), in
whole cents, so that the differences between neighbouring steps add up to the whole change. Another
order would divide the same change a little differently; the order is part of what is stated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from payeratlas.model.amounts import Money
from payeratlas.model.facts import Fact, Measure
from payeratlas.model.provenance import Step
from payeratlas.model.time import Period
from payeratlas.pricing.fee import NATIONAL, Gpci, exact_amount
from payeratlas.pricing.rules import Rule, Settings, Values, derive, money

REFERENCE = "difference of two amounts in whole cents"

STEPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("work", ("work_rvu",)),
    ("practice_expense", ("pe_rvu", "opps_pe")),
    ("malpractice", ("mp_rvu", "opps_mp")),
    ("indices", ("work_gpci", "pe_gpci", "mp_gpci")),
    ("conversion_factor", ("conversion_factor",)),
)
"""The causes in their fixed order, each with the roles of the fee rules that it moves."""

_SOURCE = "CMS physician fee schedule relative value files, GPCI files"
MEASURES = (
    Measure("pfs.change.total", "Change of the amount", "USD", "After less before.", _SOURCE),
    *(
        Measure(
            f"pfs.change.{cause}",
            f"Change from {words}",
            "USD",
            f"What {words} moved, the inputs before it in the fixed order already changed.",
            _SOURCE,
        )
        for cause, words in (
            ("work", "work RVUs"),
            ("practice_expense", "practice expense RVUs"),
            ("malpractice", "malpractice RVUs"),
            ("indices", "locality indices"),
            ("conversion_factor", "the conversion factor"),
        )
    ),
)


def _difference(values: Values, settings: Settings) -> object:
    """The amount after less the amount before."""
    return money(values, "after") - money(values, "before")


def _explain(values: Values, settings: Settings) -> tuple[Step, ...]:
    after, before = money(values, "after"), money(values, "before")
    return (Step("After less before", f"{after} - {before}", str(after - before)),)


RULES = (Rule("amount.difference", "USD", REFERENCE, _difference, _explain),)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Change:
    """How an amount moved from one set of inputs to another, and what each cause added.

    ``parts`` are those causes whose inputs differ, in the fixed order; their values add up to
    ``total``. ``before`` and ``after`` are the two amounts.
    """

    before: Fact
    after: Fact
    total: Fact
    parts: tuple[tuple[str, Fact], ...]


def split(
    before: Mapping[str, Fact],
    after: Mapping[str, Fact],
    *,
    subject: str,
    period: Period | None,
) -> Change:
    """Split the change of a fee between two releases by cause.

    ``before`` and ``after`` are the inputs of the fee by role (``work_rvu``, ``pe_rvu``,
    ``mp_rvu``, ``conversion_factor``, and where they apply ``opps_pe``, ``opps_mp`` and the three
    indices), all known; both need the same roles. ValueError where a role is on one side only.
    """
    if before.keys() != after.keys():
        raise ValueError(f"{subject}: roles differ: {sorted(before.keys() ^ after.keys())}")
    scope = "locality" if "work_gpci" in before else "national"

    def fee(inputs: Mapping[str, Fact]) -> Fact:
        return derive(f"pfs.payable.{scope}", "pfs.fee", subject, inputs, period=period)

    def difference(cause: str, earlier: Fact, later: Fact) -> Fact:
        inputs = {"before": earlier, "after": later}
        return derive("amount.difference", f"pfs.change.{cause}", subject, inputs, period=period)

    first = last = fee(before)
    inputs = dict(before)
    parts = []
    for cause, roles in STEPS:
        moved = [r for r in roles if r in inputs and inputs[r].value != after[r].value]
        for role in roles:
            if role in inputs:
                inputs[role] = after[role]
        if moved:
            step = fee(inputs)
            parts.append((cause, difference(cause, last, step)))
            last = step
    end = fee(after)
    return Change(first, end, difference("total", first, end), tuple(parts))


@dataclass(frozen=True, slots=True)
class Parts:
    """A :class:`Change` in bare dollars, for whoever splits whole releases."""

    before: Decimal
    after: Decimal
    parts: tuple[tuple[str, Decimal], ...]

    @property
    def total(self) -> Decimal:
        """The amount after less the amount before."""
        return self.after - self.before


def split_values(before: Mapping[str, Decimal], after: Mapping[str, Decimal]) -> Parts:
    """:func:`split` without Facts and their steps, a hundred times as fast.

    Takes the values of the same roles; ValueError where a role is on one side only.
    """
    if before.keys() != after.keys():
        raise ValueError(f"roles differ: {sorted(before.keys() ^ after.keys())}")
    inputs = dict(before)
    first = last = _payable(inputs)
    parts = []
    for cause, roles in STEPS:
        moved = [role for role in roles if role in inputs and inputs[role] != after[role]]
        if moved:
            inputs |= {role: after[role] for role in moved}
            step = _payable(inputs)
            parts.append((cause, step - last))
            last = step
    return Parts(first, last, tuple(parts))


def _payable(values: Mapping[str, Decimal]) -> Decimal:
    """The fee, or the outpatient cap where its RVUs are printed and it is lower, in cents."""
    work, factor = values["work_rvu"], values["conversion_factor"]
    gpci = NATIONAL
    if "work_gpci" in values:
        gpci = Gpci(values["work_gpci"], values["pe_gpci"], values["mp_gpci"])
    exact = exact_amount(work, values["pe_rvu"], values["mp_rvu"], factor, gpci)
    pe, mp = values.get("opps_pe"), values.get("opps_mp")
    if pe is not None and mp is not None and (pe or mp):
        exact = min(exact, exact_amount(work, pe, mp, factor, gpci))
    return Money.round_once(exact).amount
