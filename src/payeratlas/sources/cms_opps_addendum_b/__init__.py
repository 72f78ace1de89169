"""CMS hospital outpatient payment by billing code (OPPS Addendum B). See README.md beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Release, Source
from payeratlas.model.time import month_number
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import billing_code, dollars, percent, shaped
from payeratlas.sources._discover import offered
from payeratlas.sources._files import TableFile, base_name, layouts, one_table
from payeratlas.sources._releases import CPT_LICENCE, pinned_release, quarter, whole
from payeratlas.tables.opps_addendum_b import TABLE
from payeratlas.tables.reading import Reading

SOURCE = Source(
    id="cms_opps_addendum_b",
    title="Hospital outpatient payment by code (OPPS Addendum B)",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url="https://www.cms.gov/medicare/payment/prospective-payment-systems/"
    "hospital-outpatient-pps/quarterly-addenda-updates",
    licence=CPT_LICENCE,
    tables=("opps_addendum_b",),
    cadence="quarterly, and corrected within a quarter",
)

LEAST_ROWS = 15_000  # 18,109 and more in the whole files at hand

_TITLE = re.compile(r"Addendum B\b.*?\bCY (20\d\d)")
_MONTH = re.compile(r"(?<![A-Z])(January|April|July|October)(?![A-Z])", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_DATED = re.compile(r"(?<!\d)(\d\d?)[._-](\d\d?)[._-](?:20)?(\d\d)\.\w+$")


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: an Addendum B csv, or the zip CMS serves it in."""
    table = one_table(files, r".*Addendum.?B.*\.csv", layouts(__name__), "Addendum B")
    batch = table.batch(
        TABLE,
        clean={
            "hcpcs": _code,
            "status_indicator": shaped(r"[A-Z][0-9]?", "a status indicator"),
            "apc": shaped(r"(?:[0-9]{4})?", "an APC"),
            "payment_rate": dollars,
            "copayment_national": dollars,
            "copayment_minimum": dollars,
            "ira_coinsurance": percent,
            "copayment_adjusted": dollars,
            "pass_through_expires": shaped(r"\*?", "a mark"),
            "changed": shaped(r"\*?", "a mark"),
        },
    )
    return Reading(whole(_release(table), [table], [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """The quarterly Addendum B files CMS offers, newest first."""
    month = "january|april|july|october"
    return offered(
        get,
        SOURCE.index_url,
        rf"/(?:(?P<month>{month})-(?P<year>20\d\d)|(?:cy-)?(?P<first>20\d\d)-(?P<then>{month}))"
        r"(?:-opps)?-addendum-b(?![a-z])[^/]*\.zip",
        rf"/(?P<month>{month})-(?P<year>20\d\d)(?:-[^/]*)?$",
        newest=_newest,
    )


def _newest(found: Mapping[str, str]) -> tuple[int, int]:
    """Year and month of an address, in whichever order it names them."""
    return int(found["year"] or found["first"]), month_number(found["month"] or found["then"])


def _code(text: str) -> str:
    """A billing code; one file holds the sign of a lost character after two of them."""
    return billing_code(text.replace("\ufffd", " "))


def _release(table: TableFile) -> Release:
    """The release by the file's name: CMS prints the quarter and its own date nowhere else."""
    if pinned := pinned_release(SOURCE, __name__, table.file):
        return pinned
    name = base_name(table.name)
    month, year, dated = _MONTH.search(name), _YEAR.search(name), _DATED.search(name)
    if not (month and year and dated):
        raise FileError(
            "the file prints a calendar year, and its name lacks the quarter or CMS's date.",
            where=table.where,
            cure="keep the name CMS gave it, for example "
            "508_version_of_October_2025_Web_Addendum_B.10.31.25.csv.",
        )
    title = _TITLE.search(table.preamble)
    if title and title[1] != year[1]:
        raise FileError(
            f"the file says CY {title[1]}, its name {year[1]}.",
            where=table.where,
            cure="give the file the name CMS gave it.",
        )
    try:
        issued = date(2000 + int(dated[3]), int(dated[1]), int(dated[2]))
    except ValueError as error:
        raise FileError(f"its name ends in no date: {error}.", where=table.where) from error
    covers = quarter(date(int(year[1]), month_number(month[1]), 1))
    number = (covers.start.month + 2) // 3
    return Release(
        source=SOURCE.id,
        id=f"opps{covers.start.year}q{number}-{issued:%Y%m%d}",
        title=f"{SOURCE.title}, {month[1].capitalize()} {year[1]}, of {issued}",
        issued=issued,
        issued_basis="the date in the file's name",
        covers=covers,
    )
