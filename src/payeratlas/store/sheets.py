"""The rows of a release as sheets to compare: of one that is stored, or of one just read."""

from __future__ import annotations

from payeratlas.store.changes import Sheet
from payeratlas.store.manifest import Published
from payeratlas.store.partition import check, check_together, to_arrow
from payeratlas.store.query import scanned
from payeratlas.tables.catalog import catalog
from payeratlas.tables.reading import Reading


def stored(published: Published) -> list[Sheet]:
    """A sheet for each partition of a release; StoreError where one is damaged."""
    release, sheets = published.release, []
    for part in published.parts:
        table = catalog()[part.table]
        rows = scanned(published, part, table, table.arrow_schema().names)
        columns = frozenset({*part.bindings, *part.constants})
        sheets.append(
            Sheet(
                table, release.source, release.id, release.complete, part.constants, columns, rows
            )
        )
    return sheets


def read(reading: Reading) -> list[Sheet]:
    """A sheet for each file of a release that was read; StoreError where it breaks its contract."""
    release, sheets = reading.release, []
    check_together(reading.batches)
    for batch in reading.batches:
        check(batch)
        columns = frozenset({*batch.bindings, *batch.constants})
        rows = to_arrow(batch, release)
        sheets.append(
            Sheet(
                batch.table,
                release.source,
                release.id,
                release.complete,
                batch.constants,
                columns,
                rows,
            )
        )
    return sheets
