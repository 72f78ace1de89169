"""What the status code of a fee schedule row means for its price.

CMS relative value file record layout, Attachment A: only the RVUs of status A, R and T are used
for Medicare payment. RVUs shown beside any other status are no price.
"""

from __future__ import annotations

from dataclasses import dataclass

REFERENCE = "CMS relative value file record layout, Attachment A, status code"


@dataclass(frozen=True, slots=True)
class _Status:
    meaning: str
    because: str = ""


_STATUSES: dict[str, _Status] = {
    "A": _Status("active, paid separately if covered"),
    "B": _Status(
        "bundled",
        "its payment is always part of the payment for the service it goes with",
    ),
    "C": _Status(
        "priced by the contractor",
        "the Medicare contractor sets the amount itself, mostly case by case from the report",
    ),
    "D": _Status("deleted", "the code is deleted"),
    "E": _Status(
        "excluded from the fee schedule by regulation",
        "regulation keeps it out of the physician fee schedule; where it is covered, another "
        "method pays for it",
    ),
    "F": _Status("deleted or discontinued", "the code is deleted, without a period of grace"),
    "G": _Status(
        "not valid for Medicare, with a period of grace",
        "Medicare uses another code for the service",
    ),
    "H": _Status(
        "deleted component",
        "this component of the code (professional or technical) is deleted",
    ),
    "I": _Status(
        "not valid for Medicare",
        "Medicare uses another code to report and pay for the service",
    ),
    "J": _Status(
        "anesthesia service",
        "anesthesia is paid from base units and time with a conversion factor of its own, not "
        "from RVUs",
    ),
    "M": _Status("measurement code", "the code only reports a measurement"),
    "N": _Status("not covered", "Medicare does not cover the service"),
    "P": _Status(
        "bundled or excluded",
        "it is either part of the payment for the physician's service on that day or paid "
        "outside the fee schedule",
    ),
    "R": _Status("restricted coverage, special instructions apply"),
    "T": _Status(
        "paid only if nothing else on the fee schedule is payable to the same practitioner that day"
    ),
    "X": _Status(
        "excluded by statute",
        "the law does not count it among physicians' services, as with ambulance and clinical "
        "laboratory services; another schedule may pay for it",
    ),
}

PRICED = frozenset("ART")
"""Statuses whose RVUs Medicare pays on."""

_NO_RVUS = "the file prints no RVUs for it, so the Medicare contractor sets the amount"


def meaning(status: str) -> str:
    """A status code in a few words; says so where the layout does not know the code."""
    known = _STATUSES.get(status)
    return known.meaning if known else "a status code that the record layout does not describe"


def why_not_priced(status: str, *, has_rvus: bool = True) -> str | None:
    """The sentence "no Medicare price, because ..." for a row, or None where it has a price.

    ``has_rvus`` False is a row whose RVUs are all zero: a priced status (in practice R, restricted
    coverage) then leaves the price to the contractor. No sentence holds a digit.
    """
    known = _STATUSES.get(status)
    if known is None:
        because = "its status code is not one that the record layout describes"
    elif known.because:
        because = known.because
    elif not has_rvus:
        because = _NO_RVUS
    else:
        return None
    return f"no Medicare price, because {because}"


def left_to_contractor(status: str, *, has_rvus: bool = True) -> bool:
    """Whether a row without a price here may still be paid, at an amount the contractor sets."""
    return status == "C" or (status in PRICED and not has_rvus) or status not in _STATUSES
