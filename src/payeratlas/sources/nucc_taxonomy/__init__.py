"""NUCC provider taxonomy codes, codes only. See README.md beside this file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Release, Source
from payeratlas.model.time import Period
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import taxonomy_code
from payeratlas.sources._discover import offered
from payeratlas.sources._files import TableFile, layouts, one_table
from payeratlas.sources._releases import whole
from payeratlas.tables.nucc_taxonomy import TABLE
from payeratlas.tables.reading import Reading

SOURCE = Source(
    id="nucc_taxonomy",
    title="Provider taxonomy codes",
    publisher="National Uniform Claim Committee (NUCC)",
    index_url="https://www.nucc.org/index.php/code-sets-mainmenu-41/"
    "provider-taxonomy-mainmenu-40/csv-mainmenu-57",
    licence="Code set: copyright National Uniform Claim Committee and American Medical "
    "Association; codes only, names and definitions are dropped on reading.",
    tables=("nucc_taxonomy",),
    cadence="twice a year",
)

LEAST_ROWS = 700  # 883 in version 25.1
_VERSION = re.compile(r"nucc_taxonomy_(?P<year>\d\d)(?P<half>[01])\.csv", re.IGNORECASE)


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: the code set as the NUCC's csv."""
    table = one_table(files, _VERSION.pattern, layouts(__name__), "provider taxonomy codes")
    batch = table.batch(
        TABLE,
        clean={"taxonomy": taxonomy_code},
    )
    return Reading(whole(_release(table), [table], [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """The versions of the code set the NUCC offers, newest first."""
    return offered(
        get,
        SOURCE.index_url,
        rf"/{_VERSION.pattern}",
        newest=lambda m: (int(m["year"]), int(m["half"])),
    )


def _release(table: TableFile) -> Release:
    """Version yy.0 is issued on 1 January for use from 1 April, yy.1 on 1 July from 1 October."""
    named = _VERSION.fullmatch(table.name)
    if not named:
        raise FileError(
            "the file prints no version, and its name names none.",
            where=table.where,
            cure="keep the name the NUCC gave it, for example nucc_taxonomy_251.csv.",
        )
    year, second = 2000 + int(named["year"]), named["half"] == "1"
    version = f"{year - 2000}.{named['half']}"
    covers = (
        Period(date(year, 10, 1), date(year + 1, 4, 1))
        if second
        else Period(date(year, 4, 1), date(year, 10, 1))
    )
    return Release(
        source=SOURCE.id,
        id=f"nucc{named['year']}.{named['half']}",
        title=f"Provider taxonomy codes, version {version}",
        issued=date(year, 7 if second else 1, 1),
        issued_basis="not printed; the NUCC's day of issue for the version in the file's name",
        covers=covers,
    )
