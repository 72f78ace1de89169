"""A whole encounter by setting: physician, facility and patient, from the schedules on hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from payeratlas.model.amounts import Money
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.facts.opps import amount
from payeratlas.pages.facts.pfs import STANDARD, TABLE
from payeratlas.pages.places import Area, area_of
from payeratlas.pages.price import Priced, answer
from payeratlas.pages.wage_index import UNADJUSTED, Wages, wages_of
from payeratlas.pricing.caveats import Caveat
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
    """The encounter in one setting: the professional's claim, the facility's lines, the sums, and
    the wage index by which the facility's payments are adjusted (None where they are national)."""

    setting: Setting
    professional: Priced
    facility: tuple[FacilityPaid, ...]
    encounter: Encounter
    wage_index: Fact | None = None


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
    are national, before wages; ``cbsa`` (an area of CMS's wage index files, see
    :func:`payeratlas.pages.wage_index.wages_of`) adjusts them. ``deductible_left`` is what the
    patient still owes of the year's Part B deductible, by default nothing.
    """
    area = area_of(as_of, store, zip_code=zip_code, locality=locality)
    wages = wages_of(cbsa, as_of, store) if cbsa else UNADJUSTED
    return tuple(
        _given(
            setting, lines, as_of, store, area, wages, deductible_left, qualifying, participating
        )
        for setting in SETTINGS
    )


def _given(
    setting: Setting,
    lines: Sequence[str],
    as_of: AsOf,
    store: Store,
    area: Area | None,
    wages: Wages,
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
    index: Fact | None = None
    told: tuple[Caveat, ...] = ()
    if setting == "asc":
        index, told = wages.center, wages.center_caveats
        paid = surgical_center(
            [_center(x.code, x.units, index, as_of, store) for x in request.lines]
        )
    elif setting == "hopd":
        index, told = wages.hospital, wages.hospital_caveats
        paid = hospital(
            [_outpatient(x.code, x.units, index, as_of, store) for x in request.lines], cap
        )
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
    whole = replace(whole, caveats=(*told, *whole.caveats))
    return Given(setting, priced, paid, whole, index)


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


def _outpatient(
    code: str, units: int, wages: Fact | None, as_of: AsOf, store: Store
) -> FacilityLine:
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
    inputs = _cells(row, cells, store)
    return FacilityLine(code, units, inputs | ({"wage_index": wages} if wages else {}))


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
