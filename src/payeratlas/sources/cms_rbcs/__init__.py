"""Restructured BETOS Classification System (RBCS). See README.md beside this file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from payeratlas.formats import SourceFile
from payeratlas.model.provenance import Release, Source
from payeratlas.model.time import Period
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import billing_code
from payeratlas.sources._discover import offered
from payeratlas.sources._files import TableFile, layouts, one_table
from payeratlas.sources._releases import (
    CPT_LICENCE,
    pinned_release,
    required_release,
    whole,
)
from payeratlas.tables.rbcs import TABLE
from payeratlas.tables.reading import Batch, Reading, Sift, folded

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
_LATEST, _YEAR = "RBCS_Latest_Assignment", "First_RBCS_Release_Year"
_MAJOR = {"M": "Major", "O": "Other", "N": "Non-Procedure"}
_DAY = re.compile(r"(\d\d)/(\d\d)/(\d{4})")
_NO_END = "9999-12-31"


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: CMS's csv, or a converted one, which ``releases.toml`` must name.

    Of CMS's own csv the older assignments of a code are set aside.
    """
    table = one_table(files, r".*RBCS.*\.csv", layouts(__name__), "the classification")
    years: set[str] = set()
    batch = table.batch(
        TABLE,
        clean={
            "hcpcs": billing_code,
            "major": _major,
            "added": _day,
            "ended": lambda text: "" if _day(text) == _NO_END else _day(text),
            "assigned": _day,
        },
        sift=_older(table, years),
    )
    release = _release(table, batch, years)
    return Reading(whole(release, [table], [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """The files of the classification that CMS offers, newest first."""
    return offered(
        get,
        SOURCE.index_url,
        r"/[^/]*rbcs[^/]*?(?P<year>20\d\d)[^/]*\.(?:csv|zip)",
        newest=lambda m: (int(m["year"]),),
    )


def _older(table: TableFile, years: set[str]) -> Sift | None:
    """What sets aside the older assignments of CMS's csv; ``years`` takes the release years that
    the rows print. None for a layout that does not tell older ones."""
    heading = [folded(cell) for cell in table.records[table.bound.first_ordinal - 2][1]]
    if _LATEST not in heading:
        return None
    latest, year = heading.index(_LATEST), heading.index(_YEAR)

    def older(cells: Sequence[str]) -> str | None:
        if len(cells) != len(heading):
            return None  # torn: the reading refuses it by its place
        years.add(cells[year].strip())
        return "older assignment" if cells[latest].strip() == "0" else None

    return older


def _release(table: TableFile, batch: Batch, years: set[str]) -> Release:
    """As pinned; of CMS's own csv by the latest release year that its rows print."""
    printed = [int(year) for year in years if re.fullmatch(r"20\d\d", year)]
    if not printed or pinned_release(SOURCE, __name__, table.file):
        return required_release(SOURCE, __name__, table)
    year = max(printed)
    assigned = (day for day in batch.columns["assigned"] if isinstance(day, date))
    return Release(
        source=SOURCE.id,
        id=f"rbcs-ry{year}",
        title=f"{SOURCE.title}, release year {year}",
        issued=date(year, 1, 1),
        issued_basis="not printed; the first day of the latest release year of a row stands in",
        covers=Period(min(assigned), None, observed=True),
        note="The file prints days of its rows and none of its own; it is open until a later file.",
    )


def _day(text: str) -> str:
    """A day printed as 01/31/2014 as 2014-01-31; anything else is left."""
    return _DAY.sub(r"\3-\1-\2", text.strip())


def _major(text: str) -> str:
    """Major, Other or Non-Procedure, which CMS's csv prints as a letter."""
    word = _MAJOR.get(text.strip(), text.strip())
    if word not in _MAJOR.values():
        raise ValueError(f"it is none of {', '.join(_MAJOR)}")
    return word
