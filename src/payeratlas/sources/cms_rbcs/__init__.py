"""Restructured BETOS Classification System (RBCS). See README.md beside this file."""

from __future__ import annotations

from collections.abc import Sequence

from payeratlas.formats import SourceFile
from payeratlas.model.provenance import Source
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import billing_code
from payeratlas.sources._discover import offered
from payeratlas.sources._files import candidates, layouts, only, opened
from payeratlas.sources._releases import CPT_LICENCE, required_release, whole
from payeratlas.tables.rbcs import TABLE
from payeratlas.tables.reading import Reading, read_batch

SOURCE = Source(
    id="cms_rbcs",
    title="Restructured BETOS Classification System",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url=(
        "https://data.cms.gov/provider-summary-by-type-of-service/"
        "provider-service-classifications/restructured-betos-classification-system"
    ),
    licence=CPT_LICENCE,
    tables=("rbcs",),
    cadence="yearly",
)

LEAST_ROWS = 12_000  # 17,033 in the release of services to 2022


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: the converted classification as a csv, which ``releases.toml`` must name."""
    found = [opened(f, m, layouts(__name__)) for f, m in candidates(files, r".*RBCS.*\.csv")]
    table = only(found, "the classification")
    batch = read_batch(
        table.data,
        table.bound,
        TABLE,
        table.file.artifact,
        member=table.member,
        clean={"hcpcs": billing_code, "ended": _ended},
    )
    release = required_release(SOURCE, __name__, table)
    return Reading(whole(release, found, [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """The files of the classification that CMS offers, newest first."""
    return offered(
        get,
        SOURCE.index_url,
        r"/[^/]*rbcs[^/]*?(?P<year>20\d\d)[^/]*\.(?:csv|zip)",
        newest=lambda m: (int(m["year"]),),
    )


def _ended(text: str) -> str:
    """A last day; the file prints 9999-12-31 where there is none."""
    return "" if text.strip() == "9999-12-31" else text
