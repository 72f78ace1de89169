"""Payment of hospitals for outpatients, under the outpatient prospective payment system (OPPS).

42 CFR part 419; Medicare Claims Processing Manual, Pub. 100-04, ch. 4. The order of the roundings
is that of CMS's own pricer: each reduction of the rate is rounded half up to cents, the rural
adjustment as well, then the wage-adjusted rate times units times discount ONCE; discounts are
divided to eight decimals, cut off. The patient owes what the program does not pay.

Roles: ``status_indicator``, ``payment_rate``, and for the local amount ``wage_index`` (that of the
hospital, :mod:`payeratlas.pricing.wage_index`, not the ASC's). Settings:

- ``units``: a whole number from 1
- ``discount``: number of the discounting formula, 1 to 9 (:data:`FORMULAS`); 1 where not given
- ``reductions``: comma-separated keys of :data:`REDUCTIONS`
- ``quality_ratio``: reporting ratio of the year, such as 0.9806, with the reduction ``quality``
- ``rural``: ``yes`` for a rural sole community hospital
- ``emergency``: ``yes`` for a rural emergency hospital
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from types import MappingProxyType

from payeratlas.model.amounts import Money, Percent
from payeratlas.model.errors import InputError
from payeratlas.model.provenance import Step
from payeratlas.pricing.exact import exactly, plain
from payeratlas.pricing.facility import (
    Parts,
    cents_rule,
    dollars,
    parts_rules,
    split,
    to_cents,
    wage_adjusted,
)
from payeratlas.pricing.fee import Worked
from payeratlas.pricing.rules import Settings, Values, decimal, text, units_of

MANUAL = "Medicare Claims Processing Manual, Pub. 100-04, ch. 4"
STATUS = f"OPPS Addendum D1; {MANUAL} §10.1.1"
WAGES = "42 CFR 419.43(a)-(c)"
DISCOUNTING = f"42 CFR 419.44; {MANUAL} §10.5"
COPAYMENT = f"42 CFR 419.40-419.41; {MANUAL} §30"

LABOR = Percent(Decimal(60))
RURAL = Decimal("1.071")
EMERGENCY = Percent(Decimal(5))


@dataclass(frozen=True, slots=True)
class _Indicator:
    """What a status indicator means; ``because`` it has no rate, or ``only_if`` it has one."""

    meaning: str
    because: str = ""
    only_if: str = ""
    wages: bool = True


_INDICATORS: dict[str, _Indicator] = {
    "A": _Indicator(
        "paid by another Medicare schedule",
        "another Medicare fee schedule or payment system pays the hospital for it, as for therapy, "
        "ambulance and prosthetic devices",
    ),
    "B": _Indicator(
        "not recognized on this hospital bill",
        "the outpatient system does not accept the code on this kind of bill; another code, or "
        "another kind of bill, may be paid",
    ),
    "C": _Indicator(
        "inpatient procedure",
        "Medicare pays a hospital for it only when the patient is admitted",
    ),
    "D": _Indicator("discontinued", "the code is discontinued"),
    "E1": _Indicator(
        "not paid for outpatients",
        "it belongs to no benefit for outpatients, or the law excludes it, or Medicare does not "
        "hold it to be reasonable and necessary",
    ),
    "E2": _Indicator(
        "without price or claims data",
        "neither a price nor claims data are available for it",
    ),
    "F": _Indicator(
        "paid at reasonable cost",
        "the hospital is paid its reasonable cost, not a published rate",
    ),
    "G": _Indicator("pass-through drug or biological, paid separately", wages=False),
    "H": _Indicator(
        "pass-through device, paid separately",
        "the hospital is paid its charge for the device, reduced to cost, not a published rate",
    ),
    "H1": _Indicator(
        "non-opioid device for pain after surgery, paid separately",
        "the hospital is paid from its own costs for the device, up to a limit, not a published "
        "rate",
    ),
    "J1": _Indicator("comprehensive: one payment for it and nearly all else on the claim"),
    "J2": _Indicator(
        "comprehensive, if the services on the claim come together in a certain way",
        only_if="the claim does not meet the conditions of a comprehensive payment for observation",
    ),
    "K": _Indicator("drug or biological without pass-through status, paid separately", wages=False),
    "K1": _Indicator("non-opioid drug for pain after surgery, paid separately", wages=False),
    "L": _Indicator(
        "vaccine paid at reasonable cost",
        "the hospital is paid its reasonable cost, and the patient owes nothing",
    ),
    "M": _Indicator(
        "not billed to the contractor",
        "it is not billed to the Medicare contractor",
    ),
    "N": _Indicator(
        "packaged",
        "its payment is always part of the payment for the service it goes with",
    ),
    "P": _Indicator(
        "partial hospitalization or intensive outpatient program",
        "the program is paid by the day, from how many services the day held",
    ),
    "Q1": _Indicator(
        "packaged beside a procedure or visit, else paid separately",
        only_if="no service with a payment of its own stands on the claim",
    ),
    "Q2": _Indicator(
        "packaged beside a discounted or comprehensive procedure, else paid separately",
        only_if="no discounted or comprehensive procedure stands on the claim",
    ),
    "Q3": _Indicator(
        "part of a composite, else paid separately",
        only_if="it does not come together with others into a composite payment",
    ),
    "Q4": _Indicator(
        "laboratory test, packaged beside other services",
        "it is part of the payment for other services on the claim; where it stands alone the "
        "clinical laboratory fee schedule pays for it",
    ),
    "R": _Indicator("blood or blood product, paid separately", wages=False),
    "S": _Indicator("procedure or service, paid in full beside others"),
    "T": _Indicator("procedure, reduced beside a higher-paid one"),
    "U": _Indicator("brachytherapy source, paid separately", wages=False),
    "V": _Indicator("clinic or emergency visit"),
    "Y": _Indicator(
        "equipment that is not implanted",
        "only the contractor for medical equipment pays for it, and not the hospital as such",
    ),
}


def meaning(indicator: str) -> str:
    """A status indicator in a few words; says so where Addendum D1 does not know it."""
    known = _INDICATORS.get(indicator)
    return known.meaning if known else "a status indicator that is not described here"


def why_not_paid(indicator: str) -> str | None:
    """The sentence "no separate OPPS payment, because ..." for a status indicator, or None where
    the OPPS pays for the code separately. No sentence holds a digit. Source: Addendum D1."""
    known = _INDICATORS.get(indicator)
    because = known.because if known else "its status indicator is not described here"
    return f"no separate OPPS payment, because {because}" if because else None


def paid_only_if(indicator: str) -> str:
    """The condition under which the printed rate is paid; empty where there is none."""
    known = _INDICATORS.get(indicator)
    return known.only_if if known else ""


def wages_count(indicator: str) -> bool:
    """Whether the payment is adjusted to the wages of the area: not for drugs, blood and
    brachytherapy sources. Source: CMS's OPPS pricer."""
    known = _INDICATORS.get(indicator)
    return known is not None and known.wages


@dataclass(frozen=True, slots=True)
class Reduction:
    """A reduction of the rate: ``factor`` of it is paid; None where the year sets it."""

    words: str
    factor: Decimal | None
    reference: str


REDUCTIONS = MappingProxyType(
    {
        "PN": Reduction(
            "Department off campus and not excepted",
            Decimal("0.40"),
            "42 CFR 419.48; Social Security Act §1833(t)(21)",
        ),
        "CT": Reduction(
            "Computed tomography below the standard",
            Decimal("0.85"),
            "Social Security Act §1834(p)",
        ),
        "FX": Reduction(
            "X-ray taken on film", Decimal("0.80"), "Social Security Act §1833(t)(16)(F)"
        ),
        "FY": Reduction(
            "X-ray by computed radiography, from 2023 on",
            Decimal("0.90"),
            "Social Security Act §1833(t)(16)(F)",
        ),
        "quality": Reduction("Quality data not reported", None, "42 CFR 419.43(h)"),
    }
)
"""Reductions of the rate by modifier or cause, in the order in which CMS takes them."""

FORMULAS = MappingProxyType(
    {
        1: "paid in full",
        2: "first unit in full, further units discounted",
        3: "terminated",
        4: "both sides, the second discounted",
        5: "discounted",
        6: "terminated, and discounted",
        7: "both sides, and discounted",
        8: "both sides in full",
        9: "one unit alone",
    }
)
"""Discounting formulas by the number that CMS's claim editor gives a line."""

HALF = Decimal("0.5")
PLACES = 8


def discount(
    formula: int, units: int, *, multiple: Decimal = HALF, terminated: Decimal = HALF
) -> Decimal:
    """The share of rate x units that a discounting formula leaves, cut off after eight decimals.

    ``multiple`` (D) is what is paid of a further procedure, ``terminated`` (T) of one terminated
    before anesthesia; a half each. InputError for a formula that does not exist. Source: Integrated
    Outpatient Code Editor specification, discounting formulas; 42 CFR 419.44.
    """
    one, per_unit = Decimal(1), units
    match formula:
        case 1:
            share, per_unit = one, 1
        case 2:
            share = one + multiple * (units - 1)
        case 3:
            share = terminated
        case 4:
            share = one + multiple
        case 5:
            share, per_unit = multiple, 1
        case 6:
            share = terminated * multiple
        case 7:
            share = multiple * (one + multiple)
        case 8:
            share, per_unit = Decimal(2), 1
        case 9:
            share = one
        case _:
            raise InputError(f"there is no discounting formula {formula}.", cure="1 to 9")
    scaled = int(share.scaleb(PLACES)) // per_unit
    return Decimal(scaled).scaleb(-PLACES)


def _chosen(settings: Settings) -> tuple[str, ...]:
    given = tuple(r for r in settings.get("reductions", "").split(",") if r)
    if unknown := [r for r in given if r not in REDUCTIONS]:
        raise InputError(
            f"'{unknown[0]}' is no reduction of the OPPS rate.", cure=", ".join(REDUCTIONS)
        )
    return tuple(r for r in REDUCTIONS if r in given)


def _factor(name: str, settings: Settings) -> Decimal:
    if (factor := REDUCTIONS[name].factor) is not None:
        return factor
    given = settings.get("quality_ratio", "")
    try:
        ratio = Decimal(given)
    except InvalidOperation as error:
        raise InputError(
            "the reporting ratio of the year is needed.", cure="quality_ratio, such as 0.9806"
        ) from error
    if not 0 < ratio <= 1:
        raise InputError(f"'{given}' is no reporting ratio.", cure="more than 0, at most 1")
    return ratio


def _rate(values: Values, settings: Settings) -> Worked:
    """The published rate after every reduction and the rural adjustment."""
    rate = dollars(values, "payment_rate")
    worked = Worked(rate, ())
    indicator = text(values, "status_indicator")
    chosen, rural = _chosen(settings), settings.get("rural") == "yes"
    drug = indicator in ("G", "K", "K1")
    if drug and (chosen or rural):
        raise InputError("the OPPS payment of a drug is not reduced or adjusted to the hospital.")
    for name in chosen:
        factor = _factor(name, settings)
        with exactly():
            exact = worked.exact * factor
        words = f"{plain(worked.exact)} × {factor}"
        reduction = REDUCTIONS[name]
        worked = to_cents(worked, reduction.words, words, exact, reduction.reference)
    if rural and "PN" not in chosen:
        with exactly():
            exact = worked.exact * RURAL
        words = f"{plain(worked.exact)} × {RURAL}"
        worked = to_cents(worked, "Rural sole community hospital", words, exact, "42 CFR 419.43(g)")
    return worked


def _share(settings: Settings) -> tuple[int, int, Decimal]:
    """Formula, units and discount of a line."""
    given = settings.get("discount", "1")
    if not given.isdigit():
        raise InputError(f"'{given}' is no discounting formula.", cure="1 to 9")
    units = units_of(settings)
    return int(given), units, discount(int(given), units)


def _payment(values: Values, settings: Settings, *, local: bool) -> Worked:
    """The payment of one line before deductible and coinsurance."""
    indicator = text(values, "status_indicator")
    if why := why_not_paid(indicator):
        raise InputError(f"{why}.")
    worked = _rate(values, settings)
    if local and wages_count(indicator):
        worked = wage_adjusted(worked, LABOR, decimal(values, "wage_index"), WAGES)
    formula, units, share = _share(settings)
    terms = [plain(worked.exact)]
    label = "Payment"
    if units > 1:
        terms.append(str(units))
        label = "Units"
    if formula != 1:
        terms.append(plain(share))
        label = f"Units and discounting formula {formula} ({FORMULAS[formula]})"
    with exactly():
        exact = worked.exact * units * share
    worked = to_cents(worked, label, " × ".join(terms), exact, DISCOUNTING if formula != 1 else "")
    if settings.get("emergency") == "yes":
        with exactly():
            exact = EMERGENCY.of(worked.exact)
        words = f"{plain(worked.exact)} × {EMERGENCY}"
        more = to_cents(worked, "Rural emergency hospital", words, exact, "42 CFR 419.92")
        words = f"{plain(worked.exact)} + {plain(more.exact)}"
        with exactly():
            total = worked.exact + more.exact
        last = Step("Payment with the addition", words, str(Money(total)))
        worked = Worked(total, (*more.steps, last))
    return worked


def _parts(values: Values, settings: Settings) -> Parts:
    """Program payment and coinsurance of a line.

    Roles: ``payment``, ``payment_rate``, ``copayment`` (the national unadjusted one, else the
    minimum), or ``ira_coinsurance`` (percent, of a drug adjusted for inflation); optionally
    ``inpatient_deductible``, the most a patient owes for one procedure. The program's percentage is
    what the copayment leaves of the published rate; a copayment of a fifth, which CMS rounds up to
    cents, leaves four fifths. Of a rural emergency hospital ``payment`` is that before the
    addition, of which the patient owes nothing (42 CFR 419.92(a)(2)). Settings: ``units``,
    ``discount``.
    """
    if "ira_coinsurance" in values:
        with exactly():
            program = 1 - decimal(values, "ira_coinsurance") / 100
    else:
        program = _program_share(dollars(values, "payment_rate"), dollars(values, "copayment"))
    parts = split(values, program, "The program's part", COPAYMENT)
    if "inpatient_deductible" not in values:
        return parts
    _, units, share = _share(settings)
    limit = dollars(values, "inpatient_deductible")
    with exactly():
        exact = limit * units * share
    most = Money.round_once(exact)
    if parts.coinsurance <= most:
        return parts
    program_paid = parts.program + (parts.coinsurance - most)
    steps = (
        Step(
            "The patient's coinsurance, at most the inpatient deductible",
            f"the lower of {parts.coinsurance} and {most}",
            str(most),
            "42 CFR 419.41(c)(4)(i)",
        ),
        Step(
            "The program pays the rest",
            f"{parts.program} + {parts.coinsurance - most}",
            str(program_paid),
        ),
    )
    return Parts(program_paid, most, (*parts.steps, *steps))


def _program_share(rate: Decimal, copayment: Decimal) -> Decimal:
    """The program's share of the rate: exactly four fifths where the copayment is the minimum."""
    fifth = rate / 5
    if copayment - Decimal("0.01") < fifth <= copayment:
        return Decimal("0.8")
    if not 0 <= copayment <= rate or not rate:
        raise InputError(f"{copayment} is no copayment of a rate of {rate}.")
    return ((rate - copayment) / rate).quantize(Decimal("1e-8"))


_REFERENCE = f"42 CFR 419.32, 419.43-419.44; {MANUAL} §10; {STATUS}"

RULES = (
    cents_rule("opps.payment.national", _REFERENCE, partial(_payment, local=False)),
    cents_rule(
        "opps.payment.wage_adjusted", f"{_REFERENCE}; {WAGES}", partial(_payment, local=True)
    ),
    *parts_rules("opps", COPAYMENT, _parts),
)
