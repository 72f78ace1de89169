"""Places of service: the physician's rate, whether it is paid there, and the facility's own
payment; a part of section F."""

from __future__ import annotations

from payeratlas.model.facts import Unknown
from payeratlas.pages.facts.pos import TABLE, assigned
from payeratlas.pages.page import Block, Bullets, Cell, Gap, Grid, Name, Text, sentence
from payeratlas.pages.sheet import Sheet, plain
from payeratlas.pricing.places import DISPUTED, HOSPITAL, REFERENCE, rate_type, why_not_paid_there

_INPATIENT = "21"
_RATES = {"facility": "Facility", "nonfacility": "Non-facility"}


def places(sheet: Sheet) -> tuple[Block, ...]:
    """Every place that CMS's list assigns, with what follows from the manual's list of rates, the
    code's indicators and the facility schedules on hand."""
    match = sheet.store.in_force(TABLE, sheet.as_of)
    if isinstance(match, Unknown):
        return (Gap("Places of service", (match.detail,), ("CMS's place-of-service list.",)),)
    rows = [row for row in sheet.store.rows(TABLE, match) if assigned(row)]
    return (
        Bullets(_amounts(sheet)),
        Grid(
            "Places of service: the physician's rate, and whether the physician is paid there",
            ("Place, in CMS's words", "Physician's rate", "Paid there"),
            tuple(
                (
                    plain(Name(place), " ", Name(row.text("name"), code=False)),
                    plain(_RATES[rate_type(place)]),
                    _paid(sheet, place),
                )
                for row in rows
                for place in (row.text("pos"),)
            ),
            folded=True,
            note=sentence(
                "Rates by the manual ({manual}). “Not barred” says that the indicators of the fee "
                "schedule do not exclude the place; it is no promise that Medicare or another "
                "payer covers the service there. "
                "{disputed}: CMS's list calls them facilities, the manual's list of facility "
                "rates does not name them. The list is {release}.",
                manual=Name(REFERENCE, code=False),
                disputed=Name(" and ".join(sorted(DISPUTED))),
                release=Name(match.release.title, code=False),
            ),
        ),
    )


def _amounts(sheet: Sheet) -> tuple[Text, ...]:
    """The two rates of the physician, and what facilities are paid beside the physician."""
    hospital = [place for place in sorted(HOSPITAL) if place != _INPATIENT]
    return (
        sentence(
            "Physician, non-facility rate (an office is {place}): {amount}",
            place=Name("11"),
            amount=_ended(sheet, "pfs.payment.nonfacility"),
        ),
        sentence(
            "Physician, facility rate: {amount}", amount=_ended(sheet, "pfs.payment.facility")
        ),
        sentence(
            "Surgery center ({place}), its own payment: {amount}",
            place=Name("24"),
            amount=_ended(sheet, "asc.payment"),
        ),
        sentence(
            "Hospital, for its outpatients ({places}), its own payment: {amount} Departments off "
            "campus that the law does not except are paid otherwise ({law}).",
            places=Name(", ".join(hospital)),
            amount=_ended(sheet, "opps.payment"),
            law=Name("42 CFR 419.48", code=False),
        ),
        sentence(
            "Hospital, for its inpatients ({place}): in its payment for the stay, which is not on "
            "hand.",
            place=Name(_INPATIENT),
        ),
    )


def _ended(sheet: Sheet, measure: str) -> Text:
    """A figure with the full stop that a reason brings along."""
    fact = sheet[measure]
    return (fact,) if isinstance(fact.value, Unknown) else (fact, ".")


def _paid(sheet: Sheet, place: str) -> Cell:
    if not sheet.listed:
        return plain("Not known: the code is not in a fee schedule of the date", tone="unknown")
    kind = rate_type(place)
    amount = sheet[f"pfs.payment.{kind}"]
    if why := why_not_paid_there(place, sheet.indicators()["pctc"]):
        return plain(f"No: {why}", tone="bad")
    if sheet[f"pfs.na.{kind}"].value is True:
        return plain("Marked by CMS as rare or never at this rate", tone="caution")
    if isinstance(amount.value, Unknown):
        return plain("No amount at this rate, see above", tone="unknown")
    return plain("Not barred")
