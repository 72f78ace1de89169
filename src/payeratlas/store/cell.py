"""A stored cell as it was printed, and where that stands in its file."""

from __future__ import annotations

from datetime import date

from payeratlas.model.facts import Unknown, Value
from payeratlas.model.provenance import Citation, Locator, Release
from payeratlas.store.manifest import Part
from payeratlas.tables.contract import Cell, Row, Table, canonical


def printed(row: Row, column: str, part: Part, table: Table) -> str:
    """The text of a cell as the file prints it, white space included."""
    if column in row.printed:
        return row.printed[column]
    return canonical(row[column], part.numbers, table.column(column).scale)


def citation(row: Row, column: str, part: Part, table: Table) -> Citation:
    """The Citation of a cell; ValueError where the column stands in no cell of the file."""
    binding = part.bindings.get(column)
    if binding is None:
        table.column(column)
        raise ValueError(f"{table.name}.{column} stands in no cell of {part.artifact.name}")
    place = Locator.cell(row.ordinal, binding.position, heading=binding.heading, member=part.member)
    return Citation(
        row.source, row.release, part.artifact, place, printed(row, column, part, table)
    )


def value_of(cell: Cell) -> Value | None:
    """A cell as a Fact's value: a date becomes its ISO text, an empty cell none."""
    return cell.isoformat() if isinstance(cell, date) else cell


def nothing_printed(row: Row, column: str, part: Part, release: Release) -> Unknown:
    """Why a cell gives no value: the layout has no such column, or the cell says there is none.

    A column that the publisher prints and the file at hand lost is told with the layout's reason.
    """
    if column in part.lost:
        return Unknown("not_covered", f"{release.id}: {part.lost[column]}")
    if column not in part.bindings:
        return Unknown("not_covered", f"{release.id} prints no column for {column}.")
    heading = part.bindings[column].heading
    mark = row.printed.get(column, "").strip()  # such as the star of an edit without a last day
    says = f"prints {mark!r}, which is no value," if mark else "is empty"
    return Unknown(
        "not_listed",
        f"the cell of column {heading!r} {says} in record {row.ordinal} of {part.artifact.name} "
        f"({release.id}).",
    )
