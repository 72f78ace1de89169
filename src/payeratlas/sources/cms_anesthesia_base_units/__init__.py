"""CMS base units of anesthesia codes. See README.md beside this file."""

from __future__ import annotations

from collections.abc import Sequence

from payeratlas.formats import SourceFile
from payeratlas.model.provenance import Source
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import shaped
from payeratlas.sources._discover import offered
from payeratlas.sources._files import layouts, one_table
from payeratlas.sources._releases import CPT_LICENCE, calendar_year, pinned_release, whole
from payeratlas.tables.anes_base_units import TABLE
from payeratlas.tables.reading import Reading

SOURCE = Source(
    id="cms_anesthesia_base_units",
    title="Anesthesia base units",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url="https://www.cms.gov/medicare/payment/fee-schedules/physician/"
    "anesthesiologists-center",
    licence=CPT_LICENCE,
    tables=("anes_base_units",),
    cadence="yearly",
)

LEAST_ROWS = 250  # 276 in the whole file of 2022
_CODE = shaped(r"0[01][0-9]{3}", "an anesthesia code, 00100 to 01999")
_UNITS = shaped(r"[0-9]{1,2}", "base units, a whole number")


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: the text file of one calendar year, which its heading prints."""
    table = one_table(
        files, r".*anesthesia.*base.*units.*\.txt", layouts(__name__), "anesthesia base units"
    )
    batch = table.batch(
        TABLE,
        clean={"hcpcs": _CODE, "base_units": _UNITS},
    )
    release = pinned_release(SOURCE, __name__, table.file) or calendar_year(
        SOURCE, int(table.bound.dates["year"])
    )
    return Reading(whole(release, [table], [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """The base unit files CMS offers, newest first."""
    return offered(
        get,
        SOURCE.index_url,
        r"/[^/]*(?P<year>20\d\d)[^/]*anesthesia[-_ ]base[-_ ]units[^/]*\.zip",
        newest=lambda m: (int(m["year"]),),
    )
