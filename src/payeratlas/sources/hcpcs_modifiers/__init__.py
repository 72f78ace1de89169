"""HCPCS Level II modifiers. See README.md beside this file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Source
from payeratlas.sources import Found, Get, _anweb
from payeratlas.sources._cells import shaped
from payeratlas.sources._files import TableFile, candidates, layouts, only, opened
from payeratlas.sources._releases import PUBLIC_DOMAIN, whole
from payeratlas.tables.hcpcs_modifier import TABLE
from payeratlas.tables.reading import Reading

SOURCE = Source(
    id="hcpcs_modifiers",
    title="HCPCS Level II modifiers",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url=_anweb.INDEX_URL,
    licence=PUBLIC_DOMAIN,
    tables=("hcpcs_modifier",),
    cadence="quarterly",
)

LEAST_ROWS = 300  # 351 in January 2019, 383 in July 2024
CLEAN = {"modifier": shaped(r"[A-Z][A-Z0-9]", "a HCPCS Level II modifier")}


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: CMS's quarterly Level II file (csv, xlsx or the archive with it), of which the
    modifier records are read, or the converted modifiers as a csv."""
    places = candidates(files, _anweb.MEMBER)
    plain = [(f, m) for f, m in places if m.lower().endswith(".csv")]
    found = [opened(f, m, layouts(__name__)) for f, m in (plain or places)]
    table = only(found, "HCPCS modifiers")
    release = _anweb.release(SOURCE, __name__, table)
    batch = table.batch(
        TABLE,
        clean=CLEAN,
        sift=_other_records(table, release.covers.start),
        merge="the same modifier and text under another category",
    )
    return Reading(whole(release, found, [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """The quarterly HCPCS archives CMS offers, newest first."""
    return _anweb.archives(get)


def _other_records(table: TableFile, start: date) -> Callable[[Sequence[str]], str | None] | None:
    """What of CMS's own file is no modifier in force; the converted file holds nothing else."""
    headings = _anweb.headings(table)
    if "RECID" not in headings:
        return None
    kind, end = headings.index("RECID"), headings.index("TERM DT")
    continued = _anweb.MODIFIER_CONTINUED
    if any(cells[kind] == continued for _, cells in table.data if len(cells) > kind):
        raise FileError(
            "a modifier's text goes on in a second record, which is not read.",
            where=table.where,
            cure="use the csv or xlsx of the same file, where each text is whole.",
        )

    def sift(cells: Sequence[str]) -> str | None:
        if len(cells) <= end:
            return None
        if cells[kind] != _anweb.MODIFIER:
            return "a procedure code, not a modifier"
        ended = cells[end].strip()
        return "terminated before the quarter" if ended and ended < f"{start:%Y%m%d}" else None

    return sift
