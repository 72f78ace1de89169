"""Medicare's physician fee for a code: over the releases, over the localities, and quoted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Release
from payeratlas.model.time import AsOf, Period
from payeratlas.pages.facts.pfs import (
    SETTINGS,
    STANDARD,
    TABLE,
    payment_facts,
    payment_of,
    period_of,
)
from payeratlas.store import Store
from payeratlas.tables.contract import Row

GPCI = "pfs_gpci"


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """National amounts of the unmodified row in one release, and the span it governs."""

    release: Release
    period: Period
    conversion_factor: Fact
    office: Fact
    facility: Fact

    @property
    def known(self) -> bool:
        """Whether Medicare had a price in that release."""
        return self.office.known or self.facility.known


@lru_cache(maxsize=32)
def trend(code: str, as_of: AsOf, store: Store) -> list[TrendPoint]:
    """The code's national amounts in every release known on the day asked for, oldest first."""
    points = []
    for row in store.history(TABLE, constants=STANDARD, hcpcs=code, modifier=""):
        release = store.release_of(row)
        if not as_of.knows(release.issued):
            continue
        stated = payment_facts(row, as_of, store)
        points.append(
            TrendPoint(
                release,
                period_of(row, as_of, store),
                stated["pfs.conversion_factor"],
                stated["pfs.payment.nonfacility"],
                stated["pfs.payment.facility"],
            )
        )
    return points


@dataclass(frozen=True, slots=True)
class LocalityAmounts:
    """Amounts of a code in one Medicare payment locality, with its indices."""

    id: str
    label: str
    period: Period
    work: Fact
    pe: Fact
    mp: Fact
    office: Fact
    facility: Fact


@dataclass(frozen=True, slots=True)
class Locality:
    """A Medicare payment locality and its indices, by role."""

    id: str
    label: str
    gpci: Mapping[str, Fact]


def localities(as_of: AsOf, store: Store) -> tuple[Locality, ...]:
    """Every locality in force, in the order CMS prints them; none where no release covers."""

    def read() -> tuple[Locality, ...]:
        match = store.in_force(GPCI, as_of)
        rows = [] if isinstance(match, Unknown) else store.rows(GPCI, match)
        return tuple(Locality(locality_id(r), _label(r), gpci_facts(r, store)) for r in rows)

    return store.once(("localities", as_of), read)


def _label(row: Row) -> str:
    state = row["state"]
    return row.text("locality_name").title() + (f", {state}" if state else "")


def gpci_facts(row: Row, store: Store) -> dict[str, Fact]:
    """The three indices of a locality, by role."""
    who = locality_id(row)
    return {
        role: store.fact(f"pfs.gpci.{name}", row, role, unit="index", subject=who)
        for role, name in (("work_gpci", "work"), ("pe_gpci", "pe"), ("mp_gpci", "mp"))
    }


def locality_id(row: Row) -> str:
    """MAC and locality number as the command line takes them: ``10212-99``."""
    return f"{row.text('mac')}-{row.text('locality')}"


@lru_cache(maxsize=8)
def spread(code: str, as_of: AsOf, store: Store) -> list[LocalityAmounts]:
    """The unmodified row's amounts in every locality in force, in the order CMS prints them.

    Empty where the code has no price for the date or no locality index covers it.
    """
    rows = store.look_up(TABLE, as_of, constants=STANDARD, hcpcs=code, modifier="")
    if isinstance(rows, Unknown):
        return []
    period = period_of(rows[0], as_of, store)
    inputs = payment_facts(rows[0], as_of, store)
    if not any(inputs[f"pfs.payment.{setting}"].known for setting in SETTINGS):
        return []
    found = []
    for place in localities(as_of, store):
        who = f"{code}@{place.id}"
        office, facility = (
            payment_of(who, setting, inputs, period, place.gpci) for setting in SETTINGS
        )
        found.append(
            LocalityAmounts(
                place.id,
                place.label,
                period,
                place.gpci["work_gpci"],
                place.gpci["pe_gpci"],
                place.gpci["mp_gpci"],
                office,
                facility,
            )
        )
    return found
