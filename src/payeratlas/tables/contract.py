"""What a table contract is, and how its rows look to those who read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pyarrow as pa

Kind = Literal["text", "decimal", "integer", "date", "texts", "integers", "codes"]
Cell = str | Decimal | int | date | None

US_GOVERNMENT = "US government work"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its meaning, unit, and the licence its content stands under.

    ``scale`` is the number of decimals of a ``decimal``. ``required`` columns are never null.
    ``texts``, ``integers`` and ``codes`` (billing code type, version, code) are lists; only the
    tables of ``tables.tic`` have them.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    scale: int = 0
    required: bool = False
    licence: str = US_GOVERNMENT


PROVENANCE = (
    Column("release", "text", "Id of the release the row belongs to.", required=True),
    Column("artifact", "text", "sha256 of the file the row was read from.", required=True),
    Column(
        "ordinal",
        "integer",
        "Record number in that file, counted from 1 with its heading records.",
        required=True,
    ),
    Column(
        "printed",
        "text",
        "JSON object of cells whose printed text is not the canonical text of the value.",
    ),
)


@dataclass(frozen=True, slots=True)
class Table:
    """A contract: what one row is, which columns it has, and which columns name it.

    Rows of every table carry the PROVENANCE columns after their own, and stay in source order.
    ``row_group`` is how many of them a partition packs together: to look one up, that many are
    unpacked, and tables of millions of rows need larger groups to stay small.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    note: str = ""
    row_group: int = 4096
    _named: Mapping[str, Column] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        named = {column.name: column for column in (*self.columns, *PROVENANCE)}
        object.__setattr__(self, "_named", named)

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where the contract has none."""
        try:
            return self._named[name]
        except KeyError:
            raise KeyError(f"{self.name} has no column {name!r}") from None

    def arrow_schema(self) -> pa.Schema:
        """The Arrow schema of a partition: own columns, then PROVENANCE."""
        import pyarrow as pa  # late: reading a contract must stay cheap at start-up

        def arrow_type(column: Column) -> pa.DataType:
            if column.kind == "decimal":
                return pa.decimal128(18, column.scale)
            if column.kind == "integer":
                return pa.int64()
            return pa.date32() if column.kind == "date" else pa.string()

        return pa.schema(
            [
                pa.field(c.name, arrow_type(c), nullable=not c.required)
                for c in (*self.columns, *PROVENANCE)
            ]
        )


def canonical(value: Cell, style: str, scale: int = 0) -> str:
    """The canonical printed text of a value: ``fixed`` keeps all decimals, ``shortest`` drops
    trailing zeros (as a converted file does). Null prints as nothing."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        text = f"{value:.{scale}f}"
        if style == "shortest" and "." in text:
            text = text.rstrip("0").rstrip(".")
        return text
    return str(value)


@dataclass(frozen=True, slots=True)
class Binding:
    """Where a contract column stands in a file: its 1-based position and heading as printed."""

    position: int
    heading: str


@dataclass(frozen=True, slots=True)
class Row:
    """One stored row: values by contract column, and its place in its release's file.

    Rows are equal in everything; their hash is that of their place alone.
    """

    table: str
    source: str
    release: str
    artifact: str
    ordinal: int
    values: Mapping[str, Cell] = field(hash=False)
    printed: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __getitem__(self, column: str) -> Cell:
        return self.values[column]

    def text(self, column: str) -> str:
        """The value of a text column, empty where null."""
        value = self.values[column]
        if value is None:
            return ""
        if not isinstance(value, str):
            raise TypeError(f"{self.table}.{column} is not text")
        return value

    def decimal(self, column: str) -> Decimal:
        """The value of a required decimal column."""
        value = self.values[column]
        if not isinstance(value, Decimal):
            raise TypeError(f"{self.table}.{column} is not a decimal: {value!r}")
        return value

    def integer(self, column: str) -> int:
        """The value of a required integer column."""
        value = self.values[column]
        if not isinstance(value, int):
            raise TypeError(f"{self.table}.{column} is not an integer: {value!r}")
        return value
