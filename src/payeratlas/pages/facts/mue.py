"""Facts of the medically unlikely edits: units, adjudication indicator, rationale."""

from __future__ import annotations

from dataclasses import replace

from payeratlas.model.facts import Fact, Measure, Unknown
from payeratlas.model.time import AsOf
from payeratlas.store import Store

TABLE = "ncci_mue"
SERVICES = {
    "practitioner": "practitioner services",
    "hospital": "outpatient hospital services",
    "dme": "durable medical equipment suppliers",
}
_PARTS = (
    ("", "mue", "units", "Most units of service for one patient on one day."),
    (".mai", "mai", "code", "MUE adjudication indicator: what the limit is applied to."),
    (".rationale", "rationale", "text", "CMS's rationale for the value."),
)
MEASURES: tuple[Measure, ...] = tuple(
    Measure(
        f"ncci.mue.{service}{suffix}",
        f"MUE{' ' + suffix[1:] if suffix else ''}, {words}",
        unit,
        meaning,
        f"CMS NCCI medically unlikely edits, {words}",
    )
    for service, words in SERVICES.items()
    for suffix, _, unit, meaning in _PARTS
)


def facts(code: str, as_of: AsOf, store: Store) -> list[Fact]:
    """The edit of the code for each service type, or why there is none to state.

    CMS keeps some values confidential, so a code that a whole list does not hold has no
    *published* value; that is not the same as no limit.
    """
    return [fact for service in SERVICES for fact in _service(code, service, as_of, store)]


def _service(code: str, service: str, as_of: AsOf, store: Store) -> list[Fact]:
    constants = {"service": service}
    found = store.look_up(TABLE, as_of, constants=constants, hcpcs=code)
    if not isinstance(found, Unknown):
        row = found[0]
        return [
            store.fact(f"ncci.mue.{service}{suffix}", row, column, unit=unit, subject=code)
            for suffix, column, unit, _ in _PARTS
        ]
    if found.reason == "not_listed":
        detail = f"{found.detail} CMS does not publish every value: this is not 'no limit'."
        found = replace(found, detail=detail)
    rows = [
        row
        for row in store.history(TABLE, constants=constants, hcpcs=code)
        if as_of.knows(store.release_of(row).issued)
    ]
    stated = []
    for suffix, column, unit, _ in _PARTS:
        measure = f"ncci.mue.{service}{suffix}"
        last = None
        if rows and found.reason == "not_covered":
            last = store.fact(measure, rows[-1], column, unit=unit, subject=code)
        unknown = replace(found, last_known=last)
        stated.append(Fact(measure, code, unknown, unit, None))
    return stated
