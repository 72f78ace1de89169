"""CMS's quarterly file of HCPCS Level II (ANWEB): its name, its kinds of records, its release."""

from __future__ import annotations

import re
from datetime import date

from payeratlas.model.provenance import Release, Source
from payeratlas.sources import Found, Get
from payeratlas.sources._discover import offered
from payeratlas.sources._files import TableFile
from payeratlas.sources._releases import pinned_release, quarter, required_release

INDEX_URL = (
    "https://www.cms.gov/medicare/coding-billing/healthcare-common-procedure-system/"
    "quarterly-update"
)
MEMBER = r"HCPC20\d\d_[A-Z]+_ANWEB(?:[ _-]?v?\d+)?\.(?:csv|xlsx)"
"""The file in CMS's archive, as a regular expression for its whole name."""

# RECID of the file: 3 a code, 4 more of its text, 7 a modifier, 8 more of its text.
CODE, CODE_CONTINUED, MODIFIER, MODIFIER_CONTINUED = "3", "4", "7", "8"

_NAMED = re.compile(r"HCPC(20\d\d)_(JAN|APR|JUL|OCT)_ANWEB", re.IGNORECASE)
_MONTHS = {"JAN": 1, "APR": 4, "JUL": 7, "OCT": 10}
_QUARTERS = ("january", "april", "july", "october")


def headings(table: TableFile) -> list[str]:
    """The headings of a table file, as the record prints them."""
    return table.records[table.bound.first_ordinal - 2][1]


def release(source: Source, package: str, table: TableFile) -> Release:
    """The release that a file's name gives, else the one that ``releases.toml`` names for it."""
    named = _NAMED.search(table.name)
    if named is None:
        return required_release(source, package, table)
    if pinned := pinned_release(source, package, table.file):
        return pinned
    covers = quarter(date(int(named[1]), _MONTHS[named[2].upper()], 1))
    month = _QUARTERS[(covers.start.month - 1) // 3].capitalize()
    return Release(
        source=source.id,
        id=f"hcpcs{covers.start.year}q{(covers.start.month + 2) // 3}",
        title=f"{source.title}, {month} {covers.start.year}",
        issued=covers.start,
        issued_basis="not printed; the first day of the quarter in the file's name stands in",
        covers=covers,
    )


def archives(get: Get) -> list[Found]:
    """The quarterly HCPCS archives CMS offers, newest first."""
    return offered(
        get,
        INDEX_URL,
        r"/(?P<month>january|april|july|october)-(?P<year>20\d\d)-alpha-numeric-hcpcs[^/]*\.zip",
        newest=lambda m: (int(m["year"]), _QUARTERS.index(m["month"].lower())),
    )
