"""Rows of a Batch to the bytes of a Parquet partition, checked against their contract first.

Equal input gives equal bytes. Rows keep the order of their file, so that provenance compresses to
almost nothing. Row groups are small and carry minimum and maximum of the key, so that looking up
one billing code unpacks one group of a release, not all of it.
"""

from __future__ import annotations

import io
import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import accumulate, chain, islice
from typing import TYPE_CHECKING

from payeratlas.model.errors import StoreError
from payeratlas.model.provenance import Release
from payeratlas.tables.contract import Cell, Table
from payeratlas.tables.keys import FirstSeen, Key, sortable
from payeratlas.tables.reading import Batch

if TYPE_CHECKING:
    import pyarrow as pa

ZSTD_LEVEL = 15


def place(batch: Batch) -> str:
    """How errors name a batch's file."""
    return f"{batch.artifact.name}!{batch.member}" if batch.member else batch.artifact.name


def check(batch: Batch) -> None:
    """Refuse a batch that does not keep its contract, with StoreError naming file and record."""
    where, table, rows = place(batch), batch.table, len(batch.ordinals)
    names = [c.name for c in table.columns]
    if sorted(batch.columns) != sorted(names):
        raise _broken(where, f"its columns are not those of {table.name}.")
    if any(len(values) != rows for values in (*batch.columns.values(), batch.printed)):
        raise _broken(where, "its columns are not of one length.")
    if rows == 0:
        raise _broken(where, "it holds no row.")
    if batch.account.kept != rows:
        raise _broken(where, f"its account keeps {batch.account.kept} rows, it holds {rows}.")
    previous = 0
    for ordinal in batch.ordinals:
        if ordinal <= previous:
            raise _broken(f"{where}, record {ordinal}", "records are not in source order.")
        previous = ordinal
    for column in table.columns:
        values = batch.columns[column.name]
        if column.required and None in values:
            record = batch.ordinals[list(values).index(None)]
            raise _broken(f"{where}, record {record}", f"{column.name} is required and empty.")
        if column.name in batch.constants:
            if set(values) != {batch.constants[column.name]}:
                raise _broken(where, f"{column.name} is not {batch.constants[column.name]!r}.")
        elif column.name not in batch.bindings and any(value is not None for value in values):
            raise _broken(where, f"{column.name} has values but stands in no column of the file.")
        if column.kind == "decimal":
            _check_scale(values, column.scale, batch, column.name)
    if unknown := sorted({*batch.constants, *batch.bindings} - set(names)):
        raise _broken(where, f"{unknown[0]} is no column of {table.name}.")


def _check_scale(values: Iterable[Cell], scale: int, batch: Batch, name: str) -> None:
    for ordinal, value in zip(batch.ordinals, values, strict=True):
        if isinstance(value, Decimal) and value.as_tuple().exponent != -scale:
            raise _broken(
                f"{place(batch)}, record {ordinal}", f"{name} has not {scale} decimals: {value}."
            )


def check_together(batches: Sequence[Batch]) -> None:
    """Refuse batches of one release that cannot be told apart, or name one thing twice."""
    files: set[tuple[object, ...]] = set()
    for batch in batches:
        # A Row knows its artifact and its constants, not its member: they must settle its part.
        file = (batch.table.name, batch.artifact.sha256, tuple(sorted(batch.constants.items())))
        if file in files:
            raise _broken(
                place(batch), f"two parts of it hold {batch.table.name} and look the same."
            )
        files.add(file)
    for table in {batch.table.name: batch.table for batch in batches}.values():
        _refuse_twice(table, [batch for batch in batches if batch.table.name == table.name])


def _refuse_twice(table: Table, batches: Sequence[Batch]) -> None:
    """Refuse a key that stands twice among the batches of one table."""
    # By their first keys: files that follow on each other are then one ascending run of keys.
    ordered = sorted(batches, key=lambda b: sortable(next(_keys(b))))
    starts = list(accumulate((len(b.ordinals) for b in ordered), initial=0))

    def earlier() -> Iterator[Key]:
        return islice(chain.from_iterable(map(_keys, ordered)), taken)

    seen, taken = FirstSeen(earlier), 0
    for batch in ordered:
        for ordinal, key in zip(batch.ordinals, _keys(batch), strict=True):
            number = seen.find(key)
            if number is not None:
                named = ", ".join(f"{k} {v!r}" for k, v in zip(table.key, key, strict=True))
                index = bisect_right(starts, number) - 1
                other = ordered[index]
                raise _broken(
                    f"{place(batch)}, record {ordinal}",
                    f"{table.name} already has {named} from {place(other)}, record "
                    f"{other.ordinals[number - starts[index]]}.",
                )
            seen.take(key)
            taken += 1


def _keys(batch: Batch) -> Iterator[Key]:
    return zip(*(batch.columns[name] for name in batch.table.key), strict=True)


def _broken(where: str, what: str) -> StoreError:
    return StoreError(
        what, where=where, cure="this is a fault of the source's reader; please report it."
    )


def licence_of(table: Table) -> dict[str, str]:
    """The licence of each column of a table."""
    return {column.name: column.licence for column in table.columns}


def to_arrow(batch: Batch, release: Release) -> pa.Table:
    """The rows with their provenance, in source order; StoreError where a value is not of its
    column's type."""
    import pyarrow as pa  # late: only publishing needs it

    table = batch.table
    schema = table.arrow_schema()
    rows = len(batch.ordinals)
    columns: dict[str, Iterable[Cell]] = {
        **batch.columns,
        "release": [release.id] * rows,
        "artifact": [batch.artifact.sha256] * rows,
        "ordinal": batch.ordinals,
        "printed": batch.printed,
    }
    arrays = []
    for column in schema:
        try:
            arrays.append(pa.array(columns[column.name], type=column.type))
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            raise _broken(place(batch), f"{column.name} cannot be stored: {error}.") from error
    return pa.Table.from_arrays(arrays, schema=schema)


def to_parquet(batch: Batch, release: Release, licence: str) -> bytes:
    """The partition's bytes; StoreError where a value is not of its column's type."""
    import pyarrow.parquet as pq  # late: only publishing needs it

    table = batch.table
    rows = to_arrow(batch, release)
    notes = {
        "payeratlas.source": release.source,
        "payeratlas.release": release.id,
        "payeratlas.table": table.name,
        "payeratlas.grain": table.grain,
        "payeratlas.artifact": f"{batch.artifact.name} sha256:{batch.artifact.sha256}",
        "payeratlas.licence": licence,
        "payeratlas.column_licences": json.dumps(licence_of(table), sort_keys=True),
    }
    out = io.BytesIO()
    writer = pq.ParquetWriter(
        out,
        rows.schema,
        compression="zstd",
        compression_level=ZSTD_LEVEL,
        use_dictionary=[name for name in rows.schema.names if name != "ordinal"],  # type: ignore[arg-type]
        column_encoding={"ordinal": "DELTA_BINARY_PACKED"},
        write_statistics=[*table.key, "ordinal"],
        store_decimal_as_integer=True,
        store_schema=False,
    )
    with writer:
        writer.write_table(rows, row_group_size=table.row_group)
        writer.add_key_value_metadata(notes)  # those of a schema that is not stored are lost
    return out.getvalue()
