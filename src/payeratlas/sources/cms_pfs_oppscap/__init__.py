"""CMS amounts of imaging services under the OPPS cap (OPPSCAP). See README.md beside this file."""

from __future__ import annotations

from collections.abc import Sequence

from payeratlas.formats import SourceFile
from payeratlas.model.provenance import Release, Source
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import (
    billing_code,
    contractor,
    control_z,
    fee_modifier,
    locality_number,
    shaped,
)
from payeratlas.sources._files import TableFile, layouts, one_table
from payeratlas.sources._pfs import INDEX_URL, archive_release, found_archives, undated
from payeratlas.sources._releases import CPT_LICENCE, whole
from payeratlas.tables.pfs_oppscap import TABLE
from payeratlas.tables.reading import Reading

SOURCE = Source(
    id="cms_pfs_oppscap",
    title="OPPS caps of imaging services",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url=INDEX_URL,
    licence=CPT_LICENCE,
    tables=("pfs_oppscap",),
    cadence="quarterly",
)

LEAST_ROWS = 5_000  # 16,100 and 17,710 in the whole files at hand


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: an OPPSCAP csv, or the whole RVU archive it was served in."""
    table = one_table(files, r"OPPSCAP.*\.csv", layouts(__name__), "OPPSCAP")
    batch = table.batch(
        TABLE,
        clean={
            "hcpcs": billing_code,
            "modifier": fee_modifier,
            "status": shaped(r"[A-Z]", "a status code"),
            "carrier": contractor,
            "locality": locality_number,
        },
        sift=control_z,
    )
    return Reading(whole(_release(table), [table], [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """The RVU archives CMS offers, newest first; each holds the OPPSCAP file of its quarter."""
    return found_archives(get)


def _release(table: TableFile) -> Release:
    release = archive_release(SOURCE, __name__, table)
    if release is None:
        raise undated("the OPPSCAP file", table.where)
    return release
