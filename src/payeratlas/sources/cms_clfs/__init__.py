"""CMS clinical laboratory fee schedule (CLFS). See README.md beside this file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Release, Source
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import billing_code, fee_modifier, shaped
from payeratlas.sources._discover import offered
from payeratlas.sources._files import TableFile, layouts, one_table
from payeratlas.sources._releases import CPT_LICENCE, quarter, whole
from payeratlas.tables.clfs import TABLE
from payeratlas.tables.reading import Reading

SOURCE = Source(
    id="cms_clfs",
    title="Clinical laboratory fee schedule",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url=(
        "https://www.cms.gov/medicare/payment/fee-schedules/"
        "clinical-laboratory-fee-schedule-clfs/files"
    ),
    licence=CPT_LICENCE,
    tables=("clfs",),
    cadence="quarterly",
)

LEAST_ROWS = 1_500  # 2,087 in the first quarter of 2025
_TITLE = re.compile(r"\b(20\d\d) Clinical Diagnostic Laboratory Fee Schedule", re.IGNORECASE)
_NAMED = re.compile(
    r".*CLFS[ _-]?(?P<year>20\d\d)[ _-]?Q(?P<quarter>[1-4])(?:V(?P<version>\d))?.*\.csv",
    re.IGNORECASE,
)


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: a quarter's CLFS csv, or the archive CMS serves it in."""
    table = one_table(files, r".*CLFS.*\.csv", layouts(__name__), "CLFS")
    batch = table.batch(
        TABLE,
        clean={
            "hcpcs": billing_code,
            "modifier": fee_modifier,
            "indicator": shaped(r"[NL]", "an indicator (N or L)"),
        },
    )
    return Reading(whole(_release(table), [table], [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """The quarterly archives CMS offers, newest first, on its index and on their own pages."""
    archive = r"(?P<year>\d\d)clabq(?P<quarter>[1-4])"
    return offered(
        get,
        SOURCE.index_url,
        rf"/{archive}[^/]*\.zip",
        rf"/{archive}/?$",
        newest=lambda m: (int(m["year"]), int(m["quarter"])),
    )


def _release(table: TableFile) -> Release:
    """The year stands in the title, the quarter and the version in the file's name alone."""
    titled, named = _TITLE.search(table.preamble), _NAMED.fullmatch(table.name)
    if not titled or not named:
        raise FileError(
            "the file prints no year." if not titled else "the file's name names no quarter.",
            where=table.where,
            cure="use the file as CMS serves it, under the name CMS gave it (CLFS 2025 Q1V1.csv).",
        )
    if titled[1] != named["year"]:
        raise FileError(
            f"the title says {titled[1]}, the file's name {named['year']}.",
            where=table.where,
            cure="check which year the file is of, and give it the name CMS gave it.",
        )
    year, number, version = int(named["year"]), int(named["quarter"]), named["version"] or "1"
    covers = quarter(date(year, 3 * number - 2, 1))
    return Release(
        source=SOURCE.id,
        id=f"clfs{year}q{number}v{version}",
        title=f"{SOURCE.title}, {covers.start:%B %Y}, version {version}",
        issued=covers.start,
        issued_basis="not printed in the file; the first covered day stands in",
        covers=covers,
    )
