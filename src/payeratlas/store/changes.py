"""What changed between two releases: rows added, removed and changed, told apart by their key.

Pure: rows in, differences out. Cells are compared by value, never by their printed text. Silence is
not a change: a column that only one of two files prints is named and not compared, and what an
excerpt does not hold was not removed.

Whole releases are compared here, as Arrow tables; a few rows as rows, with the same outcome, in
:mod:`payeratlas.store.row_changes`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from payeratlas.model.provenance import Release
from payeratlas.store.row_changes import Changed as Changed  # part of a comparison's result
from payeratlas.store.row_changes import differing
from payeratlas.tables.contract import PROVENANCE, Row, Table

if TYPE_CHECKING:
    import pyarrow as pa

EVERY = "all"
"""The constant that stands for each other value: one file for all kinds of clinician, where a later
release has a file for each."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of one table out of one release, read from files of one kind.

    ``constants`` are columns that are the same for all rows and stand in no cell. ``columns`` are
    those that its files print or settle; about the others they are silent. ``complete`` False
    marks an excerpt.
    """

    table: Table
    source: str
    release: str
    complete: bool
    constants: Mapping[str, str]
    columns: frozenset[str]
    rows: pa.Table = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """How the rows of one kind of file differ between two releases.

    ``added``, ``removed``, ``changed_before`` and ``changed_after`` are places of rows in the
    sheets, in the order of the newer file (removed ones in that of the older). ``columns`` counts
    the changed rows by column, ``same`` those without a difference, and ``untold`` those that one
    side alone has while the other is an excerpt, which says nothing about what it leaves out.
    ``only_before`` and ``only_after`` name the columns that one side alone prints.
    """

    before: Sheet
    after: Sheet
    key: tuple[str, ...]
    added: pa.Array[Any] = field(repr=False)
    removed: pa.Array[Any] = field(repr=False)
    changed_before: pa.Array[Any] = field(repr=False)
    changed_after: pa.Array[Any] = field(repr=False)
    columns: Mapping[str, int]
    same: int
    untold: int
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many rows were added, removed or changed."""
        return len(self.added) + len(self.removed) + len(self.changed_after)

    def added_rows(self, most: int | None = None) -> list[Row]:
        """Rows that are new, or the first of them."""
        return rows_of(self.after, self.added[:most])

    def removed_rows(self, most: int | None = None) -> list[Row]:
        """Rows that are gone, or the first of them."""
        return rows_of(self.before, self.removed[:most])

    def changed_rows(self, most: int | None = None, *, column: str = "") -> list[Changed]:
        """Rows that differ (in one column, where it is named), or the first of them."""
        old_at, new_at = self.changed_before, self.changed_after
        if column:
            old_cells = self.before.rows[column].take(old_at)
            mask = _unequal(old_cells, self.after.rows[column].take(new_at))
            old_at, new_at = old_at.filter(mask), new_at.filter(mask)
        old, new = rows_of(self.before, old_at[:most]), rows_of(self.after, new_at[:most])
        names = tuple(self.columns)
        return [Changed(b, a, differing(names, b, a)) for b, a in zip(old, new, strict=True)]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two releases compared: the pairs of sheets, and those that have no counterpart.

    Nothing is known of changes in a sheet without counterpart: that file is not on hand in the
    other release.
    """

    pairs: tuple[Changes, ...]
    alone_before: tuple[Sheet, ...]
    alone_after: tuple[Sheet, ...]


def predecessor(release: Release, others: Iterable[Release]) -> Release | None:
    """The release on hand to compare with: the same one as it stood, else the one before it.

    Whole releases go before excerpts, and where nothing came before, the next one after is taken.
    """

    def order(each: Release) -> tuple[object, ...]:
        return each.covers.start, each.issued, each.id

    series = sorted((r for r in others if r.source == release.source), key=order)
    if same := [r for r in series if r.id == release.id]:
        return same[0]
    final = [r for r in series if r.status != "proposed"] or series
    for candidates in ([r for r in final if r.complete], final):
        if earlier := [r for r in candidates if order(r) < order(release)]:
            return earlier[-1]
    return next((r for r in final if r.complete), final[0] if final else None)


# -- whole releases ------------------------------------------------------------------------------


def changes(before: Sequence[Sheet], after: Sequence[Sheet]) -> Comparison:
    """Every kind of file of two releases of a source, compared by the keys of its tables.

    Sheets pair by the constants that are part of the key (a service, a kind of clinician), where
    the value ``all`` stands for each. ValueError where a key stands twice on one side.
    """
    pairs: list[Changes] = []
    met: set[int] = set()
    old_sheets, new_sheets = _by_kind(before, after), _by_kind(after, before)
    for new in new_sheets:
        same_table = [old for old in old_sheets if old.table.name == new.table.name]
        exact = [old for old in same_table if old.constants == new.constants]
        for old in exact or [old for old in same_table if _meet(old.constants, new.constants)]:
            pairs.append(compare(old, new))
            met |= {id(old), id(new)}
    return Comparison(
        tuple(pairs),
        tuple(old for old in old_sheets if id(old) not in met),
        tuple(new for new in new_sheets if id(new) not in met),
    )


def _meet(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(one[name] == other[name] or EVERY in (one[name], other[name]) for name in one)


def _by_kind(sheets: Sequence[Sheet], others: Sequence[Sheet]) -> list[Sheet]:
    """The sheets of a release joined, one for each value of the constants that are part of a key.

    A column that is a constant in one release and printed in the other parts its rows too.
    """
    import pyarrow as pa
    import pyarrow.compute

    pc: Any = pyarrow.compute  # its stubs know less than it does

    parts: dict[tuple[str, ...], list[Sheet]] = {}
    for sheet in sheets:
        name, key = sheet.table.name, sheet.table.key
        held = {c for each in (*sheets, *others) if each.table.name == name for c in each.constants}
        fixed = [column for column in key if column in held]
        kinds = (
            sheet.rows.select(fixed).group_by(fixed).aggregate([]).to_pylist() if fixed else [{}]
        )
        for kind in kinds:
            rows = sheet.rows
            for column, value in kind.items() if len(kinds) > 1 else ():
                rows = rows.filter(pc.equal(rows[column], pa.scalar(value)))
            part = replace(sheet, constants=kind, rows=rows)
            parts.setdefault((name, *kind.values()), []).append(part)
    return [
        replace(
            same[0],
            columns=frozenset.intersection(*(part.columns for part in same)),
            rows=pa.concat_tables([part.rows for part in same]),
        )
        for _, same in sorted(parts.items())
    ]


def _distinct(rows: pa.Table, columns: Sequence[str]) -> list[dict[str, Any]]:
    if not columns:
        return [{}]
    return rows.select(list(columns)).group_by(list(columns)).aggregate([]).to_pylist()


def compare(before: Sheet, after: Sheet) -> Changes:
    """Two sheets of one table, row by row under the same key.

    Columns of the key that are constants of the sheets are left out of it. ValueError where a key
    stands twice on one side.
    """
    import pyarrow as pa
    import pyarrow.compute

    pc: Any = pyarrow.compute  # its stubs know less than it does

    table = after.table
    key = [column for column in table.key if column not in after.constants]
    joined = _keyed(before, key, "before").join(
        _keyed(after, key, "after"), keys=key, join_type="full outer"
    )
    old, new = joined["before"].combine_chunks(), joined["after"].combine_chunks()
    both = pc.and_(pc.is_valid(old), pc.is_valid(new))
    order = pc.sort_indices(new.filter(both))
    old_at, new_at = old.filter(both).take(order), new.filter(both).take(order)
    compared = [
        c.name
        for c in table.columns
        if c.name not in table.key and c.name in before.columns & after.columns
    ]
    old_rows, new_rows = before.rows.take(old_at), after.rows.take(new_at)
    moved = pa.array([False] * len(new_at), type=pa.bool_())
    counts: dict[str, int] = {}
    for name in compared:
        mask = _unequal(old_rows[name], new_rows[name])
        if count := pc.sum(mask).as_py():
            counts[name] = count
            moved = pc.or_(moved, mask)
    gone = old.filter(pc.is_null(new))
    come = new.filter(pc.is_null(old))
    nothing = pa.array([], type=pa.int64())
    return Changes(
        before=before,
        after=after,
        key=tuple(key),
        added=come.take(pc.sort_indices(come)) if before.complete else nothing,
        removed=gone.take(pc.sort_indices(gone)) if after.complete else nothing,
        changed_before=old_at.filter(moved),
        changed_after=new_at.filter(moved),
        columns=counts,
        same=len(new_at) - (pc.sum(moved).as_py() or 0),
        untold=(0 if before.complete else len(come)) + (0 if after.complete else len(gone)),
        only_before=_silent(table, before, after),
        only_after=_silent(table, after, before),
    )


def _keyed(sheet: Sheet, key: Sequence[str], name: str) -> pa.Table:
    """The keys of a sheet with the place of each row; ValueError where one stands twice."""
    import pyarrow as pa

    keys = sheet.rows.select(list(key))
    if keys.group_by(list(key)).aggregate([]).num_rows != keys.num_rows:
        raise ValueError(
            f"a key of {sheet.table.name} ({', '.join(key)}) stands twice in {sheet.release}"
        )
    return keys.append_column(name, pa.array(range(keys.num_rows), type=pa.int64()))


def _unequal(old: Any, new: Any) -> Any:
    """Where two columns differ; empty differs from a value, and not from empty."""
    import pyarrow as pa
    import pyarrow.compute

    pc: Any = pyarrow.compute  # its stubs know less than it does

    values = pc.fill_null(pc.not_equal(old, new), pa.scalar(False))
    mask = pc.or_(values, pc.xor(pc.is_null(old), pc.is_null(new)))
    return mask.combine_chunks() if isinstance(mask, pa.ChunkedArray) else mask


def _silent(table: Table, one: Sheet, other: Sheet) -> tuple[str, ...]:
    """The columns that one sheet prints and the other does not, in the contract's order."""
    alone = one.columns - other.columns
    return tuple(c.name for c in table.columns if c.name in alone and c.name not in table.key)


def rows_of(sheet: Sheet, places: pa.Array[Any]) -> list[Row]:
    """Rows of a sheet by their places in it, as those who cite cells want them."""
    own = [column.name for column in sheet.table.columns]
    taken = sheet.rows.take(places).select([*own, *(c.name for c in PROVENANCE)])
    return [
        Row(
            sheet.table.name,
            sheet.source,
            cells["release"],
            cells["artifact"],
            cells["ordinal"],
            {name: cells[name] for name in own},
            json.loads(cells["printed"]) if cells["printed"] else {},
        )
        for cells in taken.to_pylist()
    ]
