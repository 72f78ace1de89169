"""Benchmarks of a code as a flat table, one row a cell: CSV and Parquet; rates set aside as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from payeratlas.model.facts import Unknown
from payeratlas.pages.benchmarks.words import family_words
from payeratlas.publish.benchmark_json import ratio, shown
from payeratlas.publish.spreadsheet import exact, inert, listed
from payeratlas.rates.benchmark import Benchmarks, Cell

if TYPE_CHECKING:
    import pyarrow as pa

Column = tuple[str, Literal["text", "texts", "count", "amount"], Callable[[Cell], object]]


def _amount(statistic: str) -> Callable[[Cell], object]:
    def value(cell: Cell) -> Decimal | None:
        text = shown(cell, statistic)
        return None if text is None else Decimal(text)

    return value


def _times(value: Decimal | None) -> Decimal | None:
    text = ratio(value)
    return None if text is None else Decimal(text)


def _medicare(name: str) -> Callable[[Cell], object]:
    return lambda cell: "" if isinstance(cell.medicare, Unknown) else getattr(cell.medicare, name)


_COLUMNS: tuple[Column, ...] = (
    ("code", "text", lambda c: c.key.code),
    ("family", "text", lambda c: c.key.family),
    ("payer", "text", lambda c: family_words(c.key.family)),
    ("line", "text", lambda c: c.key.line),
    ("bill_type", "text", lambda c: c.key.series.bill_type),
    ("setting", "text", lambda c: c.key.series.setting),
    ("modifier", "text", lambda c: c.key.series.modifier),
    ("kind", "text", lambda c: c.key.series.kind),
    ("arrangement", "text", lambda c: c.key.series.arrangement),
    ("state", "text", lambda c: c.key.state),
    ("strictness", "text", lambda c: c.key.strictness),
    ("organisations", "count", lambda c: c.organisations),
    ("npis", "count", lambda c: c.npis),
    ("rows", "count", lambda c: c.rows),
    *(
        (name.replace(" ", "_"), "amount", _amount(name))
        for name in ("median", "low", "high", "q1", "q3", "p10", "p90", "by npi", "by volume")
    ),
    ("medicare", "amount", _amount("medicare")),
    ("medicare_schedule", "text", _medicare("schedule")),
    ("medicare_release", "text", _medicare("release")),
    ("medicare_where", "text", _medicare("where")),
    ("ratio_of_medians", "amount", lambda c: _times(c.ratio_of_medians)),
    ("median_of_ratios", "amount", lambda c: _times(c.median_of_ratios)),
    ("grade", "count", lambda c: c.grade),
    ("grade_reasons", "texts", lambda c: c.grade_reasons),
    ("kinds", "texts", lambda c: c.basis.kinds),
    ("publishers", "texts", lambda c: c.basis.publishers),
    ("states", "texts", lambda c: c.basis.states),
    ("first_day", "text", lambda c: c.basis.first_day),
    ("last_day", "text", lambda c: c.basis.last_day),
    ("files", "texts", lambda c: c.basis.files),
)
COLUMNS = tuple(name for name, _, _ in _COLUMNS)
"""The columns of the CSV and the Parquet file, as in ``schema/v1/benchmarks.json``; ``low`` and
``high`` are the ends of the median's interval, an empty cell is a figure that is not shown."""
ASIDE_COLUMNS = (
    "reason", "amount", "printed", "payer", "plan", "organisation", "file", "item", "rate", "price",
)  # fmt: skip
"""The columns of the CSV of rates set aside; the last four are the place."""


def benchmarks_csv(found: Benchmarks) -> str:
    """One line a cell. Text that a spreadsheet could take for a formula has an apostrophe."""
    return _csv(COLUMNS, (_cells(cell) for cell in found.cells))


def outliers_csv(found: Benchmarks) -> str:
    """One line for each rate set aside that is listed."""
    return _csv(
        ASIDE_COLUMNS,
        (
            [
                inert(one.reason),
                "" if one.amount is None else exact(one.amount),
                inert(one.printed),
                inert(one.payer_name),
                inert(one.plan_name),
                inert(one.organisation),
                one.place.file,
                one.place.item,
                one.place.rate,
                one.place.price,
            ]
            for one in found.outliers
        ),
    )


def benchmarks_parquet(found: Benchmarks) -> bytes:
    """The same columns as a Parquet file, amounts as exact decimals, lists as lists."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(cells_table(found.cells), sink)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def cells_table(cells: Sequence[Cell]) -> pa.Table:
    """Cells as an Arrow table of these columns."""
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "texts": pa.list_(pa.string()),
        "count": pa.int64(),
        "amount": pa.decimal128(18, 4),
    }
    arrays = [
        pa.array([_value(kind, get(cell)) for cell in cells], types[kind])
        for _, kind, get in _COLUMNS
    ]
    return pa.table(arrays, names=list(COLUMNS))


def _value(kind: str, value: object) -> object:
    """As Parquet keeps it: null for text that is empty."""
    if kind == "text":
        return value or None
    return list(value) if kind == "texts" and isinstance(value, tuple) else value


def _cells(cell: Cell) -> list[object]:
    told: list[object] = []
    for _, kind, get in _COLUMNS:
        value = get(cell)
        if kind == "texts" and isinstance(value, tuple):
            told.append(listed(value, "; "))
        elif isinstance(value, Decimal):
            told.append(f"{value:f}")
        elif isinstance(value, str):
            told.append(inert(value))
        else:
            told.append("" if value is None else value)
    return told


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


class CellsWriter:
    """Writes cells to one Parquet file as they come, a batch of codes at a time."""

    BATCH = 20_000
    """Cells that are kept in memory before they are written."""

    def __init__(self, path: Path) -> None:
        """``path`` is replaced."""
        import pyarrow.parquet as pq

        self._waiting: list[Cell] = []
        self._writer = pq.ParquetWriter(path, cells_table(()).schema, compression="zstd")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self._flush()
        self._writer.close()

    def add(self, cells: Sequence[Cell]) -> None:
        """The next cells."""
        self._waiting += cells
        if len(self._waiting) >= self.BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(cells_table(self._waiting))
        self._waiting = []
