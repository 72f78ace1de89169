"""CMS payment limits of Part B drugs (ASP pricing file). See README.md beside this file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Release, Source
from payeratlas.model.time import Period
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import billing_code
from payeratlas.sources._discover import offered
from payeratlas.sources._files import TableFile, layouts, one_table
from payeratlas.sources._releases import CPT_LICENCE, whole
from payeratlas.tables.asp_limit import TABLE
from payeratlas.tables.reading import Reading

SOURCE = Source(
    id="cms_asp",
    title="Payment limits of Part B drugs",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url="https://www.cms.gov/medicare/payment/part-b-drugs/asp-pricing-files",
    licence=CPT_LICENCE,
    tables=("asp_limit",),
    cadence="quarterly",
)

LEAST_ROWS = 600  # 877 in January 2026
NOT_PRICED = "N/A"
_MEMBER = r"(?!.*(?:NOC|crosswalk)).*(?:payment[ _-]?limit|asp[ _-]?pricing).*\.csv"
_DAY = r"([A-Z][a-z]+ \d{1,2}, 20\d\d)"
_EFFECTIVE = re.compile(rf"Effective {_DAY} through {_DAY}")
_MONTHS = ("january", "april", "july", "october")


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: a quarter's payment limits as a csv, or the archive CMS serves it in."""
    table = one_table(files, _MEMBER, layouts(__name__), "payment limits")
    batch = table.batch(
        TABLE,
        clean={"hcpcs": billing_code, "payment_limit": _limit},
    )
    return Reading(whole(_release(table), [table], [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """The quarterly archives CMS offers, newest first."""
    return offered(
        get,
        SOURCE.index_url,
        rf"/(?P<month>{'|'.join(_MONTHS)})-(?P<year>20\d\d)-"
        r"(?:medicare-part-b-payment-limit|asp-pricing)-files?[^/]*\.zip",
        newest=lambda m: (int(m["year"]), _MONTHS.index(m["month"].lower())),
    )


def _limit(text: str) -> str:
    """Nothing where CMS prints that there is no limit: never a zero."""
    return "" if text.strip() == NOT_PRICED else text


def _release(table: TableFile) -> Release:
    printed = _EFFECTIVE.search(table.preamble)
    if not printed:
        raise FileError(
            "the file prints no dates of the form 'Effective January 1, 2026 through March 31, "
            "2026'.",
            where=table.where,
            cure="use the file as CMS serves it.",
        )
    start, last = (_day(text, table.where) for text in printed.groups())
    return Release(
        source=SOURCE.id,
        id=f"asp{start.year}q{(start.month + 2) // 3}",
        title=f"{SOURCE.title}, {start:%B %Y}",
        issued=start,
        issued_basis="not printed in the file; the first covered day stands in",
        covers=Period(start, last + timedelta(days=1)),
    )


def _day(text: str, where: str) -> date:
    try:
        # A day alone, without a clock or a zone.
        return datetime.strptime(text, "%B %d, %Y").date()  # noqa: DTZ007
    except ValueError as error:
        raise FileError(
            f"'{text}' is no date.", where=where, cure="use the file as CMS serves it."
        ) from error
