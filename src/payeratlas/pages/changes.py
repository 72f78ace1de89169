"""What changed for a code between the releases of the fee schedule, and by what cause."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from payeratlas.model.codes import subject
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Release
from payeratlas.model.time import AsOf
from payeratlas.pages.facts.pfs import SETTINGS, STANDARD, TABLE, payment_facts, period_of
from payeratlas.pricing.change import Change, split
from payeratlas.pricing.policy import Inference, inferences
from payeratlas.store import Store
from payeratlas.tables.catalog import contract
from payeratlas.tables.contract import Row

_ROLES = {
    "work_rvu": "pfs.work_rvu",
    "pe_rvu": "pfs.pe_rvu.{setting}",
    "mp_rvu": "pfs.mp_rvu",
    "conversion_factor": "pfs.conversion_factor",
    "opps_pe": "pfs.opps_cap.pe_rvu.{setting}",
    "opps_mp": "pfs.opps_cap.mp_rvu",
}
_AMOUNTS = (
    "rvu",
    "conversion_factor",
    "opps_",
)  # columns that the split of the amount accounts for


@dataclass(frozen=True, slots=True)
class Moved:
    """One indicator that two releases print differently; ``before`` or ``after`` may be Unknown."""

    column: str
    before: Fact
    after: Fact


@dataclass(frozen=True, slots=True)
class Revision:
    """Two neighbouring releases that list the code, and what moved between them.

    ``amounts`` splits each setting's national amount by cause; empty where either release has no
    price. ``indicators`` are all other columns that differ. ``policies`` are published rules that
    the change is consistent with.
    """

    before: Release
    after: Release
    amounts: Mapping[str, Change]
    indicators: tuple[Moved, ...]
    policies: tuple[Inference, ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything moved at all."""
        return bool(self.indicators) or any(c.parts for c in self.amounts.values())


@lru_cache(maxsize=32)
def revisions(code: str, as_of: AsOf, store: Store) -> tuple[Revision, ...]:
    """Every pair of neighbouring releases up to the date of service, oldest first.

    Only releases whose span begins by ``as_of.service_date`` and that were known on
    ``as_of.known_on`` count: a page of the past does not tell the future.
    """
    rows = [
        row
        for row in store.history(TABLE, constants=STANDARD, hcpcs=code, modifier="")
        if as_of.knows(store.release_of(row).issued)
        and period_of(row, as_of, store).start <= as_of.service_date
    ]
    return tuple(revision(a, b, as_of, store) for a, b in pairwise(rows))


def revision(before: Row, after: Row, as_of: AsOf, store: Store) -> Revision:
    """What moved between two rows of a code (and modifier) in two releases of the fee schedule."""
    earlier, later = (payment_facts(row, as_of, store) for row in (before, after))
    amounts: dict[str, Change] = {}
    for setting in SETTINGS:
        payment = f"pfs.payment.{setting}"
        if earlier[payment].known and later[payment].known:
            old, new = _inputs(earlier, setting), _inputs(later, setting)
            amounts[setting] = split(
                old | _uncapped(new.keys() - old.keys(), before, setting, store),
                new | _uncapped(old.keys() - new.keys(), after, setting, store),
                subject=subject(after.text("hcpcs"), after.text("modifier")),
                period=period_of(after, as_of, store),
            )
    old_release, new_release = store.release_of(before), store.release_of(after)
    return Revision(
        old_release,
        new_release,
        amounts,
        tuple(_moved(before, after, store)),
        inferences(
            _values(earlier), _values(later), old_release.covers, period_of(after, as_of, store)
        ),
    )


def _inputs(facts: Mapping[str, Fact], setting: str) -> dict[str, Fact]:
    named = {role: measure.format(setting=setting) for role, measure in _ROLES.items()}
    return {role: facts[measure] for role, measure in named.items() if measure in facts}


def _uncapped(roles: Collection[str], row: Row, setting: str, store: Store) -> dict[str, Fact]:
    """The cap RVUs that a row prints as zero, where the other release caps the code."""
    columns = {"opps_pe": f"opps_pe_{setting}", "opps_mp": "opps_mp"}
    return {
        role: store.fact(
            _ROLES[role].format(setting=setting),
            row,
            columns[role],
            unit="RVU",
            subject=subject(row.text("hcpcs"), row.text("modifier")),
        )
        for role in sorted(roles)
    }


def _values(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """The Facts that the change of a policy is read from, by column."""
    return {
        "work_rvu": facts["pfs.work_rvu"],
        "pe_rvu_facility": facts["pfs.pe_rvu.facility"],
        "pe_rvu_nonfacility": facts["pfs.pe_rvu.nonfacility"],
    }


def _moved(before: Row, after: Row, store: Store) -> list[Moved]:
    found = []
    for column in contract(TABLE).columns:
        name = column.name
        if name in ("hcpcs", "modifier", "participation") or any(a in name for a in _AMOUNTS):
            continue
        if before[name] != after[name] and not _new_column(name, before, after, store):
            found.append(Moved(name, _cell(before, name, store), _cell(after, name, store)))
    return found


def _new_column(name: str, before: Row, after: Row, store: Store) -> bool:
    """Whether one of the two layouts has no such column: then nothing is said of a change."""
    unknown = [_cell(row, name, store).value for row in (before, after) if row[name] is None]
    return any(isinstance(one, Unknown) and one.reason == "not_covered" for one in unknown)


def _cell(row: Row, column: str, store: Store) -> Fact:
    return store.fact(
        f"pfs.{column}",
        row,
        column,
        unit="",
        subject=subject(row.text("hcpcs"), row.text("modifier")),
    )
