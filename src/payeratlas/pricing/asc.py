"""Payment of ambulatory surgical centers (ASC).

42 CFR 416.160 to 416.179; Medicare Claims Processing Manual, Pub. 100-04, ch. 14 §40. The published
rate is the national amount. Half of it follows the wages of the area; a device that cost the center
nothing is taken out before that. Beside a higher-paid procedure half is paid, and half for further
units. Amounts are kept exact and rounded half up to cents once, at the end. Medicare pays on the
center's charge where that is lower; charges are not known here.

Roles: ``payment_indicator``, ``payment_rate``; ``wage_index`` for the local amount;
``device_portion`` (Addendum FF) where a modifier takes the device out;
``multiple_procedure_discount`` (Y or N, of surgery) for several units or a further procedure.
Settings:

- ``units``: a whole number from 1
- ``rank``: ``first`` (the highest-paid procedure of the session, where not given) or ``further``
- ``modifiers``: comma-separated: 73, 74, 52, FB, FC
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from payeratlas.model.amounts import Percent
from payeratlas.model.errors import InputError
from payeratlas.pricing.exact import exactly, plain
from payeratlas.pricing.facility import (
    Parts,
    dollars,
    parts_rules,
    split,
    wage_adjusted,
)
from payeratlas.pricing.fee import Worked, rule_of
from payeratlas.pricing.line import split_modifiers
from payeratlas.pricing.rules import Settings, Values, decimal, text, units_of

MANUAL = "Medicare Claims Processing Manual, Pub. 100-04, ch. 14"
INDICATORS = f"ASC Addendum DD1; {MANUAL} §60.3"
WAGES = f"42 CFR 416.172(c); {MANUAL} §40.2"
MULTIPLE = f"42 CFR 416.172(e); {MANUAL} §40.5"
TERMINATED = f"42 CFR 416.172(f); {MANUAL} §40.4"
DEVICES = f"42 CFR 416.179; {MANUAL} §40.8 and §40.10"
COPAYMENT = f"42 CFR 416.172(b) and (d); 42 CFR 410.152(i)(2); {MANUAL} §40"

LABOR = Percent(Decimal(50))
HALF = Percent(Decimal(50))
PROGRAM = Decimal("0.8")


@dataclass(frozen=True, slots=True)
class _Indicator:
    """What a payment indicator means; ``because`` no rate is published for it."""

    meaning: str
    because: str = ""
    wages: bool = True


_PRICED_BY_CONTRACTOR = "the Medicare contractor sets the amount itself"
_NOT_IN_A_CENTER = "Medicare does not pay a center for it"

_INDICATORS: dict[str, _Indicator] = {
    "A2": _Indicator("surgery on the list since before the present system, at the OPPS weight"),
    "B5": _Indicator(
        "another code may be used", "Medicare does not pay a center for this code, perhaps another"
    ),
    "C5": _Indicator("inpatient surgery", f"{_NOT_IN_A_CENTER}: it is done in inpatients only"),
    "D1": _Indicator(
        "dental service beside surgery",
        "its payment is always part of the payment for the surgery it goes with",
    ),
    "D2": _Indicator("dental surgery, at the OPPS weight"),
    "D5": _Indicator("deleted or discontinued", "the code is deleted or discontinued"),
    "E5": _Indicator(
        "surgery not valid for Medicare", f"{_NOT_IN_A_CENTER}: law or coverage bar it"
    ),
    "F4": _Indicator(
        "paid at reasonable cost",
        "the center is paid its reasonable cost, not a published rate",
        wages=False,
    ),
    "G2": _Indicator("surgery not done mainly in offices, at the OPPS weight"),
    "H2": _Indicator("brachytherapy source beside surgery, at the OPPS rate", wages=False),
    "J7": _Indicator("pass-through device beside surgery", _PRICED_BY_CONTRACTOR, wages=False),
    "J8": _Indicator("device-intensive surgery, at an adjusted rate"),
    "K2": _Indicator("drug or biological beside surgery, at the OPPS rate", wages=False),
    "K5": _Indicator(
        "without price or claims data", "neither a price nor claims data are available for it"
    ),
    "K7": _Indicator("unclassified drug or biological", _PRICED_BY_CONTRACTOR, wages=False),
    "L1": _Indicator(
        "vaccine", "its payment is always part of the payment for the surgery it goes with"
    ),
    "L6": _Indicator(
        "new technology lens or non-opioid device",
        "it is paid in a special way whose amount the addendum does not print",
        wages=False,
    ),
    "M6": _Indicator("paid elsewhere", f"{_NOT_IN_A_CENTER}: another fee schedule does"),
    "N1": _Indicator(
        "packaged", "its payment is always part of the payment for the surgery it goes with"
    ),
    "P2": _Indicator("office surgery, at the OPPS weight"),
    "P3": _Indicator("office surgery, at the physician's non-facility practice expense"),
    "R2": _Indicator("office surgery without a physician's non-facility rate, at the OPPS weight"),
    "S2": _Indicator("skin substitute beside surgery"),
    "U5": _Indicator("unlisted surgery", f"{_NOT_IN_A_CENTER}: the code names no procedure"),
    "X5": _Indicator("unsafe in a center", f"{_NOT_IN_A_CENTER}: it is held to be unsafe there"),
    "Y5": _Indicator("not valid for Medicare", f"{_NOT_IN_A_CENTER}: law or coverage bar it"),
    "Z2": _Indicator("imaging or test beside surgery, at the OPPS weight"),
    "Z3": _Indicator("imaging or test beside surgery, at the physician's practice expense"),
}

EXCLUDED = (
    "no payment to an ambulatory surgical center, because CMS lists the procedure among those that "
    "Medicare does not pay for there"
)
"""Why a code of Addendum EE has no rate."""


def meaning(indicator: str) -> str:
    """A payment indicator in a few words; says so where Addendum DD1 does not know it."""
    known = _INDICATORS.get(indicator)
    return known.meaning if known else "a payment indicator that is not described here"


def why_not_paid(indicator: str) -> str | None:
    """The sentence "no separate ASC payment, because ..." for a payment indicator, or None where a
    rate is published. No sentence holds a digit. Source: Addendum DD1, manual ch. 14 §60.3."""
    known = _INDICATORS.get(indicator)
    because = known.because if known else "its payment indicator is not described here"
    return f"no separate ASC payment, because {because}" if because else None


def wages_count(indicator: str) -> bool:
    """Whether the payment is adjusted to the wages of the area: not for drugs, brachytherapy
    sources, pass-through devices, new technology lenses and what is paid at cost."""
    known = _INDICATORS.get(indicator)
    return known is not None and known.wages


_KNOWN = ("73", "74", "52", "FB", "FC")


def _without_device(worked: Worked, values: Values, modifiers: tuple[str, ...]) -> Worked:
    """The rate without the device, where its cost was spared: terminated before anesthesia (73),
    or furnished free of cost (FB) or at half of it (FC); in device-intensive surgery only."""
    credit = [m for m in modifiers if m in ("FB", "FC")]
    if text(values, "payment_indicator") != "J8":
        if credit:
            raise InputError(
                f"modifier {credit[0]} belongs to device-intensive procedures (payment indicator "
                "J8) only."
            )
        return worked
    share = Percent(Decimal(100))
    if "73" not in modifiers:
        if not credit:
            return worked
        share = HALF if credit == ["FC"] else share
    portion = dollars(values, "device_portion")
    with exactly():
        exact = max(worked.exact - share.of(portion), Decimal(0))
    words = plain(portion) if share != HALF else f"{plain(portion)} × {share}"
    return worked.then("Without the device", f"{plain(worked.exact)} - {words}", exact, DEVICES)


def _payment(values: Values, settings: Settings, *, local: bool) -> Worked:
    """The payment of one line before deductible and coinsurance."""
    indicator = text(values, "payment_indicator")
    if why := why_not_paid(indicator):
        raise InputError(f"{why}.")
    modifiers = split_modifiers(settings)
    if unknown := [m for m in modifiers if m not in _KNOWN]:
        raise InputError(
            f"modifier {unknown[0]} does not change an ASC payment here.", cure=", ".join(_KNOWN)
        )
    if len({"73", "74", "52"} & set(modifiers)) > 1 or {"FB", "FC"} <= set(modifiers):
        raise InputError(f"modifiers {', '.join(modifiers)} exclude each other.")
    worked = Worked(dollars(values, "payment_rate"), ())
    worked = _without_device(worked, values, modifiers)
    if local and wages_count(indicator):
        worked = wage_adjusted(worked, LABOR, decimal(values, "wage_index"), WAGES)
    if "74" in modifiers:
        why = "Modifier 74: terminated after anesthesia, paid in full"
        worked = worked.then(why, "unchanged", worked.exact, TERMINATED)
    reduced = [m for m in ("73", "52") if m in modifiers]
    if reduced:
        why = "terminated before anesthesia" if reduced == ["73"] else "reduced, without anesthesia"
        worked = _half(worked, f"Modifier {reduced[0]}: {why}", TERMINATED)
    return _units(worked, values, settings, discounted=not reduced)


def _half(worked: Worked, label: str, reference: str) -> Worked:
    with exactly():
        exact = HALF.of(worked.exact)
    return worked.then(label, f"{plain(worked.exact)} × {HALF}", exact, reference)


def _units(worked: Worked, values: Values, settings: Settings, *, discounted: bool) -> Worked:
    """Units, and the reduction of further procedures and units where the code is subject to it; one
    that was terminated or reduced already is not reduced again."""
    units, rank = units_of(settings), settings.get("rank", "first")
    if rank not in ("first", "further"):
        raise InputError(f"'{rank}' is no rank of a procedure.", cure="first or further")
    if units == 1 and rank == "first":
        return worked
    subject = discounted and values.get("multiple_procedure_discount") == "Y"
    if subject and rank == "further":
        worked = _half(worked, "Further procedure of the session", MULTIPLE)
    if units == 1:
        return worked
    if subject and rank == "first":
        with exactly():
            exact = worked.exact + HALF.of(worked.exact) * (units - 1)
        figure = plain(worked.exact)
        return worked.then(
            "Units: one in full, the others half",
            f"{figure} + {units - 1} × {figure} × {HALF}",
            exact,
            MULTIPLE,
        )
    with exactly():
        exact = worked.exact * units
    return worked.then("Units", f"{plain(worked.exact)} × {units}", exact)


def _parts(values: Values, settings: Settings) -> Parts:
    """Program payment and coinsurance of a line: four fifths and a fifth.

    Roles: ``payment``; ``mark`` of the addendum, which is ``**`` for a preventive service, for
    which the patient owes nothing.
    """
    if values.get("mark") == "**":
        words = "The program's part: a preventive service, for which the patient owes nothing"
        return split(values, Decimal(1), words, COPAYMENT)
    return split(values, PROGRAM, "The program's part", COPAYMENT)


_REFERENCE = f"42 CFR 416.171-416.172; {INDICATORS}; {MULTIPLE}; {DEVICES}"

RULES = (
    rule_of("asc.payment.national", _REFERENCE, partial(_payment, local=False)),
    rule_of("asc.payment.wage_adjusted", f"{_REFERENCE}; {WAGES}", partial(_payment, local=True)),
    *parts_rules("asc", COPAYMENT, _parts),
)
