"""CMS place-of-service code set. See README.md beside this file."""

from __future__ import annotations

from collections.abc import Sequence

from payeratlas.formats import SourceFile
from payeratlas.model.provenance import Source
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import padded, shaped
from payeratlas.sources._discover import offered
from payeratlas.sources._files import layouts, one_table
from payeratlas.sources._releases import PUBLIC_DOMAIN, required_release, whole
from payeratlas.tables.pos import TABLE
from payeratlas.tables.reading import Reading

SOURCE = Source(
    id="cms_pos",
    title="Place of service codes",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url="https://www.cms.gov/medicare/coding-billing/place-of-service-codes/code-sets",
    licence=PUBLIC_DOMAIN,
    tables=("pos",),
    cadence="irregular",
)

LEAST_ROWS = 90  # the set numbers its places 01 to 99, unassigned ones included
CLEAN = {"pos": padded(2, shaped(r"[0-9]{2}", "a place of service"))}


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: the code set as a csv."""
    table = one_table(files, r".*pos_codes.*\.csv", layouts(__name__), "place of service codes")
    batch = table.batch(TABLE, clean=CLEAN)
    release = required_release(SOURCE, __name__, table)
    return Reading(whole(release, [table], [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """Downloads offered on CMS's page of the code set (a PDF; the table is on the page itself)."""
    return offered(
        get,
        SOURCE.index_url,
        r"/files/(?:document|zip)/[^/]*place-of-service[^/]*\.(?:pdf|zip|xlsx|csv)",
        newest=lambda _: (),
    )
