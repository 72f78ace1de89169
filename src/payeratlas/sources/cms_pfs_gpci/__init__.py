"""CMS geographic practice cost indices (GPCI). See README.md beside this file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Release, Source, Status
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import contractor, footnote, locality_number, shaped, unmarked
from payeratlas.sources._files import TableFile, layouts, one_table
from payeratlas.sources._pfs import INDEX_URL, archive_release, found_archives
from payeratlas.sources._releases import PUBLIC_DOMAIN, calendar_year, whole
from payeratlas.tables.pfs_gpci import TABLE
from payeratlas.tables.reading import Reading

SOURCE = Source(
    id="cms_pfs_gpci",
    title="Geographic practice cost indices",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url=INDEX_URL,
    licence=PUBLIC_DOMAIN,
    tables=("pfs_gpci",),
    cadence="yearly, served again with every quarterly archive",
)

LEAST_ROWS = 100  # 109 to 112 localities in every file since 2020
_TITLE = re.compile(r"\b(FINAL|PROPOSED) CY (20\d\d) GEOGRAPHIC PRACTICE COST IND", re.IGNORECASE)


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: a GPCI csv, or the whole RVU archive it was served in."""
    table = one_table(files, r"GPCI.*\.csv", layouts(__name__), "GPCI")
    batch = table.batch(
        TABLE,
        clean={
            "mac": contractor,
            "locality": locality_number,
            "state": shaped(r"(?:[A-Z]{2})?", "a state's postal abbreviation"),
            "locality_name": unmarked,
        },
        sift=footnote,
    )
    return Reading(whole(_release(table), [table], [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """The RVU archives CMS offers, newest first; each holds the GPCI file of its quarter."""
    return found_archives(get)


def _release(table: TableFile) -> Release:
    if release := archive_release(SOURCE, __name__, table):
        return release
    title = _TITLE.search(table.preamble)
    if not title:
        raise FileError(
            "the GPCI file prints no year of the form 'FINAL CY 2026', and its name states no "
            "release.",
            where=table.where,
            cure="use the file as CMS serves it, or name it after its release, for example "
            "gpci_rvu24a.csv.",
        )
    status: Status = "final" if title[1].upper() == "FINAL" else "proposed"
    return calendar_year(SOURCE, int(title[2]), status)
