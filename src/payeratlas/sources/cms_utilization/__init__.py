"""Medicare utilization by geography and service (MUP PHY). See README.md beside this file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Release, Source
from payeratlas.model.time import Period
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import billing_code, shaped
from payeratlas.sources._discover import catalogued
from payeratlas.sources._files import TableFile, candidates, layouts, opened
from payeratlas.sources._releases import CPT_LICENCE, pinned_release, required_release, whole
from payeratlas.tables import utilization, utilization_specialty
from payeratlas.tables.reading import Batch, Reading, read_batch

SOURCE = Source(
    id="cms_utilization",
    title="Medicare utilization by geography and service",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url=(
        "https://data.cms.gov/provider-summary-by-type-of-service/"
        "medicare-physician-other-practitioners/"
        "medicare-physician-other-practitioners-by-geography-and-service"
    ),
    licence=CPT_LICENCE,
    tables=("utilization", "utilization_specialty"),
    cadence="yearly",
)

# By layout: the table, and a number of rows below that of any whole file.
TABLES = {
    "geography": (utilization.TABLE, 100_000),
    "specialty": (utilization_specialty.TABLE, 50_000),
}
CLEAN = {
    "level": shaped(r"National|State", "a level of geography"),
    "geography": shaped(r"(?:[0-9]{2}|[0-9]?[A-Z]{1,2})?", "a state's code"),
    "hcpcs": billing_code,
    "drug": shaped(r"[YN]", "Y or N"),
    "place": shaped(r"[FO]", "a kind of place (F or O)"),
}
_NAMED = re.compile(
    r"MUP_PHY_R(?P<release>\d\d)_P\d\d_V\d\d_D(?P<data>\d\d)_Geo\.csv", re.IGNORECASE
)


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: CMS's file by geography and service, alone or with sums of the same year by
    provider type."""
    epochs = layouts(__name__)
    tables = [opened(f, m, epochs) for f, m in candidates(files, _NAMED.pattern)]
    kinds = [table.bound.epoch.id for table in tables]
    if kinds.count("geography") != 1 or kinds.count("specialty") > 1:
        raise FileError(
            "a release has one file by geography, and at most one by provider type; given were "
            + ", ".join(f"{t.where} (by {kind})" for t, kind in zip(tables, kinds, strict=True)),
            cure="give the files of one year together, the one by geography among them.",
        )
    releases = [_release(table) for table in tables]
    for table, release in zip(tables, releases, strict=True):
        if release.id != releases[0].id:
            raise FileError(
                f"files of {releases[0].id} and {release.id} were given together.",
                where=table.where,
                cure="read each year by itself.",
            )
    batches = [_batch(table) for table in tables]
    least = [(b, TABLES[kind][1]) for b, kind in zip(batches, kinds, strict=True)]
    return Reading(whole(releases[0], tables, least), tuple(batches))


def discover(get: Get) -> list[Found]:
    """The files by geography and service in CMS's data catalog, newest year first."""
    return catalogued(get, _NAMED.pattern, newest=lambda m: (int(m["data"]), int(m["release"])))


def _batch(table: TableFile) -> Batch:
    return read_batch(
        table.data,
        table.bound,
        TABLES[table.bound.epoch.id][0],
        table.file.artifact,
        member=table.member,
        clean=CLEAN,
    )


def _release(table: TableFile) -> Release:
    if pinned := pinned_release(SOURCE, __name__, table.file):
        return pinned
    named = _NAMED.fullmatch(table.name)
    if not named or table.bound.epoch.id != "geography":
        return required_release(SOURCE, __name__, table)
    year = 2000 + int(named["data"])
    return Release(
        source=SOURCE.id,
        id=f"cy{year}",
        title=f"{SOURCE.title}, CY {year}",
        issued=date(2000 + int(named["release"]), 1, 1),
        issued_basis="not printed; the first day of the year of release in the file's name",
        covers=Period(date(year, 1, 1), date(year + 1, 1, 1)),
    )
