"""CMS anesthesia conversion factors by payment locality (ANES). See README.md beside this file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import islice

from payeratlas.formats import SourceFile, records
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Release, Source
from payeratlas.model.time import Period
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import (
    contractor,
    control_z,
    locality_number,
    padded,
    unmarked,
)
from payeratlas.sources._files import HEAD, TableFile, candidates, layouts, only, opened
from payeratlas.sources._pfs import INDEX_URL, archive_issue, found_archives
from payeratlas.sources._releases import PUBLIC_DOMAIN, calendar_year, pinned_release, whole
from payeratlas.tables import anes_cf, anes_national_cf
from payeratlas.tables.contract import Binding
from payeratlas.tables.reading import Batch, Epoch, Reading, read_batch

SOURCE = Source(
    id="cms_anesthesia",
    title="Anesthesia conversion factors",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url=INDEX_URL,
    licence=PUBLIC_DOMAIN,
    tables=("anes_cf", "anes_national_cf"),
    cadence="yearly, served again with every quarterly archive",
)

LEAST_ROWS = 100  # 109 to 112 localities in every file since 2020
CLEAN = {
    "mac": padded(5, contractor),
    "locality": padded(2, locality_number),
    "locality_name": unmarked,
}
_NATIONAL = re.compile(r"National Anes CF of (\d+\.\d+)")
_YEAR = re.compile(r"ANES(20\d\d)\.csv", re.IGNORECASE)


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: an ANES csv, or the whole RVU archive it was served in."""
    found = [opened(f, m, _epochs(f, m)) for f, m in candidates(files, r"ANES.*\.csv")]
    table = only(found, "ANES")
    batch = table.batch(
        anes_cf.TABLE,
        clean=CLEAN,
        sift=control_z,
    )
    release = whole(_release(table), found, [(batch, LEAST_ROWS)])
    return Reading(release, (batch, *_national(table)))


def discover(get: Get) -> list[Found]:
    """The RVU archives CMS offers, newest first; each holds the ANES file of its year."""
    return found_archives(get)


def _epochs(file: SourceFile, member: str) -> list[Epoch]:
    """The layouts, ``{national}`` in their headings replaced by the factor that the file prints."""
    known = layouts(__name__)
    try:
        head = list(islice(records(file, member), HEAD))
    except FileError:
        return known  # opening it says what is wrong
    found = (_NATIONAL.fullmatch(cell.strip()) for _, cells in head for cell in cells)
    national = next((match[1] for match in found if match), "{national}")
    return [
        replace(e, columns={h.replace("{national}", national): c for h, c in e.columns.items()})
        for e in known
    ]


def _national(table: TableFile) -> tuple[Batch, ...]:
    """The national factor as a row of its own, read from the heading; none where it was lost."""
    binding = table.bound.bindings["conversion_factor"]
    if not _NATIONAL.fullmatch(binding.heading):
        return ()
    heading = table.records[table.bound.first_ordinal - 2]
    # Named by its words alone: a citation must not be taken for one of the factors below it.
    binding = Binding(binding.position, binding.heading.rpartition(" ")[0])
    bound = replace(table.bound, bindings={"conversion_factor": binding})
    return (
        read_batch(
            [heading],
            bound,
            anes_national_cf.TABLE,
            table.file.artifact,
            member=table.member,
            clean={"conversion_factor": _printed_factor},
        ),
    )


def _printed_factor(heading: str) -> str:
    found = _NATIONAL.search(" ".join(heading.split()))
    if not found:
        raise ValueError("it names no national factor")
    return found[1]


def _release(table: TableFile) -> Release:
    """As pinned, as the archive or the file's name dates it, or the year in the file's name.

    A conversion factor holds to the end of its calendar year unless a later release corrects it,
    so that a file of a quarter covers from that quarter on.
    """
    if pinned := pinned_release(SOURCE, __name__, table.file):
        return pinned
    if issue := archive_issue(table.file, table.member):
        covers = Period(issue.covers.start, date(issue.year + 1, 1, 1))
        return replace(issue, covers=covers).release(SOURCE, SOURCE.title)
    if named := _YEAR.fullmatch(table.name):
        return calendar_year(SOURCE, int(named[1]))
    raise FileError(
        "the ANES file prints no year, and neither its archive nor its name states one.",
        where=table.where,
        cure="keep the name CMS gave it (ANES2025.csv), or give the whole RVU archive.",
    )
