"""What changed between a few rows of two releases; the plain twin of :mod:`.changes`.

Pure: rows in, differences out. Cells are compared by value, never by their printed text.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from payeratlas.tables.contract import Cell, Row, Table


@dataclass(frozen=True, slots=True)
class Changed:
    """One row before and after, and the columns in which it differs, in the contract's order."""

    before: Row
    after: Row
    columns: tuple[str, ...]

    def cells(self) -> tuple[tuple[str, Cell, Cell], ...]:
        """(column, value before, value after) of each difference."""
        return tuple((name, self.before[name], self.after[name]) for name in self.columns)


def differing(columns: Iterable[str], before: Row, after: Row) -> tuple[str, ...]:
    """The columns in which two rows differ, in the order given."""
    return tuple(name for name in columns if before[name] != after[name])


def row_changes(
    table: Table, before: Sequence[Row], after: Sequence[Row], *, silent: Collection[str] = ()
) -> tuple[list[Row], list[Row], list[Changed]]:
    """Rows added, removed and changed between two lists of rows of a table.

    ``silent`` columns are printed by one side only; they are left out, of the key too. ValueError
    where a key stands twice in one list.
    """
    key = [name for name in table.key if name not in silent]
    columns = [c.name for c in table.columns if c.name not in table.key and c.name not in silent]
    old, new = _named(key, before), _named(key, after)
    pairs = [(old[name], row) for name, row in new.items() if name in old]
    found = [Changed(b, a, differing(columns, b, a)) for b, a in pairs]
    return (
        [row for name, row in new.items() if name not in old],
        [row for name, row in old.items() if name not in new],
        [each for each in found if each.columns],
    )


def _named(key: Sequence[str], rows: Sequence[Row]) -> dict[tuple[Cell, ...], Row]:
    named = {tuple(row[name] for name in key): row for row in rows}
    if len(named) != len(rows):
        raise ValueError(f"a key ({', '.join(key)}) stands twice")
    return named
