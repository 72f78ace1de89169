"""All rows of a billing code in one read: a file beside the partitions of a data set.

The rows of one code lie scattered over hundreds of partitions, each of which has to be opened and
unpacked to be asked. For a data set that does not change, :mod:`payeratlas.store.by_code_write`
sorts them by code once. What is written here follows from the partitions alone and is told apart
by their sha256: a partition that the file was not made from is read itself. Verification never
looks here; it opens the partition.

The file: one line (format, length and sha256 of the head), the head, then blocks. The head is
compressed JSON; each block is compressed JSON too and holds some neighbouring codes, or one whole
partition of a small table. In both, rows stand column by column, and a column that has one value
throughout holds it once.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from payeratlas.model.errors import StoreError
from payeratlas.store.manifest import Part, Published, Wanted, wanted
from payeratlas.tables.contract import Cell, Row, Table

NAME = "by_code.bin"
"""The file's name, at the root of a data set."""
FORMAT = "payeratlas by code 1"
OWN = ("part", "ordinal", "printed")
"""What each row has before its cells: its partition's number, its record, its printed texts."""
SUM = 16  # hexadecimal digits of a block's sha256 that the head holds: enough against damage
_BLOCKS = 4  # unpacked blocks that are kept: neighbouring codes share one
_CODES = 512  # codes of a table and column whose rows are kept

Placed = tuple[Published, Part]
Entry = tuple[int, Row]
"""A row and the number of its partition among those of its table here."""
Count = tuple[int, Row]
"""How many rows share the values of a count, and the first of them."""


class ByCode:
    """The rows of one data set by code, and how many rows of large tables share some values."""

    def __init__(self, path: Path) -> None:
        """Read the head. StoreError where the file is damaged, OSError where it is not there."""
        self._path = path
        with path.open("rb") as file:
            line = file.readline(256)
            length, digest = self._head_of(line)
            data = file.read(length)
        if hashlib.sha256(data).hexdigest() != digest:
            raise self._damaged()
        self.head: Mapping[str, Any] = json.loads(zlib.decompress(data))
        head = self.head
        self._looked_up: dict[str, list[str]] = head["looked_up"]
        self._counted: dict[str, dict[str, list[str]]] = head["counted"]
        self._parts = {
            (table, path, sha256): number
            for table, parts in head["parts"].items()
            for number, (path, sha256) in enumerate(parts)
        }
        self._firsts: list[str] = head["firsts"]
        self._blocks = _places(head["blocks"], len(line) + length)
        ends = len(line) + length + sum(size for size, _ in head["blocks"])
        self._whole: dict[str, list[tuple[int, int, str]]] = {}
        for table, sizes in head["whole"].items():
            self._whole[table] = _places(sizes, ends)
            ends += sum(size for size, _ in sizes)
        self._unpacked: dict[int, dict[str, Any]] = {}
        self._entries: dict[tuple[str, str, str], dict[int, list[Row]]] = {}

    def number(self, table: Table, part: Part) -> int | None:
        """The number of a partition whose rows are here; None for another."""
        return self._parts.get((table.name, part.path, part.sha256))

    def answers(self, table: Table, where: Mapping[str, Wanted]) -> bool:
        """Whether rows that meet the conditions can be found here: those of one code are, and those
        of small tables."""
        return table.name in self._whole or bool(self._column(table, where))

    def rows(
        self, table: Table, placed: Mapping[int, Placed], where: Mapping[str, Wanted]
    ) -> list[Entry]:
        """Rows of the partitions, by number, that meet every condition; by number and record."""
        if table.name in self._whole:
            found = [entry for n, p in sorted(placed.items()) for entry in self._sheet(table, n, p)]
            column = ""
        else:
            column = self._column(table, where)
            found = self._of_code(table, column, str(where[column]), placed)
        for name, value in where.items():
            if name != column:
                accepted = wanted(value)
                found = [entry for entry in found if entry[1].values[name] in accepted]
        return found

    def counted(self, table: Table, by: Sequence[str], shown: Sequence[str]) -> Sequence[str]:
        """The columns by whose codes rows of a table were counted by those values; else none."""
        counted = self._counted.get(table.name)
        if counted is None or (list(by), list(shown)) != (counted["by"], counted["shown"]):
            return ()
        return counted["columns"]

    def counts(
        self,
        table: Table,
        placed: Mapping[int, Placed],
        by: Sequence[str],
        shown: Sequence[str],
        where: Mapping[str, Wanted],
    ) -> list[tuple[int, Count]] | None:
        """By number of the partition, how many rows of one code share the values of ``by``, with
        the first row, of which ``shown`` columns are told; None where that was not counted."""
        columns = self.counted(table, by, shown)
        column = next((name for name in where if name in columns), "")
        if not column or not isinstance(where[column], str):
            return None
        for name, value in where.items():
            if name != column and not all(
                part.constants.get(name) in wanted(value) for _, part in placed.values()
            ):
                return None
        packed = self._packed(str(where[column])).get(f"{table.name} by {column}")
        if packed is None:
            return []
        kinds = {name: table.column(name).kind for name in shown}
        found: list[tuple[int, Count]] = []
        for number, ordinal, printed, rows, *cells in _unpack(packed):
            if number in placed:
                published, part = placed[number]
                values: dict[str, Cell] = dict(part.constants)
                for name, cell in zip(shown, cells, strict=True):
                    values[name] = _cell(cell, kinds[name])
                first = _row(table, published, part, ordinal, printed, values)
                found.append((number, (rows, first)))
        return found

    # -- the inside ----------------------------------------------------------------------------

    def _column(self, table: Table, where: Mapping[str, Wanted]) -> str:
        """The condition that names the code; empty where none does."""
        columns = self._looked_up.get(table.name, ())
        return next((n for n, v in where.items() if n in columns and isinstance(v, str)), "")

    def _of_code(
        self, table: Table, column: str, code: str, placed: Mapping[int, Placed]
    ) -> list[Entry]:
        key = table.name, column, code
        kept = self._entries.get(key)
        if kept is None:
            if len(self._entries) >= _CODES:
                self._entries.clear()
            kept = self._entries[key] = {}
        if missing := {n: one for n, one in placed.items() if n not in kept}:
            packed = self._packed(code).get(f"{table.name}.{column}")
            made: dict[int, list[Row]] = {number: [] for number in missing}
            for number, row in _entries(table, packed, missing, {column: code}) if packed else ():
                made[number].append(row)
            kept |= made
        return [(number, row) for number in sorted(placed) for row in kept[number]]

    def _sheet(self, table: Table, number: int, placed: Placed) -> list[Entry]:
        packed = json.loads(self._block(*self._whole[table.name][number]))
        return _entries(table, packed, {number: placed}, {})

    def _packed(self, code: str) -> Mapping[str, Any]:
        """What the file has of a code, by table and column."""
        number = bisect_right(self._firsts, code) - 1
        if number < 0:
            return {}
        block = self._unpacked.get(number)
        if block is None:
            block = json.loads(self._block(*self._blocks[number]))
            if len(self._unpacked) >= _BLOCKS:
                self._unpacked.clear()
            self._unpacked[number] = block
        found: Mapping[str, Any] = block.get(code, {})
        return found

    def _block(self, start: int, size: int, digest: str) -> bytes:
        with self._path.open("rb") as file:
            file.seek(start)
            data = file.read(size)
        if hashlib.sha256(data).hexdigest()[:SUM] != digest:
            raise self._damaged()
        return zlib.decompress(data)

    def _head_of(self, line: bytes) -> tuple[int, str]:
        words = line.decode("ascii", "replace").rsplit(" ", 2)
        if len(words) != 3 or words[0] != FORMAT or not words[1].isdigit():
            raise self._damaged()
        return int(words[1]), words[2].strip()

    def _damaged(self) -> StoreError:
        return StoreError(
            "this file of rows by code is not what was written.",
            where=str(self._path),
            cure="remove it: the tables beside it hold the same rows, and are read instead, only "
            "slower.",
        )


def packed_rows(rows: Sequence[Sequence[object]]) -> list[object]:
    """Rows column by column, a column that has one value throughout as that value alone."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    return [c[0] if all(value == c[0] for value in c) else c for c in columns]


def _unpack(packed: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What :func:`packed_rows` packed; no value of a row is itself a list."""
    rows = next((len(column) for column in packed if isinstance(column, list)), 1)
    whole = [column if isinstance(column, list) else [column] * rows for column in packed]
    return list(zip(*whole, strict=True))


def _entries(
    table: Table, packed: Sequence[Any], placed: Mapping[int, Placed], known: dict[str, str]
) -> list[Entry]:
    """The rows of some partitions, by number and record; ``known`` is not told again."""
    columns = [(c.name, c.kind) for c in table.columns]
    found = []
    for number, ordinal, printed, *cells in _unpack(packed):
        if number in placed:
            rest = iter(cells)
            values: dict[str, Cell] = {
                name: known[name] if name in known else _cell(next(rest), kind)
                for name, kind in columns
            }
            row = _row(table, *placed[number], ordinal, printed, values)
            found.append((number, row))
    found.sort(key=lambda entry: (entry[0], entry[1].ordinal))
    return found


def _row(
    table: Table,
    published: Published,
    part: Part,
    ordinal: int,
    printed: str | None,
    values: dict[str, Cell],
) -> Row:
    release = published.release
    texts = json.loads(printed) if printed else {}
    return Row(table.name, release.source, release.id, part.artifact.sha256, ordinal, values, texts)


def _cell(cell: Any, kind: str) -> Cell:
    if cell is not None:
        if kind == "decimal":
            return Decimal(cell)
        if kind == "date":
            return date.fromisoformat(cell)
    found: Cell = cell
    return found


def _places(sizes: Sequence[Sequence[Any]], start: int) -> list[tuple[int, int, str]]:
    """Start, size and digest of blocks that follow each other."""
    found = []
    for size, digest in sizes:
        found.append((start, size, digest))
        start += size
    return found
