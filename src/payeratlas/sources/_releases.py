"""Which release a file is, where its own heading does not settle it, and whether it is whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Release, Source, Status
from payeratlas.model.time import Period
from payeratlas.sources._files import TableFile, toml
from payeratlas.tables.reading import Batch

PUBLIC_DOMAIN = "US government work"
CPT_LICENCE = (
    "Figures: US government work. CPT codes: copyright American Medical Association; codes only, "
    "descriptors are dropped on reading."
)


def whole(
    release: Release, tables: Sequence[TableFile], least: Sequence[tuple[Batch, int]]
) -> Release:
    """The release, marked as an excerpt where a file says so or holds too few rows to be whole.

    A cut file must never make a code look "not listed". ``least`` pairs each batch with a number
    of rows well below that of any whole file of the series.
    """
    named = any(re.search("excerpt|subset", t.where, re.IGNORECASE) for t in tables)
    short = [
        f"It holds {len(batch.ordinals)} rows; a whole file has more than {rows}."
        for batch, rows in least
        if len(batch.ordinals) < rows
    ]
    if not named and not short:
        return release
    return excerpt(release, "An excerpt by its own name." if named else short[0])


def excerpt(release: Release, note: str) -> Release:
    """The release, marked as an excerpt for the reason given."""
    return replace(
        release,
        id=f"{release.id}-excerpt",
        title=f"{release.title}, excerpt",
        complete=False,
        note=" ".join(filter(None, (release.note, note))),
    )


def pinned_release(source: Source, package: str, file: SourceFile) -> Release | None:
    """The release that ``releases.toml`` names for a file, by sha256 or by the form of its name.

    Its entries: ``id``, ``title``, ``issued``, ``issued_basis``, ``from``, and optionally
    ``until``, ``observed``, ``status``, ``note``, with ``sha256`` (a list) or ``file`` (a regular
    expression for the whole name).
    """
    entries = cast(list[dict[str, Any]], toml(package, "releases.toml")["release"])
    for entry in entries:
        by_hash = file.artifact.sha256 in entry.get("sha256", ())
        by_name = "file" in entry and re.fullmatch(entry["file"], file.artifact.name, re.IGNORECASE)
        if by_hash or by_name:
            return Release(
                source=source.id,
                id=entry["id"],
                title=entry["title"],
                issued=entry["issued"],
                issued_basis=entry["issued_basis"],
                covers=Period(entry["from"], entry.get("until"), entry.get("observed", False)),
                status=entry.get("status", "final"),
                note=entry.get("note", ""),
            )
    return None


def required_release(source: Source, package: str, table: TableFile) -> Release:
    """The release that ``releases.toml`` names for a file that prints none; FileError without."""
    release = pinned_release(source, package, table.file)
    if release is None:
        raise FileError(
            "the file prints no date, and releases.toml names no release for it.",
            where=table.where,
            cure=f"add its release to sources/{source.id}/releases.toml, by sha256 "
            f"({table.file.artifact.sha256}).",
        )
    return release


def quarter(day: date) -> Period:
    """The calendar quarter that holds a day."""
    month = 3 * ((day.month - 1) // 3) + 1
    start = date(day.year, month, 1)
    end = date(day.year + 1, 1, 1) if month == 10 else date(day.year, month + 3, 1)
    return Period(start, end)


def calendar_year(source: Source, year: int, status: Status = "final") -> Release:
    """The release of a file that prints a calendar year and no date of issue."""
    return Release(
        source=source.id,
        id=f"cy{year}" if status == "final" else f"cy{year}-{status}",
        title=f"{source.title}, CY {year}",
        issued=date(year, 1, 1),
        issued_basis="not printed in the file; the first covered day stands in",
        covers=Period(date(year, 1, 1), date(year + 1, 1, 1)),
        status=status,
    )
