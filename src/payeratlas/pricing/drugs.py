"""What Medicare allows for a Part B drug, and the units that a dose is billed in.

42 CFR 414.904 (payment limit: as a rule 106 percent of the average sales price); Medicare Claims
Processing Manual, Pub. 100-04 (MCPM), ch. 17 §10 (units), §20 (payment limits), §40 (discarded
drugs, modifiers JW and JZ). Allowed = billing units x payment limit, which is printed with three
decimals, rounded once, half up to cents.

The patient's share is printed beside the limit: as a rule 20 percent, less where the price rose
faster than inflation (Social Security Act §1847A(i)(5)), none for vaccines of
Part B and for HIV prophylaxis.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from payeratlas.model.amounts import Percent
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Measure, Unknown
from payeratlas.pricing import unchanged
from payeratlas.pricing.caveats import ALLOWED, Caveat
from payeratlas.pricing.exact import exactly
from payeratlas.pricing.fee import Worked, rule_of
from payeratlas.pricing.line import split_modifiers
from payeratlas.pricing.rules import (
    Settings,
    Values,
    decimal,
    derive,
    money,
    units_of,
    unknown_input,
)

MANUAL = "Medicare Claims Processing Manual, Pub. 100-04, ch. 17"
REFERENCE = f"42 CFR 414.904; {MANUAL} §20"
WASTE = f"{MANUAL} §40"
SHARE = "Social Security Act §1833(a)(1) and §1847A(i)(5); CMS payment limit file"

_WHY = {
    "JW": "the part of a single-dose container that is discarded is paid at the same limit",
    "JZ": "nothing of a single-dose container was discarded; the amount is unchanged",
    "JA": "it says that the drug was given into a vein; the amount is unchanged",
    "JB": "it says that the drug was given under the skin; the amount is unchanged",
    "LT": "it names the side; the amount is unchanged",
    "RT": "it names the side; the amount is unchanged",
}
_SOURCE = "CMS payment limits of Part B drugs"
MEASURES = (
    Measure(
        "asp.line.allowed",
        "Allowed amount, drug",
        "USD",
        "What Medicare allows for so many billing units of a drug.",
        _SOURCE,
    ),
    Measure(
        "asp.line.patient",
        "Patient's share, drug",
        "USD",
        "The coinsurance on the allowed amount, after the deductible is met.",
        _SOURCE,
    ),
)

LISTED = Caveat(
    "drug_listed",
    "That a drug has a payment limit does not mean that Medicare covers it: the contractor "
    "decides.",
    "CMS payment limit file, note",
)
PACKAGED = Caveat(
    "drug_packaged",
    "In a hospital outpatient department or a surgical center the drug may be part of the payment "
    "for the procedure.",
    "42 CFR 419.2(b) and 416.164(a)",
)
SEE_WEB_PAGE = Caveat(
    "drug_web_page",
    "CMS refers to a web page of its own for the limit of this vaccine or product and its dates.",
    "CMS payment limit file, notes",
)

NO_LIMIT = (
    "no Medicare payment limit, because CMS prints none for the drug: the contractor prices it, "
    "by invoice or by the list prices that CMS notes"
)
"""Why a listed drug without a limit has no price; holds no digit."""


@dataclass(frozen=True, slots=True)
class DrugQuote:
    """The answer: allowed amount and patient's share as Facts, and what they leave out."""

    allowed: Fact
    patient: Fact
    caveats: tuple[Caveat, ...] = ()


def drug_quote(
    code: str,
    units: int,
    limit: Fact,
    coinsurance: Fact,
    *,
    modifiers: Sequence[str] = (),
    note: str = "",
) -> DrugQuote:
    """Price so many billing units of a drug from its cited limit and share.

    ``note`` is CMS's note on the limit. An Unknown limit makes both amounts Unknown for its
    reason. InputError names units or modifiers that cannot be used.
    """
    settings = {"units": str(units), "modifiers": ",".join(modifiers)}
    units_of(settings)
    _check(modifiers)
    subject = "-".join((code, *modifiers)) + (f" x{units}" if units > 1 else "")
    if isinstance(limit.value, Unknown):
        why = unknown_input("payment_limit", limit)
        allowed, patient = (Fact(m.id, subject, why, m.unit, limit.period) for m in MEASURES)
        return DrugQuote(allowed, patient)
    allowed = derive(
        "drug.payment",
        MEASURES[0].id,
        subject,
        {"payment_limit": limit},
        period=limit.period,
        settings=settings,
    )
    patient = derive(
        "drug.patient_share",
        MEASURES[1].id,
        subject,
        {"allowed": allowed, "coinsurance": coinsurance},
        period=limit.period,
    )
    told = [ALLOWED, LISTED, PACKAGED]
    if "webpage" in note.lower().replace(" ", ""):
        told.append(SEE_WEB_PAGE)
    return DrugQuote(allowed, patient, tuple(told))


_UNIT = re.compile(r"(?P<amount>\d*\.?\d+)\s*(?P<what>\S.*)")


@dataclass(frozen=True, slots=True)
class BillingUnit:
    """What one billing unit of a drug is: ``amount`` of ``what`` (``10``, ``MG``)."""

    amount: Decimal
    what: str

    @classmethod
    def parse(cls, dosage: str) -> BillingUnit | None:
        """Read CMS's dosage (``0.1 MG``, ``1 UNIT``); None where it begins with no amount."""
        found = _UNIT.fullmatch(" ".join(dosage.split()).replace(",", ""))
        if not found or Decimal(found["amount"]) == 0:
            return None
        return cls(Decimal(found["amount"]), found["what"].upper())


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose in billing units: what was given, what was discarded, from how many containers."""

    given: int
    discarded: int
    containers: int

    @property
    def units(self) -> int:
        """All units that are paid."""
        return self.given + self.discarded

    @property
    def lines(self) -> tuple[tuple[str, int], ...]:
        """Modifier and units of each claim line, for a drug in single-dose containers.

        One line with JZ where nothing was discarded (required from July 2023), else the units
        given without it and the discarded ones with JW on a line of their own.
        """
        if not self.discarded:
            return (("JZ", self.given),)
        return (("", self.given), ("JW", self.discarded))


def dose(amount: Decimal, unit: Decimal, container: Decimal) -> Dose:
    """Billing units of a dose out of single-dose containers, all in the unit's own measure.

    ``amount`` is the dose, ``unit`` what one billing unit holds, ``container`` what one container
    holds by its label. A dose that is no whole number of units is rounded up (MCPM ch. 17 §10);
    what is left of the containers is paid as discarded, whole units only, so that no more is paid
    than the containers hold (§40). Overfill is never counted. InputError where an amount is not
    more than zero.
    """
    for name, value in (("dose", amount), ("billing unit", unit), ("container", container)):
        if not value.is_finite() or value <= 0:
            raise InputError(f"the {name} must be more than zero, not {value}.")
    containers = _ceiling(amount, container)
    given = _ceiling(amount, unit)
    with exactly():
        held = int(container * containers // unit)
    return Dose(given, max(0, held - given), containers)


def _ceiling(amount: Decimal, part: Decimal) -> int:
    with exactly():
        whole, rest = divmod(amount, part)
        return int(whole) + (1 if rest else 0)


def _check(modifiers: Sequence[str]) -> None:
    unchanged.check(modifiers, _WHY, "a drug's")
    if {"JW", "JZ"} <= set(modifiers):
        raise InputError(
            "JW says that something was discarded, JZ that nothing was.", cure="one of the two"
        )


def _worked_payment(values: Values, settings: Settings) -> Worked:
    limit = decimal(values, "payment_limit")
    modifiers = split_modifiers(settings)
    _check(modifiers)
    units = units_of(settings)
    with exactly():
        exact = limit * units
    worked = Worked(limit, ()).then("Payment limit × billing units", f"{limit} × {units}", exact)
    return unchanged.told(worked, modifiers, _WHY, WASTE)


def _worked_share(values: Values, settings: Settings) -> Worked:
    allowed, share = money(values, "allowed").amount, Percent(decimal(values, "coinsurance"))
    with exactly():
        exact = share.of(allowed)
    return Worked(allowed, ()).then("Patient's share", f"{allowed} × {share}", exact, SHARE)


RULES = (
    rule_of("drug.payment", REFERENCE, _worked_payment),
    rule_of("drug.patient_share", SHARE, _worked_share),
)
