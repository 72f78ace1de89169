"""Rows out of pinned partitions, through DuckDB.

DuckDB is loaded when the first row is wanted. Table and column names come from the contracts,
everything else is bound; the connection can open files below the store's folders only, and
cannot load extensions. The API used is the one common to DuckDB 1.5 and 2.0.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from payeratlas.model.errors import StoreError
from payeratlas.store.ahead import Ahead, refuse_other_than_text
from payeratlas.store.by_code import NAME, ByCode
from payeratlas.store.disk import sha256_of
from payeratlas.store.manifest import Part, Published, Wanted, wanted
from payeratlas.tables.contract import PROVENANCE, Cell, Row, Table

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

DAMAGED = "add the release again with 'payeratlas sources add': that puts back what is damaged."


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows of one file share some values, and the first of them as their witness.

    ``first`` holds the shared columns, those asked for as evidence and those that are the same for
    its whole file; it can be cited.
    """

    values: Mapping[str, Cell]
    rows: int
    first: Row


def verified(published: Published, part: Part) -> bytes:
    """The bytes of a partition that are those its manifest pinned; StoreError otherwise."""
    path = published.root / part.path
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StoreError(
            f"a partition of {published.release.id} is not there ({error.strerror}).",
            where=str(path),
            cure="if the release was replaced meanwhile, run the command again; else " + DAMAGED,
        ) from error
    if sha256_of(data) != part.sha256:
        raise StoreError(
            f"this partition of {published.release.id} is not what its manifest pinned.",
            where=str(path),
            cure=DAMAGED,
        )
    return data


def scanned(published: Published, part: Part, table: Table, columns: Sequence[str]) -> pa.Table:
    """Columns of a verified partition as Arrow, in source order; KeyError for an unknown column."""
    import pyarrow as pa  # late: pages do not need it
    import pyarrow.parquet as pq

    for column in columns:
        table.column(column)
    schema = table.arrow_schema()
    names = list(columns)
    return (
        pq.ParquetFile(pa.BufferReader(verified(published, part)))
        .read(columns=names)
        .select(names)
        .replace_schema_metadata(None)
        .cast(pa.schema([schema.field(name) for name in names]))
    )


class Reader:
    """Reads rows of verified partitions; each partition is verified once in its life."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = roots
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._trusted: set[tuple[Path, str]] = set()
        self._opening = threading.Lock()
        self._ahead: Ahead | None = None
        self._by_code: dict[Path, ByCode | None] = {}

    def trust(self, published: Published, part: Part) -> Path:
        """The path of a partition, verified on first use."""
        path = published.root / part.path
        if (path, part.sha256) not in self._trusted:
            verified(published, part)
            self._trusted.add((path, part.sha256))
        return path

    def expect(self, codes: Iterable[str]) -> None:
        """Say which billing codes come next: their rows are read together, on the first need."""
        if self._ahead is None:
            self._ahead = Ahead(self._read)
        self._ahead.expect(codes)

    def rows(
        self,
        table: Table,
        parts: Sequence[tuple[Published, Part]],
        where: Mapping[str, Wanted],
        ordinal: int | None = None,
    ) -> list[Row]:
        """Rows of the partitions that meet every condition, by partition and ordinal.

        ``ordinal`` asks for the row of one record.
        """
        if ordinal is not None:
            return self._read(table, parts, where, ordinal)
        refuse_other_than_text(table, where)
        found, rest = self._sorted_rows(table, parts, where)
        if rest and self._ahead is not None:
            return self._ahead.rows(table, parts, where)
        if rest:
            found += self._entries(table, rest, where, None)
            found.sort(key=lambda entry: (entry[0], entry[1].ordinal))
        return [row for _, row in found]

    def counted(
        self,
        table: Table,
        parts: Sequence[tuple[Published, Part]],
        by: Sequence[str],
        evidence: Sequence[str],
    ) -> bool:
        """Whether the rows of every code were counted so in advance, in all of the partitions."""
        held, rest = self._held(table, parts)
        shown = list(dict.fromkeys([*by, *evidence]))
        return not rest and all(by_code.counted(table, by, shown) for by_code in held)

    def _sorted_rows(
        self,
        table: Table,
        parts: Sequence[tuple[Published, Part]],
        where: Mapping[str, Wanted],
    ) -> tuple[list[tuple[int, Row]], list[tuple[int, tuple[Published, Part]]]]:
        """Rows of the partitions that stand sorted by code, where those answer the question; and
        the partitions that have to be read themselves. Both with their place among ``parts``."""
        held, rest = self._held(table, parts)
        found = []
        for by_code, numbers in held.items():
            if not by_code.answers(table, where):
                rest += [(index, parts[index]) for index in numbers.values()]
                continue
            placed = {number: parts[index] for number, index in numbers.items()}
            found += [(numbers[n], row) for n, row in by_code.rows(table, placed, where)]
        found.sort(key=lambda entry: (entry[0], entry[1].ordinal))
        rest.sort(key=lambda entry: entry[0])
        return found, rest

    def _held(
        self, table: Table, parts: Sequence[tuple[Published, Part]]
    ) -> tuple[dict[ByCode, dict[int, int]], list[tuple[int, tuple[Published, Part]]]]:
        """For each file of rows by code its partitions among ``parts``, by number, with their
        place; and the others."""
        held: dict[ByCode, dict[int, int]] = {}
        rest = []
        for index, (published, part) in enumerate(parts):
            by_code = self._by_code_of(published.root)
            number = by_code.number(table, part) if by_code else None
            if by_code is None or number is None:
                rest.append((index, (published, part)))
            else:
                held.setdefault(by_code, {})[number] = index
        return held, rest

    def _by_code_of(self, root: Path) -> ByCode | None:
        """The rows by code of one data set, where they were written."""
        if root not in self._by_code:
            try:
                self._by_code[root] = ByCode(root / NAME)
            except OSError:
                self._by_code[root] = None
        return self._by_code[root]

    def _read(
        self,
        table: Table,
        parts: Iterable[tuple[Published, Part]],
        where: Mapping[str, Wanted],
        ordinal: int | None = None,
    ) -> list[Row]:
        """Rows out of the partitions themselves."""
        found = self._entries(table, list(enumerate(parts)), where, ordinal)
        return [row for _, row in found]

    def _entries(
        self,
        table: Table,
        parts: Iterable[tuple[int, tuple[Published, Part]]],
        where: Mapping[str, Wanted],
        ordinal: int | None,
    ) -> list[tuple[int, Row]]:
        places: dict[str, tuple[int, str]] = {}
        for index, (published, part) in parts:
            path = self.trust(published, part)
            places[str(path)] = index, published.release.source
        if not places:
            return []
        condition, values = _condition(table, where, ordinal)
        own = [column.name for column in table.columns]
        names = ", ".join(f'"{name}"' for name in (*own, *(c.name for c in PROVENANCE)))
        # The file name tells the release and its source; folder names like source=... are not data.
        statement = (
            f"SELECT filename, {names} "
            "FROM read_parquet(?, filename = true, hive_partitioning = false)" + condition
        )
        found = self._fetch(statement, list(places), values)
        rows = []
        for filename, *cells, release, artifact, ordinal, printed in found:
            index, source = places[filename]
            texts = json.loads(printed) if printed else {}
            values_by_name = dict(zip(own, cells, strict=True))
            row = Row(table.name, source, release, artifact, ordinal, values_by_name, texts)
            rows.append((index, row))
        rows.sort(key=lambda entry: (entry[0], entry[1].ordinal))
        return rows

    def tally(
        self,
        table: Table,
        parts: Sequence[tuple[Published, Part]],
        by: Sequence[str],
        evidence: Sequence[str],
        where: Mapping[str, Wanted],
    ) -> list[Tally]:
        """The rows that meet every condition, counted by the values of some columns, by partition
        and first record. No row but the witness of each count is made."""
        refuse_other_than_text(table, where)
        shared, shown = [*by], list(dict.fromkeys([*by, *evidence]))
        for name in shown:
            table.column(name)
        tallies, rest = self._counted(table, parts, shared, shown, where)
        if rest:
            tallies += self._count(table, rest, shared, shown, where)
        tallies.sort(key=lambda entry: (entry[0], entry[1].first.ordinal))
        return [found for _, found in tallies]

    def _counted(
        self,
        table: Table,
        parts: Sequence[tuple[Published, Part]],
        by: Sequence[str],
        shown: Sequence[str],
        where: Mapping[str, Wanted],
    ) -> tuple[list[tuple[int, Tally]], list[tuple[int, tuple[Published, Part]]]]:
        """Counts that stand sorted by code, and the partitions whose rows have to be counted."""
        held, rest = self._held(table, parts)
        found = []
        for by_code, numbers in held.items():
            placed = {number: parts[index] for number, index in numbers.items()}
            counts = by_code.counts(table, placed, by, shown, where)
            if counts is None:
                rest += [(index, parts[index]) for index in numbers.values()]
                continue
            for number, (rows, first) in counts:
                values = {name: first.values[name] for name in by}
                found.append((numbers[number], Tally(values, rows, first)))
        return found, rest

    def _count(
        self,
        table: Table,
        parts: Iterable[tuple[int, tuple[Published, Part]]],
        shared: Sequence[str],
        shown: Sequence[str],
        where: Mapping[str, Wanted],
    ) -> list[tuple[int, Tally]]:
        places: dict[str, tuple[int, str, Part]] = {}
        for index, (published, part) in parts:
            places[str(self.trust(published, part))] = index, published.release.source, part
        if not places:
            return []
        condition, values = _condition(table, where, None)
        groups = "".join(f', "{name}"' for name in shared)
        packed = ", ".join(f'"{name}" := "{name}"' for name in (*shown, "printed"))
        statement = (
            f"SELECT filename, release, artifact, count(*), min(ordinal){groups}, "
            f"arg_min(struct_pack({packed}), ordinal) "
            "FROM read_parquet(?, filename = true, hive_partitioning = false)"
            f"{condition} GROUP BY filename, release, artifact{groups}"
        )
        tallies = []
        for filename, release, artifact, rows, ordinal, *keys, first in self._fetch(
            statement, list(places), values
        ):
            index, source, part = places[filename]
            printed = first.pop("printed")
            texts = json.loads(printed) if printed else {}
            cells = {**part.constants, **first}
            row = Row(table.name, source, release, artifact, ordinal, cells, texts)
            tallies.append((index, Tally(dict(zip(shared, keys, strict=True)), rows, row)))
        return tallies

    def _fetch(self, statement: str, paths: list[str], values: list[Any]) -> list[tuple[Any, ...]]:
        """All rows of a statement; a cursor for each, so that threads do not share results."""
        import duckdb  # late: it costs more than everything else at start-up

        with self._opening:
            if self._connection is None:
                self._connection = connect(self._roots)
            cursor = self._connection.cursor()
        try:
            return cursor.execute(statement, [paths, *values]).fetchall()
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            gone = (path for path in paths if not Path(path).exists())
            raise StoreError(
                f"a partition cannot be read: {error}", where=next(gone, paths[0]), cure=DAMAGED
            ) from error

    def close(self) -> None:
        """Close the connection, if one was opened."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def connect(
    roots: Sequence[Path], settings: Mapping[str, str | int | bool] | None = None
) -> duckdb.DuckDBPyConnection:
    """A connection that can open files below these folders only, and load no extension.

    ``settings`` are DuckDB's own, such as ``memory_limit``; no more can be set afterwards.
    """
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={"autoinstall_known_extensions": False, "autoload_known_extensions": False},
    )
    connection.execute("SET parquet_metadata_cache = true")
    for name, value in (settings or {}).items():
        connection.execute(f"SET {name} = ?", [value])
    connection.execute("SET allowed_directories = ?", [[f"{root}/" for root in roots]])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _condition(
    table: Table, where: Mapping[str, Wanted], ordinal: int | None
) -> tuple[str, list[Any]]:
    """The WHERE clause of conditions on text columns, and its bound values."""
    terms: list[str] = []
    values: list[Any] = []
    refuse_other_than_text(table, where)
    for name, value in where.items():
        accepted = wanted(value)
        terms.append(f'"{name}" IN ({", ".join("?" * len(accepted))})' if accepted else "false")
        values += accepted
    if ordinal is not None:
        terms.append("ordinal = ?")
        values.append(ordinal)
    return (" WHERE " + " AND ".join(terms) if terms else ""), values
