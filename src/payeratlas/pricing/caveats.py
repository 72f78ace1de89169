"""What a quoted amount leaves out: short sentences, without a digit, that stand beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from payeratlas.pricing.adjust import LAYOUT, MANUAL
from payeratlas.pricing.places import DISPUTED, HOSPITAL, RateType
from payeratlas.pricing.places import REFERENCE as PLACES
from payeratlas.pricing.status import REFERENCE as STATUS


@dataclass(frozen=True, slots=True)
class Caveat:
    """One limit of a quoted amount; ``id`` is stable, ``text`` holds no digit."""

    id: str
    text: str
    reference: str = ""


ALLOWED = Caveat(
    "allowed_not_paid",
    "This is the amount Medicare allows. Medicare pays on the lower of it and the actual charge, "
    "before deductible, coinsurance and sequestration.",
    f"{MANUAL} §20",
)
NATIONAL = Caveat(
    "national",
    "No locality was given, so every geographic index counts as one; no locality pays exactly "
    "this.",
)
UNITS = Caveat(
    "units",
    "Each further unit is priced in full. Reductions between units, and whether so many units are "
    "plausible, are not considered.",
)
UNITS_BILATERAL = Caveat(
    "units_bilateral",
    "Medicare expects one unit beside the bilateral modifier; each unit here is a pair of sides.",
    f"{MANUAL} §40.7",
)
SPLIT_POSTOPERATIVE = Caveat(
    "postoperative_days",
    "Where several clinicians give the postoperative care, its share is divided by their days.",
    f"{MANUAL} §40.4",
)
NOT_PERFORMED_HERE = Caveat(
    "na_setting",
    "CMS marks the code as rarely or never performed in this kind of place, and prints the same "
    "practice expense for both.",
    f"{LAYOUT}, NA indicator",
)
TECHNICAL_IN_HOSPITAL = Caveat(
    "technical_in_hospital",
    "For a hospital's patient the technical component is paid to the hospital, not to the "
    "practice.",
    "Medicare Claims Processing Manual, Pub. 100-04, ch. 13 §20.2.1",
)
INCIDENT_TO_FACILITY = Caveat(
    "incident_to",
    "A service incident to a physician's is not paid to the practice for a hospital's patient.",
    f"{LAYOUT}, Attachment A, PC/TC indicator",
)
THERAPY_IN_HOSPITAL = Caveat(
    "therapy_in_hospital",
    "An independent therapist is not paid for a hospital's patient.",
    f"{LAYOUT}, Attachment A, PC/TC indicator",
)
FROM_PUBLISHED = Caveat(
    "rounding",
    "Every figure is kept exact and rounded once, at the end. A contractor that starts from the "
    "published fee in whole cents ends on the other amount given.",
    f"{MANUAL} §40.4",
)
ONLY_SERVICE = Caveat(
    "only_service",
    "It is paid only if nothing else on the fee schedule is payable to the same practitioner that "
    "day.",
    STATUS,
)
RESTRICTED = Caveat(
    "restricted",
    "Coverage is restricted and special instructions apply.",
    STATUS,
)
PLACE_DISPUTED = Caveat(
    "place",
    "CMS's list of places calls this one a facility, the manual's list of facility-rate places "
    "does not name it; the non-facility rate is used.",
    PLACES,
)

_MULTIPLE = {
    "2": "With other procedures on the day, only the highest-paid is paid in full and the others "
    "at half.",
    "3": "With another endoscopy of the same family on the day, only the difference to the base "
    "procedure is paid for the lower-paid one.",
    "4": "With other imaging in the session, the technical and professional components of the "
    "lower-paid are reduced.",
    "5": "One unit is priced in full and the others with half of the practice expense. With "
    "other therapy on the day, the full one may be another service's.",
    "6": "With other cardiovascular tests on the day, the technical component of the lower-paid "
    "is reduced.",
    "7": "With other ophthalmological tests on the day, the technical component of the lower-paid "
    "is reduced.",
}


def caveats(
    *,
    status: str,
    multiple_procedure: str,
    pctc: str,
    not_performed_here: bool,
    row_modifier: str,
    rate_type: RateType,
    place: str,
    local: bool,
    modifiers: tuple[str, ...],
    units: int,
) -> tuple[Caveat, ...]:
    """The limits of one line's amount, the general one first."""

    def found() -> Iterator[Caveat]:
        yield ALLOWED
        if not local:
            yield NATIONAL
        if multiple_procedure in _MULTIPLE:
            reference = f"{LAYOUT}, multiple procedure indicator; {MANUAL} §40.6"
            yield Caveat("multiple_procedure", _MULTIPLE[multiple_procedure], reference)
        if units > 1 and multiple_procedure != "5":
            yield UNITS
        if units > 1 and "50" in modifiers:
            yield UNITS_BILATERAL
        if "55" in modifiers:
            yield SPLIT_POSTOPERATIVE
        if not_performed_here:
            yield NOT_PERFORMED_HERE
        technical = pctc in ("3", "4") or (pctc == "1" and row_modifier != "26")
        if technical and _maybe_hospital(place, rate_type):
            yield TECHNICAL_IN_HOSPITAL
        if pctc == "5" and _maybe_hospital(place, rate_type):
            yield INCIDENT_TO_FACILITY
        if pctc == "7" and _maybe_hospital(place, rate_type):
            yield THERAPY_IN_HOSPITAL
        if status == "T":
            yield ONLY_SERVICE
        if status == "R":
            yield RESTRICTED
        if place in DISPUTED:
            yield PLACE_DISPUTED

    return tuple(found())


def _maybe_hospital(place: str, rate_type: RateType) -> bool:
    return place in HOSPITAL or (not place and rate_type == "facility")
