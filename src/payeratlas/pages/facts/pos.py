"""Facts of places of service: which of the two physician rates Medicare pays in each.

The subject is the place (``POS 24``), whatever the code: the manual's list decides, and CMS's own
list of places says which there are.
"""

from __future__ import annotations

from collections.abc import Mapping

from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Measure, Unknown, Value
from payeratlas.model.provenance import Derivation
from payeratlas.model.time import AsOf
from payeratlas.pricing.places import REFERENCE, rate_type
from payeratlas.store import Store
from payeratlas.tables.contract import Row

TABLE = "pos"
RULE = "pos.rate_type"
MEASURES: tuple[Measure, ...] = (
    Measure(
        "pos.rate_type",
        "Physician rate at a place of service",
        "code",
        "Which of the two physician rates is paid there: facility or nonfacility. The subject is "
        "the place; whether a code is paid there at all is another question.",
        f"{REFERENCE}; places by CMS's place-of-service code set",
    ),
)


def facts(code: str, as_of: AsOf, store: Store) -> list[Fact]:
    """The rate of every place that CMS's list in force assigns, by place; one Unknown where no list
    on hand covers the date."""
    return store.once(("pos.facts", as_of), lambda: _facts(as_of, store))


def _facts(as_of: AsOf, store: Store) -> list[Fact]:
    rows = store.look_up(TABLE, as_of)
    if isinstance(rows, Unknown):
        return [Fact("pos.rate_type", "POS", rows, "code", None)]
    return [_stated(row, store) for row in rows if assigned(row)]


def assigned(row: Row) -> bool:
    """Whether a row of the list names a place; others are numbers kept free."""
    return not row.text("name").lower().startswith("unassigned")


def subject(place: str) -> str:
    """A place of service as the subject of a Fact: ``POS 24``."""
    return f"POS {place}"


def rated(values: Mapping[str, Value], settings: Mapping[str, str], store: Store) -> str:
    """The rate of the place given; InputError where none is."""
    if "place" not in values:
        raise InputError(f"the rule {RULE} cannot be run again: no place is given.")
    return rate_type(str(values["place"]))


RULES = {RULE: rated}


def _stated(row: Row, store: Store) -> Fact:
    who = subject(row.text("pos"))
    place = store.fact("pos.place", row, "pos", unit="code", subject=who)
    basis = Derivation(RULE, (("place", place),), reference=REFERENCE)
    return Fact("pos.rate_type", who, rate_type(row.text("pos")), "code", place.period, basis)
