"""Both readers of payer price files on the same bytes, and what each of them says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import pyarrow as pa

from payeratlas.formats import tic, tic_kernel
from payeratlas.formats.tic_account import TicAccount
from payeratlas.formats.tic_json import JsonError
from payeratlas.formats.tic_rows import ROWS
from payeratlas.formats.tic_values import LIMITS, TicLimits

Said = tuple[dict[str, list[tuple[Any, ...]]], TicAccount] | tuple[str, int, str]


def cut(data: bytes, size: int) -> list[bytes]:
    """Data in chunks of a size."""
    return [data[at : at + size] for at in range(0, len(data), size)]


def plain(
    chunks: Iterable[bytes], codes: Collection[str] | None = None, limits: TicLimits = LIMITS
) -> Said:
    """Rows by table and the account, or the reason, offset and pointer of the refusal."""
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    try:
        account = tic.read(chunks, lambda table, row: rows[table].append(row), codes, limits=limits)
    except JsonError as error:
        return error.reason, error.offset, error.pointer
    return {table: [tuple(row) for row in found] for table, found in rows.items()}, account


def thawed(value: Any) -> Any:
    """A value of Arrow as the plain reader has it."""
    if isinstance(value, list):
        return tuple(thawed(item) for item in value)
    return tuple(value.values()) if isinstance(value, dict) else value


def rows_of(batch: tic_kernel.ArrowRows, names: list[str]) -> list[tuple[Any, ...]]:
    """The rows of a batch, which must be sound and have these columns."""
    found = pa.record_batch(batch)
    found.validate(full=True)
    assert found.schema.names == names
    columns = [[thawed(value) for value in column.to_pylist()] for column in found.columns]
    return list(zip(*columns, strict=True))


def native(
    chunks: Iterable[bytes],
    codes: Collection[str] | None = None,
    limits: TicLimits = LIMITS,
    *,
    level: str = "",
    batch_rows: int = 1000,
) -> Said:
    """The same of the native reader."""
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)

    def take(table: str, batch: tic_kernel.ArrowRows) -> None:
        rows[table] += rows_of(batch, list(ROWS[table].__annotations__))

    try:
        account = tic_kernel.read(
            chunks, take, codes, limits=limits, level=level, batch_rows=batch_rows
        )
    except JsonError as error:
        return error.reason, error.offset, error.pointer
    return dict(rows), account


def levels() -> tuple[str, ...]:
    """Every way of scanning that this machine has; ``plain`` is always among them."""
    import payeratlas_kernel

    found: tuple[str, ...] = payeratlas_kernel.LEVELS
    assert "plain" in found
    return found
