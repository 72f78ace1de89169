"""What one price file becomes: the Parquet file of each table that has rows, and its account.

Writing may go on on a thread of its own. What was written before a fault is removed again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from payeratlas.formats.chunks import ahead, unpack, unpacked_chunks
from payeratlas.formats.price_account import PriceAccount

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from payeratlas.formats.tic_kernel import ArrowRows
    from payeratlas.tables.contract import Table

    Rows = ArrowRows | pa.RecordBatch

ROW_GROUP = 1 << 18
_PAGE_ROWS = 1 << 16
ZSTD_LEVEL = 1
_GROUP_BYTES = 1 << 24  # and no more bytes than this in a group of rows, give or take a batch
_WAITING = 2  # batches that may wait for the writer

A = TypeVar("A", bound=PriceAccount, covariant=True)


@dataclass(frozen=True, slots=True)
class PriceTables(Generic[A]):
    """What one file became: its account, and the Parquet file of each table that has rows.

    ``head`` is the table of one row that says what the file prints of itself. ``keys`` are those
    under which raw slices of it keep their strings; None of delimited text.
    """

    account: A
    files: Mapping[str, Path]
    head: str
    keys: frozenset[bytes] | None


@dataclass(frozen=True, slots=True)
class Tuning:
    """How the tables of a catalogue are written.

    By table: columns with a ``dictionary``, and those with statistics (``pruned``). By column:
    amounts whose bytes are ``split``, and numbers of which differences are ``packed``.
    """

    catalogue: Mapping[str, Table]
    schema: Callable[[Table], pa.Schema]
    dictionary: Mapping[str, Collection[str]]
    pruned: Mapping[str, Collection[str]]
    split: Collection[str]
    packed: Collection[str]


def called(source: Path | Iterable[bytes], name: str) -> str:
    """What a file is called in errors."""
    return source.name if isinstance(source, Path) else name or "the file"


T = TypeVar("T")


def written(
    source: Path | Iterable[bytes],
    sink: Path,
    tuning: Tuning,
    parse: Callable[[Generator[bytes, None, None], Callable[[str, Rows], None]], T],
    *,
    where: str,
    notes: Mapping[str, str] | None,
    threads: int,
    row_group: int,
) -> tuple[T, dict[str, Path]]:
    """Unpack a file, have ``parse`` hand on its rows, and write those: what it gives, and the file
    of each table. With ``threads=1`` nothing overlaps. What was written before a fault is removed.
    """
    chunks = unpacked_chunks(source) if isinstance(source, Path) else unpack(source, where=where)
    if threads > 1:
        chunks = ahead(chunks)
    sink.mkdir(parents=True, exist_ok=True)
    writers = Writers(sink, tuning, dict(notes or {}), row_group)
    try:
        put, finish = behind(writers) if threads > 1 else (writers.write, lambda: None)
        try:
            with closing(chunks):
                account = parse(chunks, put)
        finally:
            finish()
        return account, writers.close()
    except BaseException:
        writers.discard()
        raise


class Batches:
    """Rows of a plain reader, gathered and handed on as Arrow batches of ``row_group`` rows."""

    def __init__(self, tuning: Tuning, put: Callable[[str, Rows], None], row_group: int) -> None:
        self._tuning = tuning
        self._put = put
        self._most = row_group
        self._held: dict[str, list[tuple[object, ...]]] = {}

    def emit(self, table: str, row: tuple[object, ...]) -> None:
        """Take a row of a table, its values in the order of the contract."""
        rows = self._held.setdefault(table, [])
        rows.append(row)
        if len(rows) >= self._most:
            self._hand_on(table)

    def flush(self) -> None:
        """Hand on what is left."""
        for table in list(self._held):
            self._hand_on(table)

    def _hand_on(self, table: str) -> None:
        import pyarrow as pa  # late: the native readers' batches need it on the writer's thread

        columns = list(zip(*self._held.pop(table), strict=True))
        fields = self._tuning.schema(self._tuning.catalogue[table])
        arrays = [_array(column, f.type) for column, f in zip(columns, fields, strict=True)]
        self._put(table, pa.RecordBatch.from_arrays(arrays, schema=fields))


class Groups:
    """Arrow batches of a fast reader, gathered to groups of about ``row_group`` rows."""

    def __init__(self, put: Callable[[str, Rows], None], row_group: int) -> None:
        self._put = put
        self._most = row_group
        self._held: dict[str, list[pa.RecordBatch]] = {}
        self._size: dict[str, tuple[int, int]] = {}  # rows and bytes

    def put(self, table: str, batch: pa.RecordBatch) -> None:
        """Take a batch of a table."""
        rows, size = self._size.get(table, (0, 0))
        rows, size = rows + batch.num_rows, size + batch.nbytes
        self._held.setdefault(table, []).append(batch)
        self._size[table] = rows, size
        if rows >= self._most or size >= _GROUP_BYTES:
            self._hand_on(table)

    def flush(self) -> None:
        """Hand on what is left."""
        for table in list(self._held):
            self._hand_on(table)

    def _hand_on(self, table: str) -> None:
        import pyarrow as pa

        del self._size[table]
        whole = pa.Table.from_batches(self._held.pop(table)).combine_chunks()
        for batch in whole.to_batches():
            self._put(table, batch)


def _array(column: tuple[Any, ...], kind: pa.DataType) -> pa.Array[Any]:
    """Values of a plain reader as Arrow; codes of a bundle are tuples there and structs here."""
    import pyarrow as pa

    if pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
        column = tuple(
            None if codes is None else [code._asdict() for code in codes] for codes in column
        )
    return pa.array(column, type=kind)


def behind(
    writers: Writers,
) -> tuple[Callable[[str, Rows], None], Callable[[], None]]:
    """Writing on a thread of its own, and how to wait for it; both raise what it raised."""
    queue: Queue[tuple[str, Rows] | None] = Queue(_WAITING)
    failed: list[BaseException] = []

    def run() -> None:
        try:
            import pyarrow.parquet  # noqa: F401  now, while the first bytes are unpacked
        except BaseException as error:
            failed.append(error)
        while (item := queue.get()) is not None:
            if failed:
                continue
            try:
                writers.write(*item)
            except BaseException as error:
                failed.append(error)

    thread = threading.Thread(target=run, name="payeratlas-write", daemon=True)
    thread.start()

    def put(table: str, rows: Rows) -> None:
        if failed:
            raise failed[0]
        queue.put((table, rows))

    def finish() -> None:
        queue.put(None)
        thread.join()
        if failed:
            raise failed[0]

    return put, finish


class Writers:
    """The Parquet files of one reading, opened as their tables turn up."""

    def __init__(
        self, sink: Path, tuning: Tuning, notes: Mapping[str, str], row_group: int
    ) -> None:
        self._sink = sink
        self._tuning = tuning
        self._notes = notes
        self._row_group = row_group
        self._open: dict[str, pq.ParquetWriter] = {}
        self._files: dict[str, Path] = {}

    def write(self, table: str, rows: Rows) -> None:
        """Write a batch of a table's rows; its file is opened with its first batch."""
        import pyarrow as pa  # late, so that importing it overlaps with parsing

        writer = self._open.get(table) or self._begin(table)
        writer.write_batch(pa.record_batch(rows), row_group_size=self._row_group * 2)

    def _begin(self, table: str) -> pq.ParquetWriter:
        import pyarrow as pa
        import pyarrow.parquet as pq

        tuning = self._tuning
        about = tuning.catalogue[table]
        notes = {
            "payeratlas.table": table,
            "payeratlas.grain": about.grain,
            **{f"payeratlas.{key}": value for key, value in self._notes.items()},
        }
        path = self._sink / f"{table}.parquet"
        self._files[table] = path
        fields = tuning.schema(about)
        # Releases of pyarrow that do not know the option put as many rows into a page as fit.
        pages: dict[str, Any] = {}
        if "max_rows_per_page" in signature(pq.ParquetWriter.__init__).parameters:
            pages["max_rows_per_page"] = _PAGE_ROWS
        packed = {n: "DELTA_BINARY_PACKED" for n in fields.names if n in tuning.packed}
        split = {n: "BYTE_STREAM_SPLIT" for n in fields.names if n in tuning.split}
        writer = pq.ParquetWriter(
            path,
            fields,
            compression="zstd",
            compression_level=ZSTD_LEVEL,
            use_dictionary=list(tuning.dictionary.get(table, ())),  # type: ignore[arg-type]
            write_statistics=list(tuning.pruned.get(table, ())),
            column_encoding=packed | split,
            store_decimal_as_integer=True,
            store_schema=False,
            memory_pool=pa.system_memory_pool(),  # column after column: it gives memory back
            **pages,
        )
        writer.add_key_value_metadata(notes)  # the schema's own are lost with store_schema=False
        self._open[table] = writer
        return writer

    def close(self) -> dict[str, Path]:
        """End every file; where the rows of each table stand."""
        for writer in self._open.values():
            writer.close()
        return dict(sorted(self._files.items()))

    def discard(self) -> None:
        """End every file and remove it."""
        for writer in self._open.values():
            writer.close()
        for path in self._files.values():
            path.unlink(missing_ok=True)
