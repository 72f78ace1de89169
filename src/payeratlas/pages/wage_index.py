"""By which wage index a facility's payment is adjusted to an area: a center's, a hospital's."""

from __future__ import annotations

import re
from dataclasses import dataclass

from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pricing.caveats import Caveat
from payeratlas.pricing.rules import derive
from payeratlas.pricing.wage_index import MEASURE, OF_THE_AREA, STATES, WITHOUT_FLOORS, states_of
from payeratlas.store import Store
from payeratlas.tables.contract import Row

CENTERS = "asc_wage_index"
HOSPITALS = "opps_wage_index"
INDIAN = ("98", "99")
"""Rows of the hospitals of the Indian Health Service, which are of no one state."""
_AREA = re.compile(r"([0-9]{5}|[0-9]{2})(?:-([A-Z]{2}))?")
_CURE = "an area (CBSA) of CMS's wage index files, as 16984, or a state's rural area, as 14"

NATIONAL = Caveat(
    "facility_national",
    "The facility's payment is national, before wages.",
    "42 CFR 416.172(c); 42 CFR 419.43",
)
CENTER_NATIONAL = Caveat(
    "center_national",
    "The surgical center's payment is national: no file on hand settles the wage index of the area "
    "for it on that day.",
)
HOSPITAL_NATIONAL = Caveat(
    "hospital_national",
    "The hospital's payment is national: no file on hand has the wage index of the area for "
    "hospitals on that day.",
)


@dataclass(frozen=True, slots=True)
class Wages:
    """The wage index of an area for each kind of facility; None where its payment stays national.

    The caveats say why it does, and what the index leaves out.
    """

    center: Fact | None
    hospital: Fact | None
    center_caveats: tuple[Caveat, ...]
    hospital_caveats: tuple[Caveat, ...]


UNADJUSTED = Wages(None, None, (NATIONAL,), (NATIONAL,))
"""Where no area is asked for."""


def wages_of(area: str, as_of: AsOf, store: Store) -> Wages:
    """The wage indices of an area, ``16984`` or ``14``; where an area lies in several states with
    different floors, the state of the hospital follows it: ``47764-DC``.

    InputError where neither file in force settles an index for the area, and, naming them, where
    the state decides and is not given.
    """
    asked = _AREA.fullmatch(area)
    if asked is None:
        raise InputError(f"'{area}' is not an area of a wage index.", cure=_CURE)
    cbsa, state = asked[1], asked[2] or ""
    center, hospital = _center(cbsa, as_of, store), _hospital(cbsa, state, as_of, store)
    if isinstance(center, Unknown) and isinstance(hospital, Unknown):
        raise InputError(
            f"there is no wage index of area {cbsa}. Surgical centers: {center.detail} Hospitals: "
            f"{hospital.detail}",
            cure=_CURE,
        )
    at_center = None if isinstance(center, Unknown) else center
    at_hospital = None if isinstance(hospital, Unknown) else hospital
    left_out = (WITHOUT_FLOORS,) if cbsa in INDIAN else (OF_THE_AREA,)
    return Wages(
        at_center,
        at_hospital,
        () if at_center else (CENTER_NATIONAL,),
        left_out if at_hospital else (HOSPITAL_NATIONAL,),
    )


def _center(cbsa: str, as_of: AsOf, store: Store) -> Fact | Unknown:
    """The surgical centers' index; Unknown where the file does not list the area, or lists it with
    several indices of which the county decides."""
    found = store.look_up(CENTERS, as_of, cbsa=cbsa)
    if isinstance(found, Unknown):
        return found
    values = {str(row["wage_index"]) for row in found}
    if len(values) > 1:
        several = ", ".join(sorted(values))
        return Unknown(
            "unparsed", f"it has several ({several}), and the county decides which applies."
        )
    return store.fact(
        "asc.wage_index", found[0], "wage_index", unit="index", subject=f"area {cbsa}"
    )


def _hospital(cbsa: str, state: str, as_of: AsOf, store: Store) -> Fact | Unknown:
    """The index of hospitals in the area that are not reclassified."""
    found = store.look_up(HOSPITALS, as_of, cbsa=cbsa)
    if isinstance(found, Unknown):
        return found
    row = found[0]
    if not row.decimal("geographic"):
        return Unknown("not_listed", f"{row.text('area')} has no rural area.")
    area, states = {"area": _cell(row, store)}, _states(row, state)
    by_state: dict[str, dict[str, Fact]] = {}
    for letters in states:
        floors = _floors(letters, cbsa, as_of, store)
        if isinstance(floors, Unknown):
            return floors
        by_state[letters] = area | floors
    indices = {letters: _highest(cbsa, inputs).value for letters, inputs in by_state.items()}
    if len(set(indices.values())) > 1:
        told = ", ".join(f"{letters} {index}" for letters, index in indices.items())
        raise InputError(
            f"area {cbsa} lies in several states, and the wage index of a hospital there depends "
            f"on its state: {told}.",
            cure=f"the area with the state, as {cbsa}-{states[0]}",
        )
    every = {role: fact for inputs in by_state.values() for role, fact in inputs.items()}
    return _highest(cbsa, every or area)


def _highest(cbsa: str, inputs: dict[str, Fact]) -> Fact:
    period = inputs["area"].period
    return derive(MEASURE.id, MEASURE.id, f"area {cbsa}", inputs, period=period)


def _states(row: Row, state: str) -> tuple[str, ...]:
    """The states whose floors count: the one given, else those that the area's name ends on."""
    cbsa = row.text("cbsa")
    if len(cbsa) == 2:
        named = tuple(letters for letters, number in STATES.items() if number == cbsa)
    else:
        named = states_of(row.text("area"))
    if not state:
        return named
    if state not in named:
        raise InputError(
            f"area {cbsa} ({row.text('area')}) does not lie in {state}.",
            cure=", ".join(f"{cbsa}-{letters}" for letters in named) or cbsa,
        )
    return (state,)


def _floors(letters: str, cbsa: str, as_of: AsOf, store: Store) -> dict[str, Fact] | Unknown:
    """The floors of a state that its own row prints, by role; a zero is none."""
    found = store.look_up(HOSPITALS, as_of, cbsa=STATES[letters])
    if isinstance(found, Unknown):
        return found
    row = found[0]
    floors = {}
    if row.decimal("geographic") and row.text("cbsa") != cbsa:
        floors[f"rural_floor_{letters}"] = _cell(row, store)
    if row.decimal("imputed_floor"):
        floors[f"imputed_floor_{letters}"] = _cell(row, store, "imputed_floor")
    return floors


def _cell(row: Row, store: Store, column: str = "geographic") -> Fact:
    return store.fact(
        f"opps.wage_index.{column}",
        row,
        column,
        unit="index",
        subject=f"area {row.text('cbsa')}",
    )
