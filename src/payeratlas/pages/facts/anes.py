"""Facts of anesthesia: the base units of a code."""

from __future__ import annotations

from dataclasses import replace

from payeratlas.model.facts import Fact, Measure, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.facts._history import known
from payeratlas.pricing.anesthesia import is_anesthesia
from payeratlas.store import Store
from payeratlas.tables.contract import Row

TABLE = "anes_base_units"
BASE_UNITS = Measure(
    "anes.base_units",
    "Anesthesia base units",
    "base units",
    "What the work of the code counts before any time: (base units + time units) times the "
    "conversion factor of the locality is the allowed amount.",
    "CMS anesthesia base units, base units as printed",
)
MEASURES: tuple[Measure, ...] = (BASE_UNITS,)


def facts(code: str, as_of: AsOf, store: Store) -> list[Fact]:
    """The base units of an anesthesia code, or why none are known with the last known ones.

    Nothing for a code of another section.
    """
    return [base_units(code, as_of, store)] if is_anesthesia(code) else []


def base_units(code: str, as_of: AsOf, store: Store) -> Fact:
    """The base units that the file in force prints for an anesthesia code."""
    found = store.look_up(TABLE, as_of, hcpcs=code)
    if not isinstance(found, Unknown):
        return _cell(found[0], store)
    last = None
    if found.reason == "not_covered":
        rows = known(store.history(TABLE, hcpcs=code), as_of, store)
        last = _cell(rows[-1], store) if rows else None
    return Fact(BASE_UNITS.id, code, replace(found, last_known=last), BASE_UNITS.unit, None)


def _cell(row: Row, store: Store) -> Fact:
    return store.fact(
        BASE_UNITS.id, row, "base_units", unit=BASE_UNITS.unit, subject=row.text("hcpcs")
    )
