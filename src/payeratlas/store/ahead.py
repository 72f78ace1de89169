"""Rows read ahead: for a run over many codes, each partition is read once a batch of codes.

One code at a time, every look-up would open each partition anew. When the codes that come next are
known, the first look-up of one of them reads the rows of all, and the others are handed out from
memory. The rows are the same, in the same order; only the number of reads differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from payeratlas.store.manifest import Part, Published, Wanted, wanted
from payeratlas.tables.contract import Row, Table

Parts = Sequence[tuple[Published, Part]]
Read = Callable[[Table, Parts, Mapping[str, Wanted]], list[Row]]

_WHOLE = 2000  # rows of a table without codes that are worth keeping from one batch to the next


class Ahead:
    """Rows of the codes that are expected, by partition and code, and of small tables, whole."""

    def __init__(self, read: Read) -> None:
        """``read`` fetches rows from partitions, by partition and record."""
        self._read = read
        self._codes: frozenset[str] = frozenset()
        self._by_code: dict[tuple[str, str], dict[str, list[Row]]] = {}
        self._joined: dict[tuple[int, str], tuple[Parts, dict[str, list[Row]]]] = {}
        self._whole: dict[tuple[object, ...], list[Row]] = {}

    def expect(self, codes: Iterable[str]) -> None:
        """The codes that come next; rows of earlier ones are let go."""
        self._codes = frozenset(codes)
        self._by_code.clear()
        self._joined.clear()

    def rows(
        self,
        table: Table,
        parts: Parts,
        where: Mapping[str, Wanted],
    ) -> list[Row]:
        """Rows of the partitions that meet every condition, by partition and record."""
        refuse_other_than_text(table, where)
        column = next((name for name, value in where.items() if value in self._codes), "")
        if not column:
            return self._uncoded(table, parts, where)
        rows = self._rows_by_code(table, parts, column).get(str(where[column]), [])
        for name, value in where.items():
            if name != column:
                accepted = wanted(value)
                rows = [row for row in rows if row.values[name] in accepted]
        return list(rows)

    def _rows_by_code(self, table: Table, parts: Parts, column: str) -> dict[str, list[Row]]:
        """Rows of the expected codes in some partitions, by partition and record for each code.

        The same partitions are asked for a code after another, so that what is joined once is kept
        by the identity of their list (the list is kept too: nothing else can take its identity).
        """
        key = id(parts), column
        joined = self._joined.get(key)
        if joined is None or joined[0] is not parts:
            names = [_name(part) for part in parts]
            missing = [
                p for p, n in zip(parts, names, strict=True) if (n, column) not in self._by_code
            ]
            if missing:
                self._load(table, column, missing)
            together: dict[str, list[Row]] = {}
            for name in names:
                for code, rows in self._by_code[name, column].items():
                    together.setdefault(code, []).extend(rows)
            joined = self._joined[key] = parts, together
        return joined[1]

    def _uncoded(
        self,
        table: Table,
        parts: Parts,
        where: Mapping[str, Wanted],
    ) -> list[Row]:
        """Rows asked for without a code: kept while there are few, for each page asks again."""
        key = (
            tuple(_name(part) for part in parts),
            tuple((name, wanted(value)) for name, value in where.items()),
        )
        rows = self._whole.get(key)
        if rows is None:
            rows = self._read(table, parts, where)
            if len(rows) <= _WHOLE:
                self._whole[key] = rows
        return list(rows)

    def _load(self, table: Table, column: str, parts: Parts) -> None:
        """Read the rows of all expected codes, and sort them by partition and code."""
        by_file: dict[tuple[str, str, str], list[tuple[Part, dict[str, list[Row]]]]] = {}
        for published, part in parts:
            release = published.release
            file = release.source, release.id, part.artifact.sha256
            by_code = self._by_code[_name((published, part)), column] = {}
            by_file.setdefault(file, []).append((part, by_code))
        for row in self._read(table, parts, {column: tuple(sorted(self._codes))}):
            for part, by_code in by_file[row.source, row.release, row.artifact]:
                if all(row[name] == constant for name, constant in part.constants.items()):
                    by_code.setdefault(row.text(column), []).append(row)
                    break


def refuse_other_than_text(table: Table, where: Mapping[str, Wanted]) -> None:
    """KeyError for a condition on no column of the table, ValueError for one on no text."""
    for name in where:
        if table.column(name).kind != "text":
            raise ValueError(f"{table.name}.{name} is not text: rows are looked up by text")


def _name(placed: tuple[Published, Part]) -> str:
    published, part = placed
    return f"{published.root}/{part.path}"
