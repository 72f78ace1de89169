"""A payer's price file, of any size, to Parquet tables in bounded memory.

Unpacking, parsing and writing overlap, each on a thread of its own. Nothing is left behind where
the file is refused: what was written before its fault is removed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from dataclasses import dataclass
from inspect import signature
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING, Any

from payeratlas.formats import tic_kernel
from payeratlas.formats.chunks import ahead, unpack, unpacked_chunks
from payeratlas.formats.tic_json import JsonError
from payeratlas.model.errors import FileError
from payeratlas.tables.tic import TIC, schema

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from payeratlas.formats.tic_account import TicAccount

    Rows = tic_kernel.ArrowRows | pa.RecordBatch

MOST_PLAIN = 1 << 30  # unpacked bytes that the plain reader takes on
ROW_GROUP = 1 << 18
_PAGE_ROWS = 1 << 16
ZSTD_LEVEL = 1
_WAITING = 2  # batches that may wait for the writer

# Columns that repeat enough for a dictionary; the rest is delta-packed or plain.
_DICTIONARY = {
    "tic_provider_group": ("kind", "network_name.list.element", "tin_type", "business_name"),
    "tic_item": (
        "negotiation_arrangement",
        "billing_code_type",
        "billing_code_type_version",
        "severity_of_illness",
    ),
    "tic_terms": (
        "negotiated_type",
        "expiration_date",
        "billing_class",
        "setting",
        "service_code.list.element",
        "billing_code_modifier.list.element",
    ),
    "tic_index_plan": ("issuer_name", "plan_sponsor_name", "plan_id_type", "plan_market_type"),
    "tic_index_file": ("kind", "location"),
}
# Amounts: their high bytes are nearly all alike, and pack well when they stand together.
_SPLIT = frozenset(("negotiated_rate", "allowed_amount", "billed_charge"))
# Statistics where a query prunes by them, and nowhere else: they cost time.
_PRUNED = {
    "tic_item": ("item", "billing_code"),
    "tic_price": ("item",),
    "tic_allowed_amount": ("item",),
    "tic_provider_group": ("provider",),
    "tic_provider_set": ("provider_set",),
    "tic_terms": ("terms",),
}
# Numbers that rise or stay as they were from row to row: their differences take few bits.
_PACKED = frozenset(
    (
        *("item", "offset", "rate", "price", "terms", "provider_set", "provider", "group"),
        *("allowed", "payment", "charge", "structure", "plan", "file"),
    )
)

REASONS = {
    "unexpected_byte": "this byte cannot stand here",
    "unexpected_end": "the data ends too soon",
    "trailing_data": "something follows the end of the document",
    "control_character": "a string holds a control character",
    "invalid_escape": "a string holds an escape that JSON does not know",
    "invalid_utf8": "a string is not UTF-8",
    "lone_surrogate": "a string holds half of a surrogate pair",
    "token_too_long": "a string or number is longer than any known",
    "too_deep": "values nest deeper than any known",
    "duplicate_key": "a key stands twice in one object",
    "wrong_type": "the value is of a type that the schema has not here",
    "too_long_to_keep": "the rates of an item stand before its code and are too long to keep",
    "not_a_price_file": "this is JSON, but none of in_network, out_of_network, "
    "reporting_structure and provider_groups is in it",
}
_DOWNLOAD = "compare its size with the publisher's and download it again, or report it to them."
_CURES = {
    "too_long_to_keep": "read the file without choosing codes.",
    "not_a_price_file": "check that it is a Transparency-in-Coverage file.",
}


@dataclass(frozen=True, slots=True)
class TicTables:
    """What one file became: its account, and the Parquet file of each table that has rows."""

    account: TicAccount
    files: Mapping[str, Path]


def read_tic(
    source: Path | Iterable[bytes],
    sink: Path,
    codes: Collection[str] | None = None,
    *,
    name: str = "",
    notes: Mapping[str, str] | None = None,
    threads: int = 2,
    row_group: int = ROW_GROUP,
    native: bool | None = None,
) -> TicTables:
    """Read a payer's file into ``sink/<table>.parquet``, one file a table of ``tables.tic``.

    ``source`` is a path (gzip, zip or plain) or the file's bytes in chunks as served (gzip or
    plain), then called ``name`` in errors. ``codes`` lets only items of these billing codes
    through. ``notes`` become metadata of each Parquet file. With ``threads=1`` nothing overlaps.
    ``native`` forces or forbids the native reader; it is used where it is installed.

    Raises FileError where the file is damaged or not what it should be, or is larger than the
    plain reader takes on; the sink is then as empty of these tables as before.
    """
    where = source.name if isinstance(source, Path) else name or "the file"
    chunks = unpacked_chunks(source) if isinstance(source, Path) else unpack(source, where=where)
    fast = tic_kernel.available() if native is None else native
    if not fast:
        chunks = _at_most(chunks, where)
    if threads > 1:
        chunks = ahead(chunks)
    sink.mkdir(parents=True, exist_ok=True)
    writers = _Writers(sink, dict(notes or {}), row_group)
    try:
        put, finish = _behind(writers) if threads > 1 else (writers.write, lambda: None)
        try:
            account = _parse(chunks, put, codes, row_group, fast)
        finally:
            chunks.close()
            finish()
        return TicTables(account, writers.close())
    except BaseException as error:
        writers.discard()
        if isinstance(error, JsonError):
            raise refusal(error, where) from error
        raise


def refusal(error: JsonError, where: str) -> FileError:
    """The FileError that tells a reader of the file what a JsonError found, and where."""
    place = f"{where}, byte {error.offset}"
    if error.pointer:
        place += f", {error.pointer}"
    near = f" Near: {error.context.decode('utf-8', 'replace')!r}." if error.context else ""
    return FileError(
        f"{REASONS[error.reason]}.{near}",
        where=place,
        cure=_CURES.get(error.reason, _DOWNLOAD),
    )


def _at_most(chunks: Iterable[bytes], where: str) -> Generator[bytes, None, None]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MOST_PLAIN:
            raise FileError(
                f"it unpacks to more than {MOST_PLAIN} bytes, too much for the plain reader.",
                where=where,
                cure="install a C++ compiler and run scripts/setup, which builds the native one.",
            )
        yield chunk


def _parse(
    chunks: Iterable[bytes],
    put: Callable[[str, Rows], None],
    codes: Collection[str] | None,
    row_group: int,
    fast: bool,
) -> TicAccount:
    if fast:
        return tic_kernel.read(
            chunks,
            put,
            codes,
            batch_rows=row_group,
        )
    import pyarrow as pa  # late: the native reader's batches need it on the writer's thread only

    from payeratlas.formats import tic

    held: dict[str, list[tuple[object, ...]]] = {}

    def flush(table: str) -> None:
        columns = list(zip(*held.pop(table), strict=True))
        fields = schema(TIC[table])
        arrays = [_array(column, f.type) for column, f in zip(columns, fields, strict=True)]
        put(table, pa.RecordBatch.from_arrays(arrays, schema=fields))

    def emit(table: str, row: tuple[object, ...]) -> None:
        rows = held.setdefault(table, [])
        rows.append(row)
        if len(rows) >= row_group:
            flush(table)

    account = tic.read(chunks, emit, codes)
    for table in list(held):
        flush(table)
    return account


def _array(column: tuple[Any, ...], kind: pa.DataType) -> pa.Array[Any]:
    """Values of the plain reader as Arrow; codes are tuples there and structs here."""
    import pyarrow as pa

    if pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
        column = tuple(
            None if codes is None else [code._asdict() for code in codes] for codes in column
        )
    return pa.array(column, type=kind)


def _behind(
    writers: _Writers,
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


class _Writers:
    """The Parquet files of one reading, opened as their tables turn up."""

    def __init__(self, sink: Path, notes: Mapping[str, str], row_group: int) -> None:
        self._sink = sink
        self._notes = notes
        self._row_group = row_group
        self._open: dict[str, pq.ParquetWriter] = {}
        self._files: dict[str, Path] = {}

    def write(self, table: str, rows: Rows) -> None:
        import pyarrow as pa  # late, so that importing it overlaps with parsing

        writer = self._open.get(table) or self._begin(table)
        writer.write_batch(pa.record_batch(rows), row_group_size=self._row_group * 2)

    def _begin(self, table: str) -> pq.ParquetWriter:
        import pyarrow as pa
        import pyarrow.parquet as pq

        about = TIC[table]
        notes = {
            "payeratlas.table": table,
            "payeratlas.grain": about.grain,
            **{f"payeratlas.{key}": value for key, value in self._notes.items()},
        }
        path = self._sink / f"{table}.parquet"
        self._files[table] = path
        fields = schema(about)
        # Releases of pyarrow that do not know the option put as many rows into a page as fit.
        pages: dict[str, Any] = {}
        if "max_rows_per_page" in signature(pq.ParquetWriter.__init__).parameters:
            pages["max_rows_per_page"] = _PAGE_ROWS
        packed = {n: "DELTA_BINARY_PACKED" for n in fields.names if n in _PACKED}
        split = {n: "BYTE_STREAM_SPLIT" for n in fields.names if n in _SPLIT}
        writer = pq.ParquetWriter(
            path,
            fields,
            compression="zstd",
            compression_level=ZSTD_LEVEL,
            use_dictionary=list(_DICTIONARY.get(table, ())),  # type: ignore[arg-type]
            write_statistics=list(_PRUNED.get(table, ())),
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
        for writer in self._open.values():
            writer.close()
        return dict(sorted(self._files.items()))

    def discard(self) -> None:
        for writer in self._open.values():
            writer.close()
        for path in self._files.values():
            path.unlink(missing_ok=True)
