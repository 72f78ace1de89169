"""A whole encounter by setting: physician, facility and patient, from the schedules on hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from payeratlas.model.amounts import Money
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.facts.opps import amount
from payeratlas.pages.facts.pfs import STANDARD, TABLE
from payeratlas.pages.places import Area, area_of
from payeratlas.pages.price import Priced, answer
from payeratlas.pricing.claim import ClaimRequest, split_line
from payeratlas.pricing.encounter import PLACES, Encounter, Facility, Setting, encounter
from payeratlas.pricing.facility_lines import (
    FacilityLine,
    FacilityPaid,
    hospital,
    surgical_center,
)
from payeratlas.store import Store
from payeratlas.tables.contract import Row

SETTINGS: tuple[Setting, ...] = ("office", "asc", "hopd")
_ADDENDUM_B = "opps_addendum_b"
_CAPPED = "Copayments capped at inpatient deductible"


@dataclass(frozen=True, slots=True)
class Given:
    """The encounter in one setting: the professional's claim, the facility's lines, the sums."""

    setting: Setting
    professional: Priced
    facility: tuple[FacilityPaid, ...]
    encounter: Encounter


def encounters(
    lines: Sequence[str],
    as_of: AsOf,
    store: Store,
    *,
    zip_code: str | None = None,
    locality: str | None = None,
    cbsa: str | None = None,
    deductible_left: Money | None = None,
    qualifying: bool = False,
    participating: bool = True,
) -> tuple[Given, ...]:
    """The same service lines in an office, a surgical center and a hospital's outpatient
    department.

    The professional's amounts are those of the locality, where one is asked for. The facility's
    are national, before wages; ``cbsa`` (a five-digit area of CMS's wage index file) adjusts the
    surgical center's. The hospital's wage index is of another file, which is not on hand.
    ``deductible_left`` is what the patient still owes of the year's
    Part B deductible, by default nothing.
    """
    area = area_of(as_of, store, zip_code=zip_code, locality=locality)
    wages = wage_index(cbsa, as_of, store) if cbsa else None
    return tuple(
        _given(
            setting, lines, as_of, store, area, wages, deductible_left, qualifying, participating
        )
        for setting in SETTINGS
    )


def wage_index(cbsa: str, as_of: AsOf, store: Store) -> Fact:
    """The surgical centers' wage index of an area; InputError where the file in force does not
    list it, or lists it with several values of which a county decides."""
    found = store.look_up("asc_wage_index", as_of, cbsa=cbsa)
    if isinstance(found, Unknown):
        raise InputError(
            f"there is no wage index of area {cbsa}: {found.detail}",
            cure="a five-digit area (CBSA) of CMS's wage index file, for example 16984",
        )
    values = {str(row["wage_index"]) for row in found}
    if len(values) > 1:
        raise InputError(
            f"area {cbsa} has several wage indices ({', '.join(sorted(values))}), and which of "
            "them applies depends on the county.",
            cure="leave the area out for the national payment",
        )
    return store.fact(
        "asc.wage_index", found[0], "wage_index", unit="index", subject=f"area {cbsa}"
    )


def _given(
    setting: Setting,
    lines: Sequence[str],
    as_of: AsOf,
    store: Store,
    area: Area | None,
    wages: Fact | None,
    deductible_left: Money | None,
    qualifying: bool,
    participating: bool,
) -> Given:
    typed = lines if setting == "office" else [_read_apart(x, as_of, store) for x in lines]
    request = ClaimRequest.parse(
        typed,
        as_of=as_of,
        place=PLACES[setting],
        locality=area.id if area else None,
        qp=qualifying,
        participating=participating,
    )
    priced = answer(request, area, store)
    cap = inpatient_deductible(as_of, store) if setting == "hopd" else None
    paid: tuple[FacilityPaid, ...] = ()
    if setting == "asc":
        paid = surgical_center(
            [_center(x.code, x.units, wages, as_of, store) for x in request.lines]
        )
    elif setting == "hopd":
        paid = hospital([_outpatient(x.code, x.units, as_of, store) for x in request.lines], cap)
    bills = [Facility(one.payment, one.copayment) for one in paid if not one.included]
    if paid and not bills:
        bills = [Facility(paid[0].payment)]  # nothing of the claim is paid there, and it says why
    whole = encounter(
        setting,
        service_date=as_of.service_date,
        professional=priced.claim.amount,
        facility=bills,
        deductible_left=deductible_left,
        inpatient_deductible=cap,
        participating=participating,
    )
    return Given(setting, priced, paid, whole)


def _read_apart(line: str, as_of: AsOf, store: Store) -> str:
    """A line as the physician bills it for a facility's patient: of a test in two parts the
    professional one, since the facility supplies the other (record layout, PC/TC indicator 1)."""
    code, modifiers, units = split_line(line)
    if {"26", "TC"} & set(modifiers):
        return line
    rows = store.look_up(TABLE, as_of, constants=STANDARD, hcpcs=code, modifier="26")
    if isinstance(rows, Unknown) or rows[0].text("pctc") != "1":
        return line
    return "-".join((code, "26", *modifiers)) + f"x{units}"


def inpatient_deductible(as_of: AsOf, store: Store) -> Fact | None:
    """The inpatient hospital deductible as Addendum B prints it, beside copayments it caps; None
    where the release in force prints none."""
    return store.once(("inpatient_deductible", as_of), lambda: _printed_deductible(as_of, store))


def _printed_deductible(as_of: AsOf, store: Store) -> Fact | None:
    match = store.in_force(_ADDENDUM_B, as_of)
    if isinstance(match, Unknown):
        return None
    for row in store.rows(_ADDENDUM_B, match, status_indicator="J1"):
        if row.text("note").startswith(_CAPPED) and row["copayment_adjusted"] is not None:
            return store.fact(
                "opps.inpatient_deductible",
                row,
                "copayment_adjusted",
                unit="USD",
                subject="inpatient hospital deductible",
                value=Money(row.decimal("copayment_adjusted")),
            )
    return None


def _outpatient(code: str, units: int, as_of: AsOf, store: Store) -> FacilityLine:
    found = store.look_up(_ADDENDUM_B, as_of, hcpcs=code)
    if isinstance(found, Unknown):
        return FacilityLine(code, units, {}, found)
    row = found[0]
    copayment = (
        "copayment_national" if row["copayment_national"] is not None else "copayment_minimum"
    )
    cells = {
        "status_indicator": "status_indicator",
        "payment_rate": "payment_rate",
        "copayment": copayment,
    }
    return FacilityLine(code, units, _cells(row, cells, store))


def _center(code: str, units: int, wages: Fact | None, as_of: AsOf, store: Store) -> FacilityLine:
    found: list[Row] | Unknown = Unknown("not_listed", "no addendum lists it.")
    for table in ("asc_aa", "asc_bb"):
        found = store.look_up(table, as_of, hcpcs=code)
        if not isinstance(found, Unknown):
            break
    if isinstance(found, Unknown):
        if found.reason == "not_listed":
            found = replace(found, detail=f"{found.detail} Nor does the addendum of surgery.")
        return FacilityLine(code, units, {}, found)
    row = found[0]
    cells = {name: name for name in ("payment_indicator", "payment_rate")}
    if row.table == "asc_aa":
        cells["multiple_procedure_discount"] = "multiple_procedure_discount"
    inputs = _cells(row, cells, store)
    return FacilityLine(code, units, inputs | ({"wage_index": wages} if wages else {}))


def _cells(row: Row, cells: dict[str, str], store: Store) -> dict[str, Fact]:
    """A cited Fact for each cell that prints something."""
    return {
        role: store.fact(
            f"{row.table.split('_')[0]}.{column}",
            row,
            column,
            unit="USD" if _is_money(column) else "code",
            subject=row.text("hcpcs"),
            value=amount(row, column) if _is_money(column) else None,
        )
        for role, column in cells.items()
        if row[column] is not None
    }


def _is_money(column: str) -> bool:
    return column.startswith(("payment_rate", "copayment"))
