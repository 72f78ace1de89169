"""The physician fee schedule formula, the outpatient cap on imaging, and the payable amount.

42 CFR 414.20 to 414.26; relative value file record layout ("formula for physician fee schedule
payment amount"); Claims Processing Manual, Pub. 100-04, ch. 12 section 20. Amounts follow from
exact decimals with ONE rounding, half up to cents, at the end: no RVU, index product, component
or conversion factor is rounded on the way. CMS's own published amounts come out only so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from payeratlas.model.amounts import Money
from payeratlas.model.provenance import Step
from payeratlas.pricing.exact import exactly, plain
from payeratlas.pricing.rules import Rule, Settings, Values, decimal

FORMULA = (
    "42 CFR 414.20-414.26; CMS relative value file record layout, payment formula; "
    "Medicare Claims Processing Manual, Pub. 100-04, ch. 12 §20"
)
CAP = (
    "Social Security Act §1848(b)(4) (Deficit Reduction Act of 2005, §5102(b)); "
    "CMS relative value file record layout, OPPS payment amount"
)
THERAPY = (
    "CMS relative value file record layout, multiple procedure indicator 5; "
    "Medicare Claims Processing Manual, Pub. 100-04, ch. 5 §10.7"
)

HALF = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Gpci:
    """Geographic practice cost indices of one payment locality."""

    work: Decimal
    pe: Decimal
    mp: Decimal


NATIONAL = Gpci(Decimal(1), Decimal(1), Decimal(1))


def exact_amount(
    work_rvu: Decimal,
    pe_rvu: Decimal,
    mp_rvu: Decimal,
    conversion_factor: Decimal,
    gpci: Gpci = NATIONAL,
) -> Decimal:
    """Dollars before rounding: (work x index + PE x index + MP x index) x conversion factor.

    With the PE and MP RVUs "used for OPPS payment amount" in place of the ordinary ones it gives
    the outpatient cap; there, a global row that contractors price (status C, no work RVU of its
    own) takes the work RVU of its -26 row.
    """
    with exactly():
        return (work_rvu * gpci.work + pe_rvu * gpci.pe + mp_rvu * gpci.mp) * conversion_factor


@dataclass(frozen=True, slots=True)
class Worked:
    """An exact figure in dollars and the steps that led to it."""

    exact: Decimal
    steps: tuple[Step, ...]

    def then(self, label: str, expression: str, exact: Decimal, reference: str = "") -> Worked:
        """The figure after one more step."""
        return Worked(exact, (*self.steps, Step(label, expression, plain(exact), reference)))

    def rounded(self) -> Money:
        """The one rounding: half up to cents."""
        return Money.round_once(self.exact)

    def told(self) -> tuple[Step, ...]:
        """All steps, the rounding last."""
        last = Step("Round half up to cents, once", plain(self.exact), str(self.rounded()))
        return (*self.steps, last)


def _gpci(values: Values, local: bool) -> Gpci:
    if not local:
        return NATIONAL
    return Gpci(*(decimal(values, f"{part}_gpci") for part in ("work", "pe", "mp")))


def formula(values: Values, *, local: bool, pe: str = "pe_rvu", mp: str = "mp_rvu") -> Decimal:
    """:func:`exact_amount` on the roles ``work_rvu``, ``pe``, ``mp``, ``conversion_factor`` and,
    where ``local``, the three indices."""
    return exact_amount(
        decimal(values, "work_rvu"),
        decimal(values, pe),
        decimal(values, mp),
        decimal(values, "conversion_factor"),
        _gpci(values, local),
    )


def cap(values: Values, *, local: bool) -> Decimal:
    """The exact outpatient cap: the formula on the RVUs used for the OPPS payment amount."""
    return formula(values, local=local, pe="opps_pe", mp="opps_mp")


def payable(values: Values, *, local: bool) -> Decimal:
    """The exact lower of the fee and the outpatient cap, where one applies."""
    fee = formula(values, local=local)
    return min(fee, cap(values, local=local)) if _capped(values) else fee


def _capped(values: Values) -> bool:
    """Whether the file prints cap RVUs: all three or none."""
    return "opps_pe" in values and bool(decimal(values, "opps_pe") or decimal(values, "opps_mp"))


def worked_formula(
    values: Values,
    *,
    local: bool,
    pe: str = "pe_rvu",
    mp: str = "mp_rvu",
    pe_share: Decimal = Decimal(1),
) -> Worked:
    """The formula on the roles ``work_rvu``, ``pe``, ``mp``, ``conversion_factor`` and, where
    ``local``, the three indices; ``pe_share`` of the practice expense is paid."""
    gpci = _gpci(values, local)
    factor = decimal(values, "conversion_factor")
    parts = []
    steps = []
    for label, role, index, share in (
        ("Work RVU", "work_rvu", gpci.work, Decimal(1)),
        ("Practice expense RVU", pe, gpci.pe, pe_share),
        ("Malpractice RVU", mp, gpci.mp, Decimal(1)),
    ):
        rvu = decimal(values, role)
        with exactly():
            part = rvu * share * index
        terms = [str(rvu)]
        if share != 1:
            terms.append(str(share))
        if local:
            terms.append(str(index))
            label = f"{label} × locality index"
        parts.append(part)
        if len(terms) > 1:
            steps.append(Step(label, " × ".join(terms), plain(part)))
    with exactly():
        total = sum(parts, Decimal(0))
        exact = total * factor
    steps.append(Step("Total RVUs", " + ".join(plain(part) for part in parts), plain(total)))
    worked = Worked(total, tuple(steps))
    return worked.then("Conversion factor", f"{plain(total)} × {factor}", exact, FORMULA)


def worked_cap(values: Values, *, local: bool) -> Worked:
    """The outpatient cap on the roles ``work_rvu``, ``opps_pe``, ``opps_mp`` and the factor."""
    return worked_formula(values, local=local, pe="opps_pe", mp="opps_mp")


def worked_payable(values: Values, *, local: bool) -> Worked:
    """The lower of the fee and the outpatient cap; the fee where no cap RVUs are given or printed.

    CMS's payment file says its fee column "has been capped"; it is not, so the lower of the two
    has to be taken here. The cap applies where the file prints cap RVUs: all three or none.
    """
    worked = worked_formula(values, local=local)
    if not _capped(values):
        return worked
    ceiling = worked_cap(values, local=local)
    return worked.then(
        "Outpatient cap on imaging: the lower amount",
        f"the lower of {plain(worked.exact)} and {plain(ceiling.exact)}",
        min(worked.exact, ceiling.exact),
        CAP,
    )


def worked_therapy(values: Values, *, local: bool) -> Worked:
    """A second or later therapy unit of a day: half of its practice expense is paid."""
    return worked_formula(values, local=local, pe_share=HALF)


def rule_of(id: str, reference: str, work_out: Callable[[Values, Settings], Worked]) -> Rule:
    """The Rule in dollars whose working is ``work_out``: its figure rounded, or its steps told."""

    def compute(values: Values, settings: Settings) -> Money:
        """The exact figure, rounded once."""
        return work_out(values, settings).rounded()

    def explain(values: Values, settings: Settings) -> tuple[Step, ...]:
        """The steps to the figure, the rounding last."""
        return work_out(values, settings).told()

    return Rule(id, "USD", reference, compute, explain)


def _rules(
    name: str,
    reference: str,
    work_out: Callable[..., Worked],
    figure: Callable[..., Decimal] | None = None,
) -> Iterator[Rule]:
    """The rule for the national amount (indices left out) and the one for a locality.

    ``figure`` gives the exact figure of ``work_out`` alone, without words: a page shows hundreds
    of amounts and explains few. That both agree is what the tests of rules assert.
    """
    for scope, local in (("national", False), ("locality", True)):
        rule = rule_of(f"{name}.{scope}", reference, partial(_work, work_out, local))
        yield replace(rule, compute=partial(_round, figure, local)) if figure else rule


def _work(work_out: Callable[..., Worked], local: bool, values: Values, _: Settings) -> Worked:
    return work_out(values, local=local)


def _round(figure: Callable[..., Decimal], local: bool, values: Values, _: Settings) -> Money:
    return Money.round_once(figure(values, local=local))


RULES = (
    *_rules("pfs.payment", FORMULA, worked_formula, formula),
    *_rules("pfs.opps_cap", CAP, worked_cap, cap),
    *_rules("pfs.payable", f"{FORMULA}; {CAP}", worked_payable, payable),
    *_rules("pfs.therapy_reduced", THERAPY, worked_therapy),
)
