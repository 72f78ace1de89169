"""Where a service is usually done, from the two NA flags of the fee schedule.

Which rate a place of service is paid at is pricing's question, not this one.
"""

from __future__ import annotations

from payeratlas.coding.wording import Row, Wording, text, wording

_BOTH_RARE = wording(
    "CMS marks the code as rarely or never done in either setting "
    "(outside a facility {na_nonfacility}, in a facility {na_facility})."
)
_FACILITY = wording(
    "Done in a facility: CMS marks it as rarely or never done outside one ({na_nonfacility})."
)
_OFFICE = wording(
    "Done outside facilities: CMS marks it as rarely or never done in one ({na_facility})."
)
_OFFICE_WHOLE = wording(
    "As a whole, billed outside facilities ({na_facility} in the facility column): in a facility "
    "the physician bills the professional part with `26`, and the facility supplies the rest."
)
_EITHER = wording("Done in an office or a facility: CMS marks neither setting as rare.")
_UNPRICED = wording(
    "The fee schedule does not say where it is done: with status {status} it sets no amounts "
    "for either setting."
)

PRICED = frozenset("ACRT")
"""Status codes under which a physician fee schedule payment is possible."""


def usual_places(row: Row) -> Wording:
    """In which settings the service is done, as far as the row's NA flags tell.

    A flag speaks of how often, never of whether a payer covers the service there. An empty flag
    means that CMS does not call the setting rare, and says nothing where the status sets no
    amounts.
    """
    status = text(row, "status")
    if status and status not in PRICED:
        return _UNPRICED
    office, facility = text(row, "na_nonfacility") == "NA", text(row, "na_facility") == "NA"
    if office and facility:
        return _BOTH_RARE
    if office:
        return _FACILITY
    if facility:
        return _OFFICE_WHOLE if text(row, "pctc") == "1" else _OFFICE
    return _EITHER
