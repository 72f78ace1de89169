"""Write the rows of a data set by code: see :mod:`payeratlas.store.by_code`."""

from __future__ import annotations

import hashlib
import json
import sys
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from payeratlas.model.errors import StoreError
from payeratlas.store.by_code import FORMAT, NAME, OWN, SUM, ByCode, packed_rows
from payeratlas.store.disk import sync_folder, write_file
from payeratlas.store.manifest import Part, Published
from payeratlas.store.store import Store
from payeratlas.tables.contract import Cell

_TOGETHER = 16  # codes in a block: one is wanted, and a block is unpacked in a millisecond
Packed = dict[str, dict[str, list[list[object]]]]  # by code, then by table and column


@dataclass(frozen=True, slots=True)
class Counted:
    """A table too large to keep its rows twice: its rows of a code are counted instead.

    For each of ``columns``, rows with the same code in it are counted by the values of ``by``;
    ``shown`` are the columns that the first of them shows, ``by`` among them.
    """

    table: str
    columns: tuple[str, ...]
    by: tuple[str, ...]
    shown: tuple[str, ...]


def write(
    store: Store,
    looked_up: Mapping[str, Sequence[str]],
    counted: Sequence[Counted],
    whole: Collection[str],
    tell: Callable[[str], None] | None = None,
) -> int:
    """Write the file at the root of a store; its size in bytes.

    ``looked_up`` names the tables whose rows are sorted by code, each with the columns that hold
    one; ``whole`` those that are small enough to be kept as they are. A file that was made of the
    same partitions stays as it is. StoreError where the rows are not as many as the manifests say.
    """
    path = store.root / NAME
    tables = sorted({*looked_up, *whole, *(one.table for one in counted)})
    parts = {table: _places(store, table) for table in tables}
    what = {
        "parts": parts,
        "looked_up": {table: list(columns) for table, columns in sorted(looked_up.items())},
        "counted": {
            one.table: {"columns": list(one.columns), "by": list(one.by), "shown": list(one.shown)}
            for one in counted
        },
    }
    if _stands(path, what, whole):
        return path.stat().st_size
    path.unlink(missing_ok=True)  # what is written is read from the partitions, not from itself
    tell = tell or (lambda words: None)
    by_code: Packed = {}
    for table, columns in sorted(looked_up.items()):
        tell(f"sorting {table} by code")
        for numbered in _numbered(store, table):
            for column in columns:
                _add_rows(by_code, numbered, column)
    for one in sorted(counted, key=lambda c: c.table):
        tell(f"counting {one.table} by code")
        for column in one.columns:
            _add_counts(by_code, store, one, column)
    codes = sorted(by_code)
    groups = [codes[start : start + _TOGETHER] for start in range(0, len(codes), _TOGETHER)]
    blocks = [
        _pressed({c: {k: packed_rows(v) for k, v in by_code[c].items()} for c in group})
        for group in groups
    ]
    sheets = {
        table: [_pressed(packed_rows(n.told(""))) for n in _numbered(store, table)]
        for table in sorted(whole)
    }
    head = _pressed(
        what
        | {
            "firsts": [group[0] for group in groups],
            "blocks": [_sized(block) for block in blocks],
            "whole": {table: [_sized(b) for b in found] for table, found in sheets.items()},
        }
    )
    line = f"{FORMAT} {len(head)} {hashlib.sha256(head).hexdigest()}\n".encode()
    data = b"".join([line, head, *blocks, *(b for found in sheets.values() for b in found)])
    write_file(path, data)
    sync_folder(store.root)
    return len(data)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """The rows of one partition, as what is told of each: number, record, printed, cells."""

    table: str
    names: tuple[str, ...]
    rows: list[list[object]]

    def told(self, column: str) -> list[list[object]]:
        """The rows without the column by which they are sorted."""
        if not column:
            return self.rows
        at = self.names.index(column) + len(OWN)
        return [[*row[:at], *row[at + 1 :]] for row in self.rows]


def _places(store: Store, table: str) -> list[list[str]]:
    """Path and sha256 of each partition of a table, in the order in which they are numbered."""
    return [[part.path, part.sha256] for _, part in _parts(store, table)]


def _parts(store: Store, table: str) -> list[tuple[Published, Part]]:
    return [(p, part) for p in store.releases() for part in p.parts_of(table, {})]


def _stands(path: Path, what: Mapping[str, Any], whole: Iterable[str]) -> bool:
    """Whether the file is there and was made of the same."""
    try:
        head = ByCode(path).head
    except (OSError, StoreError):
        return False
    same = {name: head[name] for name in what} == what
    return same and sorted(head["whole"]) == sorted(whole)


def _numbered(store: Store, table: str) -> Iterator[_Numbered]:
    """The partitions of a table one by one, numbered."""
    for number, (published, part) in enumerate(_parts(store, table)):
        rows = store.rows(table, published, **dict(part.constants))
        own = [row for row in rows if row.artifact == part.artifact.sha256]
        if len(own) != part.rows:
            raise StoreError(
                f"{len(own)} rows were read where the manifest counts {part.rows}.",
                where=str(published.root / part.path),
                cure="this is a fault of the store; please report it.",
            )
        names = tuple(own[0].values)
        told = [
            [
                number,
                row.ordinal,
                _json(row.printed) if row.printed else None,
                *map(_told, row.values.values()),
            ]
            for row in own
        ]
        yield _Numbered(table, names, told)


def _add_rows(by_code: Packed, numbered: _Numbered, column: str) -> None:
    key = f"{numbered.table}.{column}"
    at = numbered.names.index(column) + len(OWN)
    for row, told in zip(numbered.rows, numbered.told(column), strict=True):
        by_code.setdefault(str(row[at]), {}).setdefault(key, []).append(told)


def _add_counts(by_code: Packed, store: Store, counted: Counted, column: str) -> None:
    key = f"{counted.table} by {column}"
    for number, (published, part) in enumerate(_parts(store, counted.table)):
        rows = 0
        tallies = store.tally(
            counted.table,
            published,
            (column, *counted.by),
            evidence=counted.shown,
            **dict(part.constants),
        )
        for tally in tallies:
            first = tally.first
            if first.artifact != part.artifact.sha256:
                continue
            rows += tally.rows
            cells = [_told(first.values[name]) for name in counted.shown]
            printed = _json(first.printed) if first.printed else None
            told = [number, first.ordinal, printed, tally.rows, *cells]
            by_code.setdefault(str(tally.values[column]), {}).setdefault(key, []).append(told)
        if rows != part.rows:
            raise StoreError(
                f"{rows} rows were counted where the manifest counts {part.rows}.",
                where=str(published.root / part.path),
                cure="this is a fault of the store; please report it.",
            )


def _told(cell: Cell) -> object:
    # Figures and days repeat by the thousand: one text of each is kept.
    return cell if cell is None or isinstance(cell, str | int) else sys.intern(str(cell))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _pressed(value: Any) -> bytes:
    return zlib.compress(_json(value).encode(), 9)


def _sized(block: bytes) -> tuple[int, str]:
    return len(block), hashlib.sha256(block).hexdigest()[:SUM]
