"""CMS wage indices of ambulatory surgical centers. See README.md beside this file."""

from __future__ import annotations

from collections.abc import Sequence

from payeratlas.formats import SourceFile
from payeratlas.model.provenance import Source
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import shaped
from payeratlas.sources._discover import offered
from payeratlas.sources._files import layouts, one_table
from payeratlas.sources._releases import PUBLIC_DOMAIN, calendar_year, whole
from payeratlas.tables.asc_wage_index import TABLE
from payeratlas.tables.reading import Reading

SOURCE = Source(
    id="cms_asc_wage_index",
    title="Wage indices of ambulatory surgical centers",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url="https://www.cms.gov/medicare/payment/prospective-payment-systems/"
    "ambulatory-surgical-center-asc",
    licence=PUBLIC_DOMAIN,
    tables=("asc_wage_index",),
    cadence="yearly",
)

LEAST_ROWS = 400  # 462 and more in the whole files at hand


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: the wage index file of one calendar year, as text with tabs or commas."""
    table = one_table(files, r".*wage.*\.(?:csv|txt)", layouts(__name__), "wage indices")
    at = table.bound.bindings["wage_index"].position - 1

    def without_index(cells: Sequence[str]) -> str | None:
        bare = len(cells) == table.bound.width and not cells[at].strip()
        return "area without a wage index" if bare else None

    batch = table.batch(
        TABLE,
        clean={"cbsa": shaped(r"[0-9]{5}|[0-9]{2}", "a CBSA")},
        sift=without_index,
    )
    release = calendar_year(SOURCE, 2000 + int(table.bound.dates["yy"]))
    return Reading(whole(release, [table], [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """The wage index files CMS offers, newest first."""
    return offered(
        get,
        SOURCE.index_url,
        r"/[^/]*(?P<year>20\d\d)[^/]*wage[-_ ]?ind[^/]*\.zip",
        newest=lambda m: (int(m["year"]),),
    )
