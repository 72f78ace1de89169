"""Go back to where a citation points and read it again.

Two levels. ``bytes``: the publisher's own file was at hand, its sha256 is the cited one, and the
text stands at the cited place. ``table``: the file is not kept here, so the text was read from the
pinned partition that was made of it, after checking that partition's sha256.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from payeratlas.model.errors import FileError, StoreError
from payeratlas.model.provenance import Citation
from payeratlas.store.cell import printed
from payeratlas.store.disk import sha256_of
from payeratlas.store.manifest import Part, Published, blob_path
from payeratlas.store.query import Reader, verified
from payeratlas.tables.contract import Table


@dataclass(frozen=True, slots=True)
class Reopened:
    """The text found again at a citation's place, at which level, and in which file."""

    level: Literal["bytes", "table"]
    text: str
    path: Path


def reopen(
    citation: Citation,
    published: Published,
    tables: Mapping[str, Table],
    reader: Reader,
    blobs: Path | None,
    originals: Mapping[str, Path],
) -> Reopened:
    """Read the cited text again; StoreError where it is not there, or the file was changed."""
    part, column = _part_and_column(citation, published)
    sha256 = citation.artifact.sha256
    kept = blobs / blob_path(sha256) if blobs else None
    path = kept if kept and kept.exists() else originals.get(sha256)
    if path is not None:
        found = Reopened("bytes", _from_file(citation, part, path), path)
    else:
        text = _from_partition(citation, published, part, column, tables[part.table], reader)
        found = Reopened("table", text, published.root / part.path)
    if found.text != citation.text:
        raise StoreError(
            f"the citation says {citation.text!r}, the file says {found.text!r}.",
            where=f"{found.path}, {citation.locator}",
            cure="do not trust the page that carries this citation; make it again.",
        )
    return found


def _part_and_column(citation: Citation, published: Published) -> tuple[Part, str]:
    """The partition made of the cited file, and the contract column at the cited place."""
    artifact, locator = citation.artifact, citation.locator
    try:
        _, position = locator.as_cell()
    except ValueError as error:
        raise StoreError(
            f"{locator.fragment!r} is not a cell of a table.", where=artifact.name
        ) from error
    for part in published.parts:
        if part.artifact.sha256 == artifact.sha256 and part.member == locator.member:
            for column, binding in part.bindings.items():
                if (binding.position, binding.heading) == (position, locator.column):
                    return part, column
    raise StoreError(
        f"{published.release.id} has no column {locator.column!r} at {locator} "
        f"of a file with sha256 {artifact.sha256[:12]}.",
        where=artifact.name,
        cure="the release was read from other files since; add the cited file again.",
    )


def _from_file(citation: Citation, part: Part, path: Path) -> str:
    from payeratlas.formats import SourceFile, records  # late: pages need no file readers

    data = path.read_bytes()
    if sha256_of(data) != citation.artifact.sha256:
        raise StoreError(
            f"this file is not the cited {citation.artifact.name}: its sha256 differs.",
            where=str(path),
            cure="add the publisher's file again; a file that was changed is no evidence.",
        )
    record, column = citation.locator.as_cell()
    try:
        file = SourceFile(citation.artifact, data)
        cells = _record(records(file, part.member, part.encoding, part.delimiter), record)
    except FileError as error:
        raise StoreError(error.what, where=error.where, cure=error.cure) from error
    if cells is None or not 1 <= column <= len(cells):
        raise StoreError(f"there is no {citation.locator}.", where=str(path))
    return cells[column - 1]


def _record(found: Iterator[tuple[int, list[str]]], record: int) -> list[str] | None:
    return next((cells for ordinal, cells in found if ordinal == record), None)


def _from_partition(
    citation: Citation,
    published: Published,
    part: Part,
    column: str,
    table: Table,
    reader: Reader,
) -> str:
    record, _ = citation.locator.as_cell()
    verified(published, part)
    rows = reader.rows(table, [(published, part)], {}, ordinal=record)
    if not rows:
        raise StoreError(
            f"no row was read from record {record} of {citation.artifact.name}.",
            where=str(published.root / part.path),
        )
    return printed(rows[0], column, part, table)
