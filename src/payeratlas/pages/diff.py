"""What differs between two releases of a source; for the fee schedule, also by which cause.

Whole releases: bare values by row, each with its place in both files. A page of one code has the
same split as Facts (:mod:`payeratlas.pages.changes`), which judges this one in the tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from payeratlas.model.codes import Coding
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Unknown
from payeratlas.model.provenance import Release
from payeratlas.model.time import AsOf
from payeratlas.pages.facts.pfs import SETTINGS, TABLE
from payeratlas.pages.places import area_of
from payeratlas.pricing.change import STEPS, Parts, split_values
from payeratlas.pricing.policy import POLICIES, Policy, recognised
from payeratlas.pricing.status import why_not_priced
from payeratlas.store import Published, Store, sheets
from payeratlas.store.changes import (
    Changed,
    Changes,
    Comparison,
    Sheet,
    changes,
    rows_of,
)
from payeratlas.store.row_changes import differing
from payeratlas.tables.contract import Row, Table

CAUSES = tuple(cause for cause, _ in STEPS)
_CODES = frozenset({"hcpcs", "code", "column1", "column2", "addon", "primary"})
_INDICES = ("work_gpci", "pe_gpci", "mp_gpci")
Indices = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class FeeChange:
    """One row of the fee schedule: its amount in each setting before and after, split by cause.

    ``settings`` holds those that have a price on both sides. ``policies`` are published rules
    that the change of the row is consistent with.
    """

    code: str
    modifier: str
    settings: Mapping[str, Parts] = field(hash=False)
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many amounts went up and down."""

    up: int = 0
    down: int = 0


@dataclass(frozen=True, slots=True)
class FeeSummary:
    """One setting of a kind of file: rows that differ in any column, by what became of the amount.

    ``causes`` counts the amounts that each cause moved, ``total`` those that moved in all;
    ``same`` are priced on both sides without a change to the cent; ``priced`` and ``unpriced``
    have a price after only and before only; ``none`` on neither side.
    """

    total: Count
    causes: Mapping[str, Count] = field(hash=False)
    same: int
    priced: int
    unpriced: int
    none: int


@dataclass(frozen=True, slots=True)
class Fees:
    """The amounts of one kind of file: every row whose amount or inputs moved, and a summary.

    ``policies`` counts the rows that are consistent with each.
    """

    rows: tuple[FeeChange, ...]
    summary: Mapping[str, FeeSummary] = field(hash=False)
    policies: Mapping[str, int] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two releases of a source compared; ``fees`` stand beside the pairs of the fee schedule.

    ``codes`` are those it was narrowed to, none for all; ``absent`` are those of them that neither
    release has. ``locality`` is that of the amounts,
    empty for national ones; ``indices`` names the two releases of its indices.
    """

    before: Release
    after: Release
    comparison: Comparison
    fees: Mapping[int, Fees] = field(hash=False)
    codes: tuple[str, ...]
    absent: tuple[str, ...]
    locality: str
    indices: tuple[str, ...]


# -- which releases ------------------------------------------------------------------------------


def chosen(store: Store, before: str, after: str, source: str = "") -> tuple[Published, Published]:
    """The two releases of those ids of one source; InputError where that is none, or several."""
    sources = {
        p.release.source: p.release.source
        for p in store.releases()
        if source in ("", p.release.source)
    }
    if source and not sources:
        held = dict.fromkeys(p.release.source for p in store.releases())
        raise InputError(
            f"no release of a source '{source}' is on hand.", cure=f"one of {', '.join(held)}."
        )
    found = []
    for name in sources:
        by_id = {p.release.id.casefold(): p for p in store.releases(name)}
        pair = [by_id.get(wanted.casefold()) for wanted in (before, after)]
        if pair[0] and pair[1]:
            found.append((pair[0], pair[1]))
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(pair[0].release.source for pair in found)
        raise InputError(
            f"several sources have releases {before} and {after}.",
            cure=f"name one of them first: {several}.",
        )
    for wanted in (before, after):
        ids = [p.release.id for name in sources for p in store.releases(name)]
        if wanted.casefold() not in (id.casefold() for id in ids):
            cure = f"one of {', '.join(ids)}." if source else "'payeratlas sources list' shows all."
            raise InputError(f"no release '{wanted}' is on hand.", cure=cure)
    raise InputError(
        f"{before} and {after} are releases of different sources.",
        cure="two releases of one source; 'payeratlas sources list' shows them.",
    )


# -- what differs --------------------------------------------------------------------------------


def difference(
    before: Published,
    after: Published,
    store: Store,
    *,
    codes: Iterable[str] = (),
    locality: str = "",
) -> Difference:
    """Everything that differs between two releases, or what differs of some codes.

    ``locality`` puts its indices, those in force on the first day each release covers, into the
    amounts of the fee schedule. InputError for a locality that has none on one of those days, and
    for codes or a locality where the source has none.
    """
    named = tuple(dict.fromkeys(Coding.parse(code).code for code in codes))
    old, new = (_narrowed(sheets.stored(p), named) for p in (before, after))
    comparison = changes(old, new)
    met = _codes_of([*old, *new]) if named else set()
    absent = tuple(code for code in named if code not in met)
    priced = [i for i, pair in enumerate(comparison.pairs) if pair.after.table.name == TABLE]
    if locality and not priced:
        raise InputError(
            f"{after.release.source} has no amounts by locality.",
            cure="leave out --locality, or compare releases of the physician fee schedule.",
        )
    indices, releases = (_located(locality, before, after, store)) if locality else (None, ())
    fees = {
        index: _fees(comparison.pairs[index], before.release, after.release, indices)
        for index in priced
    }
    return Difference(
        before.release, after.release, comparison, fees, named, absent, locality, releases
    )


def code_columns(table: Table) -> tuple[str, ...]:
    """The columns of a table's key that hold billing codes."""
    return tuple(name for name in table.key if name in _CODES)


def _narrowed(found: Sequence[Sheet], codes: Sequence[str]) -> list[Sheet]:
    """The sheets with the rows that name one of the codes; tables without codes are left out."""
    import pyarrow as pa
    import pyarrow.compute

    if not codes:
        return list(found)
    pc = pyarrow.compute
    narrowed = []
    for sheet in found:
        columns = code_columns(sheet.table)
        if columns:
            accepted = pa.array(codes)
            masks = [pc.is_in(sheet.rows[name], value_set=accepted) for name in columns]
            mask = masks[0]
            for other in masks[1:]:
                mask = pc.or_(mask, other)
            narrowed.append(replace(sheet, rows=sheet.rows.filter(mask)))
    if not narrowed:
        raise InputError(
            "the tables of this source hold no billing codes.", cure="leave out --code."
        )
    return narrowed


def _codes_of(found: Sequence[Sheet]) -> set[str]:
    columns = [sheet.rows[name] for sheet in found for name in code_columns(sheet.table)]
    return {str(code) for column in columns for code in column.to_pylist()}


def _located(
    locality: str, before: Published, after: Published, store: Store
) -> tuple[tuple[Indices, Indices], tuple[str, ...]]:
    """The indices of a locality on the first day of each release, and their releases."""
    found: list[Indices] = []
    releases = []
    for published in (before, after):
        day = published.release.covers.start
        area = area_of(AsOf(day), store, locality=locality)
        assert area is not None
        if isinstance(area.row, Unknown):
            raise InputError(
                f"the indices of locality {locality} on {day} are not known: {area.row.detail}",
                cure="add the release of cms_pfs_gpci that covers that day.",
            )
        row = area.row
        found.append({name: row.decimal(name) for name in _INDICES})
        releases.append(row.release)
    return (found[0], found[1]), tuple(releases)


# -- amounts of the fee schedule -----------------------------------------------------------------


def _fees(
    pair: Changes, before: Release, after: Release, indices: tuple[Indices, Indices] | None
) -> Fees:
    moved = pair.changed_rows()
    if indices and indices[0] != indices[1]:  # then every row moves, also one printed the same
        moved = _all_pairs(pair)
    rows = []
    outcomes: dict[str, list[Parts | str]] = {setting: [] for setting in SETTINGS}
    for each in moved:
        split: dict[str, Parts] = {}
        for setting in SETTINGS:
            outcome = _outcome(each, setting, indices)
            outcomes[setting].append(outcome)
            if isinstance(outcome, Parts):
                split[setting] = outcome
        policies = recognised(_rvus(each.before), _rvus(each.after), before.covers, after.covers)
        if policies or any(parts.parts for parts in split.values()):
            rows.append(
                FeeChange(each.after.text("hcpcs"), each.after.text("modifier"), split, policies)
            )
    return Fees(
        tuple(rows),
        {setting: _summary(found) for setting, found in outcomes.items()},
        {policy.id: sum(policy in row.policies for row in rows) for policy in POLICIES},
    )


def _all_pairs(pair: Changes) -> list[Changed]:
    """Every row that both sides have, changed or not."""
    import pyarrow as pa

    def named(sheet: Sheet) -> dict[tuple[object, ...], Row]:
        places = pa.array(range(sheet.rows.num_rows), type=pa.int64())
        rows = rows_of(sheet, places)
        return {tuple(row[name] for name in pair.key): row for row in rows}

    old, new = named(pair.before), named(pair.after)
    columns = tuple(pair.columns)
    return [
        Changed(old[key], row, differing(columns, old[key], row))
        for key, row in new.items()
        if key in old
    ]


def _outcome(each: Changed, setting: str, indices: tuple[Indices, Indices] | None) -> Parts | str:
    """The amounts split, or where a side has no price: ``priced``, ``unpriced``, ``none``."""
    old, new = _priced(each.before, setting), _priced(each.after, setting)
    if old is None or new is None:
        return "none" if old is new else "priced" if old is None else "unpriced"
    if indices:
        old, new = {**old, **indices[0]}, {**new, **indices[1]}
    return split_values(old, new)


def _priced(row: Row, setting: str) -> dict[str, Decimal] | None:
    """The inputs of a row's amount by role, or None where it has no Medicare price."""
    inputs = {
        "work_rvu": row.decimal("work_rvu"),
        "pe_rvu": row.decimal(f"pe_rvu_{setting}"),
        "mp_rvu": row.decimal("mp_rvu"),
    }
    if why_not_priced(row.text("status"), has_rvus=any(inputs.values())):
        return None
    return inputs | {
        "opps_pe": row.decimal(f"opps_pe_{setting}"),
        "opps_mp": row.decimal("opps_mp"),
        "conversion_factor": row.decimal("conversion_factor"),
    }


def _rvus(row: Row) -> dict[str, Decimal]:
    return {
        name: row.decimal(name) for name in ("work_rvu", "pe_rvu_facility", "pe_rvu_nonfacility")
    }


def _summary(outcomes: Sequence[Parts | str]) -> FeeSummary:
    split = [outcome for outcome in outcomes if isinstance(outcome, Parts)]
    causes = {
        cause: _count(dict(parts.parts).get(cause, Decimal(0)) for parts in split)
        for cause in CAUSES
    }
    total = _count(parts.total for parts in split)
    others = {name: outcomes.count(name) for name in ("priced", "unpriced", "none")}
    return FeeSummary(total, causes, len(split) - total.up - total.down, **others)


def _count(amounts: Iterable[Decimal]) -> Count:
    found = list(amounts)
    return Count(sum(a > 0 for a in found), sum(a < 0 for a in found))
