"""Wage indices of CMS's hospital outpatient pricer. See README.md beside this file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Source
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import compact_day, shaped
from payeratlas.sources._discover import offered
from payeratlas.sources._files import layouts, one_table
from payeratlas.sources._releases import PUBLIC_DOMAIN, calendar_year, whole
from payeratlas.tables.opps_wage_index import TABLE
from payeratlas.tables.reading import Batch, Reading

SOURCE = Source(
    id="cms_opps_wage_index",
    title="Wage indices of the hospital outpatient pricer",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url="https://github.com/DSACMS/MedicareClaimsPricerSource/tree/main/"
    "opps-pricer/opps-pricer-application",
    licence=PUBLIC_DOMAIN,
    tables=("opps_wage_index",),
    cadence="yearly",
    hosts=("raw.githubusercontent.com",),
)

LEAST_ROWS = 400  # 471 in the whole files of 2025 and 2026
_INDEX = shaped(r"[0-9]\.[0-9]{4}", "a wage index of four decimals")


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: the wage indices of one calendar year, as CMS's pricer reads them."""
    table = one_table(files, r".*wage-index.*\.csv", layouts(__name__), "wage indices")
    batch = table.batch(
        TABLE,
        clean={
            "cbsa": shaped(r"[0-9]{5}|[0-9]{2}", "a CBSA or the code of a state"),
            "effective": compact_day,
            "geographic": _INDEX,
            "reclassified": _INDEX,
            "imputed_floor": _INDEX,
        },
    )
    release = calendar_year(SOURCE, _year(batch, table.where))
    return Reading(whole(release, [table], [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """The wage index files in CMS's repository of its pricer, newest first, as plain files."""
    pages = offered(
        get,
        SOURCE.index_url,
        r"/blob/[^?#]*/cbsa-wage-index-(?P<year>20\d\d)\.csv$",
        newest=lambda m: (int(m["year"]),),
    )
    return [replace(page, url=_plain_file(page.url)) for page in pages]


def _plain_file(page: str) -> str:
    """The address of a file itself, for that of the page which shows it."""
    address = page.replace("https://github.com/", "https://raw.githubusercontent.com/", 1)
    return address.replace("/blob/", "/", 1)


def _year(batch: Batch, where: str) -> int:
    """The calendar year whose first day every row prints; FileError where they differ."""
    days = {day for day in batch.columns["effective"] if isinstance(day, date)}
    first = min(days)
    if len(days) > 1 or (first.month, first.day) != (1, 1):
        shown = ", ".join(str(day) for day in sorted(days)[:3])
        raise FileError(
            f"the rows take effect on {shown}, and a file is of one calendar year.",
            where=where,
            cure="give the file of one year as CMS's pricer has it.",
        )
    return first.year
