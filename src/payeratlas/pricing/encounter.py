"""A whole encounter by setting: who is paid what, and what the patient owes.

The amounts are given as Facts: the professional's, and the facility's where there is one. How one
amount is divided stands in :mod:`payeratlas.pricing.patient_share`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from payeratlas.model.amounts import Money
from payeratlas.model.facts import Fact, Measure, Unknown
from payeratlas.pricing.caveats import Caveat
from payeratlas.pricing.quote import common_period
from payeratlas.pricing.rules import derive
from payeratlas.pricing.sums import total

Setting = Literal["office", "asc", "hopd"]
Payee = Literal["professional", "facility"]
PLACES: dict[Setting, str] = {"office": "11", "asc": "24", "hopd": "22"}
"""The place of service of the professional's claim in each setting (hopd: on campus)."""

_FIGURES = "Facts given for the professional and the facility; settings given by the user"


def _measure(name: str, title: str, meaning: str) -> Measure:
    return Measure(f"encounter.{name}", title, "USD", meaning, _FIGURES)


MEASURES = (
    _measure("deductible", "Deductible applied", "The part of the Part B deductible taken here."),
    _measure(
        "coinsurance",
        "Coinsurance or copayment",
        "What the patient owes after the deductible.",
    ),
    _measure(
        "medicare",
        "Medicare's part",
        "What is left for Medicare after deductible and coinsurance, before sequestration.",
    ),
    _measure(
        "sequestration",
        "Sequestration",
        "The reduction of Medicare's payment by law; nobody is billed for it.",
    ),
    _measure("paid", "Paid by Medicare", "What Medicare pays after sequestration."),
    _measure("approved", "Approved amount", "What is approved for all parts together."),
    _measure("patient", "Patient's part", "Deductible and coinsurance of all parts together."),
)
"""What an encounter states, of each part and (the last two only) of all together."""


@dataclass(frozen=True, slots=True)
class Facility:
    """One payment to the facility: what is approved, and for a hospital its copayment.

    Both are Facts in dollars. ``copayment`` is that of the payment as given (adjusted for wages
    where the payment is); a surgical center has none and takes the ordinary coinsurance.
    """

    payment: Fact
    copayment: Fact | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What becomes of one approved amount; every figure is a Fact."""

    payee: Payee
    approved: Fact
    deductible: Fact
    coinsurance: Fact
    medicare: Fact
    sequestration: Fact
    paid: Fact


@dataclass(frozen=True, slots=True)
class Encounter:
    """The parts of an encounter and their sums; a sum is Unknown where one of its parts is."""

    setting: Setting
    parts: tuple[Part, ...]
    approved: Fact
    patient: Fact
    medicare: Fact
    paid: Fact
    caveats: tuple[Caveat, ...]


CAVEATS = (
    Caveat(
        "deductible_order",
        "The deductible that is left is taken from the professional's part first; the claim that "
        "Medicare processes first takes it.",
    ),
    Caveat(
        "only_these",
        "Other clinicians of the encounter (anesthesia, pathology) bill for themselves and are not "
        "in it, nor is what another insurer pays.",
    ),
    Caveat(
        "no_coinsurance",
        "Some preventive services have no coinsurance or deductible; that is not considered here.",
    ),
)
NOT_ASSIGNED = Caveat(
    "not_assigned",
    "A non-participating practitioner who does not accept assignment may bill the patient up to "
    "the limiting charge.",
    "42 CFR 414.48",
)


def encounter(
    setting: Setting,
    *,
    service_date: date,
    professional: Fact,
    facility: Sequence[Facility] = (),
    deductible_left: Money | None = None,
    inpatient_deductible: Fact | Money | None = None,
    participating: bool = True,
) -> Encounter:
    """What the professional and the facility are paid, and what the patient owes.

    ``professional`` is the approved amount of the professional's claim at the place of
    :data:`PLACES` (that of the claim as a whole); ``facility`` the surgical center's or hospital's
    payments. ``deductible_left`` is what the patient still owes of the year's Part B deductible,
    by default nothing. ``inpatient_deductible`` caps a hospital's copayment; without it the
    hospital's split is Unknown. ValueError where an office is given a facility's payment or
    another setting none: a fault of the caller.
    """
    if bool(facility) == (setting == "office"):
        raise ValueError(f"{len(facility)} payments to a facility do not fit the setting {setting}")
    left: Money | Unknown = deductible_left or Money(Decimal("0.00"))
    parts: list[Part] = []
    for bill in (Facility(professional), *facility):
        payee: Payee = "facility" if parts else "professional"
        hospital = setting == "hopd" and payee == "facility"
        part = _part(payee, bill, left, service_date, hospital, inpatient_deductible)
        parts.append(part)
        left = _left(left, part)
    who = f"{setting} encounter: {professional.subject}"

    def summed(name: str, figures: Sequence[tuple[str, Fact]]) -> Fact:
        return total(f"encounter.{name}", who, dict(figures), nothing="nothing is paid.")

    def of_parts(name: str) -> list[tuple[str, Fact]]:
        return [(f"{n} {part.payee} {name}", getattr(part, name)) for n, part in named]

    named = list(enumerate(parts, 1))
    told = CAVEATS if deductible_left and facility else CAVEATS[1:]
    return Encounter(
        setting,
        tuple(parts),
        summed("approved", of_parts("approved")),
        summed("patient", [*of_parts("deductible"), *of_parts("coinsurance")]),
        summed("medicare", of_parts("medicare")),
        summed("paid", of_parts("paid")),
        told if participating else (*told, NOT_ASSIGNED),
    )


def _left(left: Money | Unknown, part: Part) -> Money | Unknown:
    """What is left of the deductible after a part."""
    taken = part.deductible.value
    if isinstance(left, Unknown) or not left.amount:
        return left
    if isinstance(taken, Unknown):
        why = f"what is left of the deductible is not known: {taken.detail}"
        return Unknown(taken.reason, why)
    assert isinstance(taken, Money), "a deductible is in dollars"
    return left - taken


def _part(
    payee: Payee,
    bill: Facility,
    left: Money | Unknown,
    service_date: date,
    hospital: bool,
    inpatient_deductible: Fact | Money | None,
) -> Part:
    inputs = {"approved": bill.payment}
    settings = {"service_date": service_date.isoformat()}
    unknown_left = left if isinstance(left, Unknown) else None
    if isinstance(left, Money):
        settings["deductible_left"] = str(left)
    missing = unknown_left
    if hospital:
        if bill.copayment is None:
            missing = missing or Unknown("not_covered", "the hospital's copayment was not given.")
        else:
            inputs["copayment"] = bill.copayment
        if isinstance(inpatient_deductible, Money):
            settings["inpatient_deductible"] = str(inpatient_deductible)
        elif inpatient_deductible is not None:
            inputs["inpatient_deductible"] = inpatient_deductible
        else:
            missing = missing or _NO_CAP

    def figure(name: str, roles: Sequence[str], stop: Unknown | None) -> Fact:
        measure, subject = f"encounter.{name}", f"{payee}: {bill.payment.subject}"
        if stop is not None:
            return Fact(measure, subject, stop, "USD", bill.payment.period)
        chosen = {role: inputs[role] for role in roles}
        period = common_period([fact for fact in chosen.values() if fact.known])
        return derive(measure, measure, subject, chosen, period=period, settings=settings)

    every = tuple(inputs)
    return Part(
        payee,
        bill.payment,
        figure("deductible", ("approved",), unknown_left),
        *(figure(name, every, missing) for name in _AFTER_DEDUCTIBLE),
    )


_AFTER_DEDUCTIBLE = ("coinsurance", "medicare", "sequestration", "paid")
_NO_CAP = Unknown(
    "not_covered",
    "the inpatient hospital deductible of the year, which caps the copayment, was not given.",
)
