"""Several service lines on one claim of a facility: which is paid, which is reduced or packaged.

Hospital outpatient: a comprehensive service (status indicator J1) takes in nearly all else on the
claim; what is packaged (N), or packaged beside others (Q1, Q2), has no payment of its own;
procedures of status T are paid in full once, the highest, and by half after that (42 CFR 419.2(b),
419.44(a); Medicare Claims Processing Manual, Pub. 100-04, ch. 4 §10.2.3, §10.4 and §10.5).
Ambulatory surgical center: the highest procedure in full, others subject to the discount by half;
packaged services have none (42 CFR 416.172(e); Pub. 100-04, ch. 14 §40.5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from payeratlas.model.amounts import Money
from payeratlas.model.facts import Fact, Measure, Unknown
from payeratlas.pricing import asc, opps
from payeratlas.pricing.rules import derive

_SOURCE = "CMS OPPS Addendum B, ASC Addenda AA and BB"
MEASURES = (
    Measure(
        "opps.line.payment",
        "Payment to the hospital for a line",
        "USD",
        "Beside the other lines of the claim; national, or adjusted for wages.",
        _SOURCE,
    ),
    Measure(
        "opps.line.copayment",
        "Copayment of a hospital outpatient line",
        "USD",
        "What the patient owes of it, before any deductible.",
        _SOURCE,
    ),
    Measure(
        "asc.line.payment",
        "Payment to a surgical center for a line",
        "USD",
        "Beside the other lines of the claim; national, or adjusted for wages.",
        _SOURCE,
    ),
)

COMPREHENSIVE = "J1"
_SEPARATE = frozenset({"S", "T", "V", "J1", "J2"})
_PACKAGED_BESIDE = {"Q1": _SEPARATE, "Q2": frozenset({"T", "J1"})}
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class FacilityLine:
    """One line of the facility's claim: its cells as Facts by role.

    For a hospital ``status_indicator``, ``payment_rate`` and ``copayment``; for a surgical center
    ``payment_indicator``, ``payment_rate`` and, of surgery, ``multiple_procedure_discount``; for
    either a ``wage_index``, where the payment is to be adjusted. A role that CMS does not print is
    left out. ``missing`` says why there is no row at all.
    """

    subject: str
    units: int
    inputs: Mapping[str, Fact]
    missing: Unknown | None = None

    @property
    def rate(self) -> Decimal:
        """The published rate, for ranking; zero where there is none."""
        fact = self.inputs.get("payment_rate")
        match fact.value if fact is not None else None:
            case Money(amount=amount):
                return amount
            case Decimal() as exact:
                return exact
        return _ZERO

    def text(self, role: str) -> str:
        """An indicator of the line; empty where it is not printed."""
        fact = self.inputs.get(role)
        return fact.value if fact is not None and isinstance(fact.value, str) else ""


@dataclass(frozen=True, slots=True)
class FacilityPaid:
    """What becomes of one line: its payment (and a hospital's copayment), or why none.

    ``included`` says that its payment is part of another line's, so that nothing is missing.
    """

    line: FacilityLine
    payment: Fact
    copayment: Fact | None = None
    included: bool = False


def hospital(
    lines: Sequence[FacilityLine], inpatient_deductible: Fact | None = None
) -> tuple[FacilityPaid, ...]:
    """The lines of a hospital outpatient claim, in their order.

    ``inpatient_deductible`` caps the copayment of one procedure (42 CFR 419.41(c)(4)(i)).
    """
    indicators = {line.text("status_indicator") for line in lines}
    whole = _highest([one for one in lines if one.text("status_indicator") == COMPREHENSIVE])
    first = _highest([one for one in lines if one.text("status_indicator") == "T"])
    paid = []
    for line in lines:
        indicator = line.text("status_indicator")
        why = None if line.missing else opps.why_not_paid(indicator)
        beside = indicators & _PACKAGED_BESIDE.get(indicator, frozenset())
        if whole is not None and line is not whole and not line.missing:
            paid.append(_part(line, "opps", "it is part of the comprehensive payment of the claim"))
        elif indicator == "N" or beside:
            words = why or "beside what else stands on the claim its payment is packaged"
            paid.append(_part(line, "opps", words, named=bool(why)))
        elif line.missing or why:
            paid.append(_nothing(line, "opps", why))
        else:
            units = 1 if line is whole else line.units
            formula = "1"
            if indicator == "T" and (line is not first or units > 1):
                formula = "2" if line is first else "5"
            paid.append(_hospital_line(line, units, formula, inpatient_deductible))
    return tuple(paid)


def _hospital_line(
    line: FacilityLine, units: int, formula: str, inpatient_deductible: Fact | None
) -> FacilityPaid:
    settings = {"units": str(units), "discount": formula}
    rates = {role: line.inputs[role] for role in ("status_indicator", "payment_rate")}
    scope = "national"
    if "wage_index" in line.inputs:
        rates["wage_index"], scope = line.inputs["wage_index"], "wage_adjusted"
    payment = derive(
        f"opps.payment.{scope}",
        "opps.line.payment",
        line.subject,
        rates,
        period=rates["payment_rate"].period,
        settings=settings,
    )
    copayment = None
    if "copayment" in line.inputs:
        inputs = {
            "payment": payment,
            "payment_rate": rates["payment_rate"],
            "copayment": line.inputs["copayment"],
        }
        if inpatient_deductible is not None:
            inputs["inpatient_deductible"] = inpatient_deductible
        copayment = derive(
            "opps.coinsurance",
            "opps.line.copayment",
            line.subject,
            inputs,
            period=payment.period,
            settings=settings,
        )
    return FacilityPaid(line, payment, copayment)


def surgical_center(lines: Sequence[FacilityLine]) -> tuple[FacilityPaid, ...]:
    """The lines of a surgical center's claim, in their order."""
    subject_to = [one for one in lines if one.text("multiple_procedure_discount") == "Y"]
    surgery = [one for one in lines if "multiple_procedure_discount" in one.inputs]
    first = _highest(surgery)
    paid = []
    for line in lines:
        indicator = line.text("payment_indicator")
        why = None if line.missing else asc.why_not_paid(indicator)
        if indicator in ("N1", "L1"):
            paid.append(_part(line, "asc", why or "its payment is packaged", named=bool(why)))
        elif line.missing or why:
            paid.append(_nothing(line, "asc", why))
        else:
            rank = "further" if line in subject_to and line is not first else "first"
            scope = "wage_adjusted" if "wage_index" in line.inputs else "national"
            payment = derive(
                f"asc.payment.{scope}",
                "asc.line.payment",
                line.subject,
                line.inputs,
                period=line.inputs["payment_rate"].period,
                settings={"units": str(line.units), "rank": rank},
            )
            paid.append(FacilityPaid(line, payment))
    return tuple(paid)


def _highest(lines: Sequence[FacilityLine]) -> FacilityLine | None:
    """The line with the highest rate; of equal ones the first."""
    return max(lines, key=lambda line: line.rate, default=None)


def _part(line: FacilityLine, system: str, because: str, *, named: bool = False) -> FacilityPaid:
    words = because if named else f"no separate Medicare price, because {because}"
    why = Unknown("not_priced", f"{words}.")
    return FacilityPaid(line, _fact(line, system, why), included=True)


def _nothing(line: FacilityLine, system: str, why: str | None) -> FacilityPaid:
    reason = line.missing or Unknown("not_priced", f"{why}.")
    return FacilityPaid(line, _fact(line, system, reason))


def _fact(line: FacilityLine, system: str, why: Unknown) -> Fact:
    periods = [fact.period for fact in line.inputs.values()]
    return Fact(f"{system}.line.payment", line.subject, why, "USD", periods[0] if periods else None)
