"""What makes posted rates: a connection of bounded memory, and Parquet of always the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from payeratlas.model.errors import StoreError
from payeratlas.store.query import connect
from payeratlas.tables.posted import AMOUNT_DIGITS, AMOUNT_SCALE, POSTED, schema

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa
    import pyarrow.parquet as pq

ROW_GROUP = 1 << 15  # rows; a code is found by the least and greatest of each group
MEMORY = "256MB"
_ZSTD_LEVEL = 1
# Statistics where a query prunes by them, and nowhere else: they cost time.
_PRUNED = {
    "posted_rate": ["code"],
    "posted_item": ["code"],
    "posted_provider": ["provider_set"],
}
BLANK = "' ' || chr(9) || chr(10) || chr(13)"  # SQL: what is trimmed
# Columns whose values hardly ever repeat within a row group.
_PLAIN = frozenset(("at_item", "provider_set", "npi", "npis", "organisation", "at_rate"))


def good_npi(number: str) -> str:
    """SQL: whether an NPI has ten digits and its check digit is right, as ``tic_rows.luhn`` says.

    The digits 80840 that stand before it add 24; every second digit counts double.
    """
    terms = ["24"]
    for place in range(10):
        digit = f"({number} // {10**place}) % 10"
        terms.append(
            f"({digit})" if place % 2 == 0 else f"((2 * ({digit})) // 10 + (2 * ({digit})) % 10)"
        )
    return f"({number} BETWEEN 1000000000 AND 9999999999 AND ({' + '.join(terms)}) % 10 = 0)"


def exact(column: str, printed: str = "") -> str:
    """SQL: an amount of a price file's table, also where only its text was kept because it has
    more decimals than that table; null where that is no number, or has more than six decimals."""
    text = f"trim({printed or column + '_printed'}, {BLANK})"
    kind = f"DECIMAL({AMOUNT_DIGITS}, {AMOUNT_SCALE})"
    number = f"[0-9]{{1,{AMOUNT_DIGITS - AMOUNT_SCALE}}}(\\.[0-9]{{1,{AMOUNT_SCALE}}}0*)?"
    return (
        f"coalesce({column}::{kind}, "
        f"CASE WHEN regexp_full_match({text}, '{number}') THEN {text}::{kind} END)"
    )


def lower(column: str) -> str:
    """SQL: a text trimmed and in lower case; null where nothing is left."""
    return f"nullif(lower(trim({column}, {BLANK})), '')"


def modifiers_of(column: str, *, revenue: bool = False) -> str:
    """SQL: a list of modifiers as one text: split where packed, upper case, sorted, each once.

    Empty ones and 00 say that there is none. ``revenue`` leaves out revenue codes too (three
    digits, or four with a leading zero), which some hospitals print there. What else is no
    modifier stays: its row must not pass for one without modifiers.
    """
    none = "00|[0-9]{3}|0[0-9]{3}" if revenue else "00"
    words = f"regexp_extract_all(upper(array_to_string({column}, ' ')), '[A-Z0-9]+')"
    return (
        f"coalesce(array_to_string(list_sort(list_distinct(list_filter({words}, "
        f"lambda x: NOT regexp_full_match(x, '{none}')))), ' '), '')"
    )


def texts_of(found: duckdb.DuckDBPyRelation) -> pa.RecordBatch:
    """The rows of a query in one piece, for :func:`taken`."""
    import pyarrow as pa

    rows = found.to_arrow_table().combine_chunks()
    return next(iter(rows.to_batches()), None) or pa.RecordBatch.from_pylist([], rows.schema)


def taken(piece: pa.RecordBatch, texts: Mapping[str, pa.RecordBatch]) -> dict[str, Any]:
    """The columns of sorted rows of numbers, with the texts that they point to.

    ``texts`` has a table for each column of ``piece`` that holds row numbers (null: no text).
    """
    columns: dict[str, Any] = {n: piece[n] for n in piece.schema.names if n not in texts}
    for number, rows in texts.items():
        columns |= {n: rows[n].take(piece[number]) for n in rows.schema.names}
    return columns


@contextmanager
def working(roots: Sequence[Path], spill: Path, name: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that keeps to ``MEMORY`` by writing the rest below ``spill``.

    Its refusals to read or write become StoreError, with ``name`` as the place.
    """
    import duckdb  # late: it costs more than everything else at start-up

    folder = spill / "spill"
    connection = connect(
        roots, {"memory_limit": MEMORY, "temp_directory": str(folder), "threads": 2}
    )
    try:
        yield connection
    except (duckdb.IOException, duckdb.InvalidInputException, duckdb.OutOfMemoryException) as error:
        raise StoreError(
            f"posted rates cannot be made of this price file: {error}",
            where=name,
            cure="add the price file again, which puts back what is damaged; or make room.",
        ) from error
    finally:
        connection.close()
        if folder.is_dir():
            folder.rmdir()


class Sheets:
    """The Parquet files of ``tables.posted`` of one price file, opened as their rows turn up.

    Rows come in their final order. Row groups have ``ROW_GROUP`` rows whatever pieces they come in,
    so that the same rows give the same bytes.
    """

    def __init__(self, folder: Path, notes: Mapping[str, str], row_group: int = ROW_GROUP) -> None:
        self.folder = folder
        self.paths: dict[str, Path] = {}
        self.rows: dict[str, int] = {}
        self._notes = notes
        self._row_group = row_group
        self._open: dict[str, pq.ParquetWriter] = {}
        self._waiting: dict[str, list[pa.Table]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                for table in list(self._waiting):
                    self._flush(table, whole_only=False)
        finally:
            for writer in self._open.values():
                writer.close()

    def add(self, table: str, columns: pa.Table | Mapping[str, Any]) -> None:
        """Rows of a table; columns that its contract has not are left out, and those that it has
        and ``columns`` has not are null."""
        import pyarrow as pa

        rows = columns if isinstance(columns, pa.Table) else pa.table(dict(columns))
        if not rows.num_rows:
            return
        fields = schema(POSTED[table])
        arrays = [
            rows[f.name].cast(f.type)
            if f.name in rows.column_names
            else pa.nulls(len(rows), f.type)
            for f in fields
        ]
        self._waiting.setdefault(table, []).append(pa.table(arrays, schema=fields))
        self.rows[table] = self.rows.get(table, 0) + rows.num_rows
        self._flush(table, whole_only=True)

    def _flush(self, table: str, *, whole_only: bool) -> None:
        import pyarrow as pa

        waiting = sum(piece.num_rows for piece in self._waiting[table])
        if whole_only and waiting < self._row_group:
            return
        rows = pa.concat_tables(self._waiting[table])
        writer = self._open.get(table) or self._begin(table)
        start = 0
        while waiting - start >= self._row_group or (start < waiting and not whole_only):
            piece = rows.slice(start, self._row_group).combine_chunks()
            writer.write_table(piece, row_group_size=self._row_group)
            start += self._row_group
        self._waiting[table] = [rows.slice(start)] if start < waiting else []

    def _begin(self, table: str) -> pq.ParquetWriter:
        import pyarrow as pa
        import pyarrow.parquet as pq

        about = POSTED[table]
        fields = schema(about)
        path = self.folder / f"{table}.parquet"
        writer = pq.ParquetWriter(
            path,
            fields,
            compression="zstd",
            compression_level=_ZSTD_LEVEL,
            use_dictionary=[n for n in fields.names if n not in _PLAIN],  # type: ignore[arg-type]
            write_statistics=_PRUNED[table],
            store_decimal_as_integer=True,
            store_schema=False,
            memory_pool=pa.system_memory_pool(),
        )
        notes = {"table": table, "grain": about.grain, **self._notes}
        writer.add_key_value_metadata({f"payeratlas.{k}": v for k, v in notes.items()})
        self.paths[table] = path
        self._open[table] = writer
        return writer
