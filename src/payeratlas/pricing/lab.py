"""What Medicare allows for a clinical laboratory test.

Social Security Act §1834A and 42 CFR part 414 subpart G: one national rate a test, printed in the
clinical laboratory fee schedule; Medicare Claims Processing Manual, Pub. 100-04 (MCPM), ch. 16.
Allowed = tests x rate. The patient pays neither deductible nor coinsurance (Social Security Act
§1833(a)(1)(D), MCPM ch. 16 §30.2). A rate of zero beside indicator L is no price: the contractor
sets it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from payeratlas.model.amounts import Percent
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Measure, Unknown
from payeratlas.pricing import unchanged
from payeratlas.pricing.caveats import Caveat
from payeratlas.pricing.exact import exactly
from payeratlas.pricing.fee import Worked, rule_of
from payeratlas.pricing.line import split_modifiers
from payeratlas.pricing.rules import Settings, Values, decimal, derive, money, text, units_of
from payeratlas.tables.clfs import LOCAL
from payeratlas.tables.contract import Row

MANUAL = "Medicare Claims Processing Manual, Pub. 100-04, ch. 16"
REFERENCE = f"42 CFR part 414 subpart G; {MANUAL} §20"
SHARE = f"Social Security Act §1833(a)(1)(D); {MANUAL} §30.2"

_WHY = {
    "QW": "the test is waived, and its kit may be used with a certificate of waiver",
    "90": "another laboratory did the test; the amount is unchanged",
    "91": "the test was repeated on the day for a further result; the amount is unchanged",
    **dict.fromkeys(
        ("59", "XE", "XP", "XS", "XU"),
        "it sets the test apart from another of the day; the amount is unchanged",
    ),
}
NO_RATE = (
    "no Medicare price, because CMS has set no national rate for the test yet: the contractor "
    "sets one, and the zero that the schedule prints is no price"
)
"""Why a test with indicator L has no price; holds no digit."""
NO_WAIVER = (
    "no Medicare price with modifier QW, because the schedule lists no waived version of the test"
)
"""Why a line with QW has no price where the schedule has no such row; holds no digit."""

_SOURCE = "CMS clinical laboratory fee schedule"
MEASURES = (
    Measure(
        "clfs.line.allowed",
        "Allowed amount, laboratory",
        "USD",
        "What Medicare allows for so many tests.",
        _SOURCE,
    ),
    Measure(
        "clfs.line.patient",
        "Patient's share, laboratory",
        "USD",
        "Clinical laboratory tests carry neither deductible nor coinsurance.",
        _SOURCE,
    ),
)
FROM_CHARGE = Caveat(
    "lab_lower_charge",
    "Medicare pays the lower of the rate and the actual charge; the patient owes nothing of it.",
    SHARE,
)
PACKAGED = Caveat(
    "lab_packaged",
    "For a hospital's outpatient most laboratory tests are part of the payment for the visit.",
    "42 CFR 419.2(b)",
)


@dataclass(frozen=True, slots=True)
class LabQuote:
    """The answer: allowed amount and patient's share as Facts, and what they leave out."""

    allowed: Fact
    patient: Fact
    caveats: tuple[Caveat, ...] = ()


def row_of(rows: Sequence[Row], modifiers: Sequence[str]) -> Row | Unknown:
    """The row of a code that a line with those modifiers is paid from, out of all its rows.

    With QW it is the waived test's, and Unknown (``not_priced``) where the schedule has none.
    """
    wanted = "QW" if "QW" in modifiers else ""
    for row in rows:
        if row.text("modifier") == wanted:
            return row
    if wanted:
        return Unknown("not_priced", f"{NO_WAIVER}.")
    return Unknown("not_listed", "the schedule lists the code only with a modifier.")


def lab_quote(
    code: str, units: int, rate: Fact, indicator: Fact, *, modifiers: Sequence[str] = ()
) -> LabQuote:
    """Price so many tests from the cited rate and indicator of their row.

    An Unknown rate or indicator, or indicator L, makes both amounts Unknown with the reason.
    InputError names units or modifiers that cannot be used.
    """
    unchanged.check(modifiers, _WHY, "a laboratory")
    settings = {"units": str(units), "modifiers": ",".join(modifiers)}
    units_of(settings)
    subject = "-".join((code, *modifiers)) + (f" x{units}" if units > 1 else "")
    if indicator.value == LOCAL:
        why = Unknown("not_priced", f"{NO_RATE}.")
        allowed, patient = (Fact(m.id, subject, why, m.unit, rate.period) for m in MEASURES)
        return LabQuote(allowed, patient)
    allowed = derive(
        "lab.payment",
        MEASURES[0].id,
        subject,
        {"indicator": indicator, "rate": rate},
        period=rate.period,
        settings=settings,
    )
    patient = derive(
        "lab.patient_share", MEASURES[1].id, subject, {"allowed": allowed}, period=rate.period
    )
    return LabQuote(allowed, patient, (FROM_CHARGE, PACKAGED) if allowed.known else ())


def _worked_payment(values: Values, settings: Settings) -> Worked:
    if text(values, "indicator") == LOCAL:
        raise InputError(f"{NO_RATE}.")
    rate = decimal(values, "rate")
    modifiers = split_modifiers(settings)
    unchanged.check(modifiers, _WHY, "a laboratory")
    units = units_of(settings)
    with exactly():
        exact = rate * units
    worked = Worked(rate, ()).then("National rate × tests", f"{rate} × {units}", exact, REFERENCE)
    return unchanged.told(worked, modifiers, _WHY, REFERENCE)


def _worked_share(values: Values, settings: Settings) -> Worked:
    allowed, none = money(values, "allowed").amount, Percent(Decimal(0))
    with exactly():
        exact = none.of(allowed)
    return Worked(allowed, ()).then(
        "No deductible and no coinsurance", f"{allowed} × {none}", exact, SHARE
    )


RULES = (
    rule_of("lab.payment", REFERENCE, _worked_payment),
    rule_of("lab.patient_share", SHARE, _worked_share),
)
