"""Facts of Medicare utilization: how often a code was paid for in a year, in each setting."""

from __future__ import annotations

from dataclasses import replace

from payeratlas.model.facts import Fact, Measure, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.facts._history import known
from payeratlas.pricing import derive
from payeratlas.store import Store
from payeratlas.tables.contract import Row

TABLE = "utilization"
NATIONAL = "National"
SETTINGS = {"office": "O", "facility": "F"}
_WORDS = {"office": "outside facilities", "facility": "in facilities"}
_SOURCE = "CMS Medicare Physician & Other Practitioners, by geography and service"
_PARTS = (
    ("services", "Services", "services", "Services paid, in the code's own units."),
    ("beneficiaries", "Beneficiaries", "beneficiaries", "Patients of original Medicare."),
    ("providers", "Providers", "providers", "Clinicians and suppliers who gave the service."),
    (
        "allowed_average",
        "Average allowed amount",
        "USD",
        "Average a service that Medicare allowed, the patient's share in it.",
    ),
)
MEASURES: tuple[Measure, ...] = tuple(
    Measure(
        f"utilization.{column}.{setting}",
        f"{title} {_WORDS[setting]}",
        unit,
        f"{meaning} National, one calendar year.",
        f"{_SOURCE}, {column}",
    )
    for setting in SETTINGS
    for column, title, unit, meaning in _PARTS
)
FEW = (
    "CMS leaves out what rests on fewer than eleven beneficiaries, so the service may have been "
    "given all the same."
)


def facts(code: str, as_of: AsOf, store: Store) -> list[Fact]:
    """National figures of the code in each setting for the year of the date, or why there are
    none to state, with those of the last year on hand."""
    found = store.look_up(TABLE, as_of, level=NATIONAL, hcpcs=code)
    if isinstance(found, Unknown):
        earlier = known(store.history(TABLE, level=NATIONAL, hcpcs=code), as_of, store)
        return [f for setting in SETTINGS for f in _unknown(code, setting, found, earlier, store)]
    rows = {row.text("place"): row for row in found}
    stated = []
    for setting, place in SETTINGS.items():
        if place in rows:
            stated += row_facts(rows[place], setting, store)
            continue
        why = store.look_up(TABLE, as_of, level=NATIONAL, hcpcs=code, place=place)
        assert isinstance(why, Unknown), f"{code} has no row for {place} and was found there"
        stated += _unknown(code, setting, why, [], store)
    return stated


def row_facts(row: Row, setting: str, store: Store) -> list[Fact]:
    """What one row of the utilization table states of its code in a setting."""
    code, period = row.text("hcpcs"), store.release_of(row).covers
    stated = []
    for column, _, unit, _ in _PARTS:
        measure = f"utilization.{column}.{setting}"
        if unit == "USD":
            printed = store.fact(f"{measure}.printed", row, column, unit=unit, subject=code)
            inputs = {"average": printed}
            stated.append(derive("utilization.average", measure, code, inputs, period=period))
            continue
        value = None
        if column == "services":  # counted in units, of which a part can be paid
            services = row.decimal(column)
            value = int(services) if services == services.to_integral_value() else services
        stated.append(store.fact(measure, row, column, unit=unit, subject=code, value=value))
    return stated


def _unknown(code: str, setting: str, why: Unknown, earlier: list[Row], store: Store) -> list[Fact]:
    """Every measure of a setting as Unknown, with its figure of the last year on hand."""
    if why.reason == "not_listed":
        why = replace(why, detail=f"{why.detail} {FEW}")
    last: dict[str, Fact] = {}
    of_setting = [row for row in earlier if row.text("place") == SETTINGS[setting]]
    if of_setting and why.reason == "not_covered":
        last = {fact.measure: fact for fact in row_facts(of_setting[-1], setting, store)}
    return [
        Fact(measure, code, replace(why, last_known=last.get(measure)), unit, None)
        for column, _, unit, _ in _PARTS
        for measure in (f"utilization.{column}.{setting}",)
    ]
