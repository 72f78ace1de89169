"""Place of service: which of the two rates is paid there, and what is not paid there at all.

Medicare Claims Processing Manual, Pub. 100-04, ch. 12 §20.4.2 (site of service payment
differential) lists the places paid at the facility rate; every other place is paid at the
non-facility rate. An inpatient or hospital outpatient is in a facility wherever seen.
"""

from __future__ import annotations

from typing import Literal

RateType = Literal["facility", "nonfacility"]

REFERENCE = "Medicare Claims Processing Manual, Pub. 100-04, ch. 12 §20.4.2"

FACILITY = frozenset(
    {
        "02",  # telehealth other than at home
        "19",  # off-campus outpatient hospital
        "21",  # inpatient hospital
        "22",  # on-campus outpatient hospital
        "23",  # emergency room
        "24",  # ambulatory surgical center
        "26",  # military treatment facility
        "31",  # skilled nursing facility (Part A stay)
        "34",  # hospice
        "41",  # ambulance, land
        "42",  # ambulance, air or water
        "51",  # inpatient psychiatric facility
        "52",  # psychiatric facility, partial hospitalization
        "53",  # community mental health center
        "56",  # psychiatric residential treatment center
        "61",  # comprehensive inpatient rehabilitation facility
    }
)
"""Places of service paid at the facility rate."""

HOSPITAL = frozenset({"19", "21", "22", "23"})
"""Places where the patient is a hospital's inpatient or outpatient."""

DISPUTED = frozenset({"06", "08"})
"""Provider-based places of the Indian Health Service and tribes: CMS's place-of-service list calls
them facilities, the manual's list of facility-rate places does not name them."""


def rate_type(place: str) -> RateType:
    """The rate paid at a two-digit place of service, by the manual's list."""
    return "facility" if place in FACILITY else "nonfacility"


def why_not_paid_there(place: str, pctc: str) -> str | None:
    """Why a practitioner is not paid for a code at a place of service, or None where that is open.

    ``pctc`` is the row's PC/TC indicator. Source: record layout, Attachment A, PC/TC indicators 5
    (incident-to) and 8 (physician interpretation). No sentence holds a digit.
    """
    if pctc == "5" and place in HOSPITAL:
        return (
            "the code is for services incident to a physician's, which are not paid to the "
            "practice for a hospital's inpatients or outpatients"
        )
    if pctc == "8" and place and place != "21":
        return "the physician's interpretation is paid separately only for hospital inpatients"
    return None
