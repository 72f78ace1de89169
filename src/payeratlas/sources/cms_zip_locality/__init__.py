"""ZIP codes to Medicare carriers and payment localities. See README.md beside this file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from payeratlas.formats import SourceFile
from payeratlas.model.provenance import Release, Source
from payeratlas.model.time import Period
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import contractor, locality_number, shaped
from payeratlas.sources._discover import offered
from payeratlas.sources._files import TableFile, layouts, one_table
from payeratlas.sources._releases import PUBLIC_DOMAIN, pinned_release, whole
from payeratlas.tables.reading import Batch, Reading
from payeratlas.tables.zip_locality import TABLE

SOURCE = Source(
    id="cms_zip_locality",
    title="ZIP codes to carriers and localities",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url="https://www.cms.gov/medicare/payment/fee-schedules",
    licence=PUBLIC_DOMAIN,
    tables=("zip_locality",),
    cadence="quarterly",
)

LEAST_ROWS = 500_000  # 1,141,776 rows in the file at hand
CLEAN = {
    "zip": shaped(r"[0-9]{5}", "a ZIP code"),
    "plus4": shaped(r"(?:[0-9]{4})?", "the four digits of a ZIP+4"),
    "from_year": shaped(r"20[0-9]{2}", "a year"),
    "to_year": shaped(r"20[0-9]{2}|9999", "a year"),
    "carrier": contractor,
    "locality": locality_number,
}


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: the joined csv (or csv.gz) of ZIP and ZIP+4 with their years."""
    table = one_table(files, r".*zip.*\.csv", layouts(__name__), "ZIP codes")
    batch = table.batch(TABLE, clean=CLEAN)
    return Reading(whole(_release(table, batch), [table], [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """The archives of the ZIP file that CMS offers, newest revision first; they hold CMS's own
    fixed-width files, which this source does not read yet."""
    return offered(
        get,
        SOURCE.index_url,
        r"/zip-code-carrier-locality-file[-a-z]*-(?P<month>\d\d)[-/](?P<day>\d\d)[-/]"
        r"(?P<year>20\d\d)\.zip",
        newest=lambda m: (m["year"], m["month"], m["day"]),
    )


def _release(table: TableFile, batch: Batch) -> Release:
    """As pinned, or by the years of its rows: the newest that begins in it dates the file."""
    if pinned := pinned_release(SOURCE, __name__, table.file):
        return pinned
    years = [year for year in batch.columns["from_year"] if isinstance(year, int)]
    first, last = min(years), max(years)
    return Release(
        source=SOURCE.id,
        id=f"zip{last}",
        title=f"{SOURCE.title}, {first} to {last}",
        issued=date(last, 1, 1),
        issued_basis="not printed; the first day of the newest year in which a row begins",
        covers=Period(date(first, 1, 1), observed=True),
        note="Rows that had not ended are taken to hold until a later file.",
    )
