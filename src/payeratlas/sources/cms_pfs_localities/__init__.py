"""CMS file of the counties in each payment locality (LOCCO). See README.md beside this file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Release, Source
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import contractor, footnote, locality_number, padded
from payeratlas.sources._files import TableFile, candidates, layouts, only, opened
from payeratlas.sources._pfs import INDEX_URL, archive_release, found_archives
from payeratlas.sources._releases import PUBLIC_DOMAIN, calendar_year, whole
from payeratlas.tables.pfs_locality import TABLE
from payeratlas.tables.reading import Reading

SOURCE = Source(
    id="cms_pfs_localities",
    title="Counties of the Medicare payment localities",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url=INDEX_URL,
    licence=PUBLIC_DOMAIN,
    tables=("pfs_locality",),
    cadence="yearly, served again with every quarterly archive",
)

LEAST_ROWS = 80
CLEAN = {"mac": contractor, "locality": locality_number}
RESTORED = {"mac": padded(5, contractor), "locality": padded(2, locality_number)}
_TITLE = re.compile(r"COUNTIES INCLUDED IN (20\d\d) LOCALITIES", re.IGNORECASE)


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: a LOCCO csv or xlsx, or the whole RVU archive (its xlsx is preferred, since
    the csv lost leading zeros)."""
    places = candidates(files, r".*LOCCO.*\.(?:csv|xlsx)")
    sheets = [(f, m) for f, m in places if m.lower().endswith(".xlsx")]
    found = [opened(f, m, layouts(__name__)) for f, m in (sheets or places)]
    table = only(found, "LOCCO")
    batch = table.batch(
        TABLE,
        clean=RESTORED if table.bound.epoch.id == "csv" else CLEAN,
        sift=footnote,
        carry=("state_name",),
        merge="the same row printed twice",
    )
    return Reading(whole(_release(table), found, [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """The RVU archives CMS offers, newest first; each holds the LOCCO file of its quarter."""
    return found_archives(get)


def _release(table: TableFile) -> Release:
    if release := archive_release(SOURCE, __name__, table):
        return release
    title = _TITLE.search(table.preamble)
    if not title:
        raise FileError(
            "the file prints no title of the form 'COUNTIES INCLUDED IN 2025 LOCALITIES'.",
            where=table.where,
            cure="use the file as CMS serves it.",
        )
    return calendar_year(SOURCE, int(title[1]))
