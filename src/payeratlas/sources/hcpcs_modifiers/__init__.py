"""HCPCS Level II modifiers. See README.md beside this file."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Release, Source
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import shaped
from payeratlas.sources._discover import offered
from payeratlas.sources._files import TableFile, candidates, layouts, only, opened
from payeratlas.sources._releases import (
    PUBLIC_DOMAIN,
    pinned_release,
    quarter,
    required_release,
    whole,
)
from payeratlas.tables.hcpcs_modifier import TABLE
from payeratlas.tables.reading import Reading, read_batch

SOURCE = Source(
    id="hcpcs_modifiers",
    title="HCPCS Level II modifiers",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url=(
        "https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system/"
        "quarterly-update"
    ),
    licence=PUBLIC_DOMAIN,
    tables=("hcpcs_modifier",),
    cadence="quarterly",
)

LEAST_ROWS = 300  # 351 in January 2019, 383 in July 2024
CLEAN = {"modifier": shaped(r"[A-Z][A-Z0-9]", "a HCPCS Level II modifier")}

_MEMBER = r"HCPC20\d\d_[A-Z]+_ANWEB(?:[ _-]?v?\d+)?\.(?:csv|xlsx)"
_NAMED = re.compile(r"HCPC(20\d\d)_(JAN|APR|JUL|OCT)_ANWEB", re.IGNORECASE)
_MONTHS = {"JAN": 1, "APR": 4, "JUL": 7, "OCT": 10}
_QUARTERS = ("january", "april", "july", "october")

# RECID of CMS's own file: 3 a code, 4 more of its text, 7 a modifier, 8 more of its text.
_MODIFIER, _CONTINUED = "7", "8"


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: CMS's quarterly Level II file (csv, xlsx or the archive with it), of which the
    modifier records are read, or the converted modifiers as a csv."""
    places = candidates(files, _MEMBER)
    plain = [(f, m) for f, m in places if m.lower().endswith(".csv")]
    found = [opened(f, m, layouts(__name__)) for f, m in (plain or places)]
    table = only(found, "HCPCS modifiers")
    release = _release(table)
    batch = read_batch(
        table.data,
        table.bound,
        TABLE,
        table.file.artifact,
        member=table.member,
        clean=CLEAN,
        sift=_other_records(table, release.covers.start),
        merge="the same modifier and text under another category",
    )
    return Reading(whole(release, found, [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """The quarterly HCPCS archives CMS offers, newest first."""
    return offered(
        get,
        SOURCE.index_url,
        r"/(?P<month>january|april|july|october)-(?P<year>20\d\d)-alpha-numeric-hcpcs[^/]*\.zip",
        newest=lambda m: (int(m["year"]), _QUARTERS.index(m["month"].lower())),
    )


def _release(table: TableFile) -> Release:
    named = _NAMED.search(table.name)
    if named is None:
        return required_release(SOURCE, __name__, table)
    if pinned := pinned_release(SOURCE, __name__, table.file):
        return pinned
    covers = quarter(date(int(named[1]), _MONTHS[named[2].upper()], 1))
    month = _QUARTERS[(covers.start.month - 1) // 3].capitalize()
    return Release(
        source=SOURCE.id,
        id=f"hcpcs{covers.start.year}q{(covers.start.month + 2) // 3}",
        title=f"{SOURCE.title}, {month} {covers.start.year}",
        issued=covers.start,
        issued_basis="not printed; the first day of the quarter in the file's name stands in",
        covers=covers,
    )


def _other_records(table: TableFile, start: date) -> Callable[[Sequence[str]], str | None] | None:
    """What of CMS's own file is no modifier in force; the converted file holds nothing else."""
    headings = table.records[table.bound.first_ordinal - 2][1]
    if "RECID" not in headings:
        return None
    kind, end = headings.index("RECID"), headings.index("TERM DT")
    if any(cells[kind] == _CONTINUED for _, cells in table.data if len(cells) > kind):
        raise FileError(
            "a modifier's text goes on in a second record, which is not read.",
            where=table.where,
            cure="use the csv or xlsx of the same file, where each text is whole.",
        )

    def sift(cells: Sequence[str]) -> str | None:
        if len(cells) <= end:
            return None
        if cells[kind] != _MODIFIER:
            return "a procedure code, not a modifier"
        ended = cells[end].strip()
        return "terminated before the quarter" if ended and ended < f"{start:%Y%m%d}" else None

    return sift
