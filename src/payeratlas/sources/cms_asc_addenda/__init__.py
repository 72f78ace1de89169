"""CMS payment to ambulatory surgical centers (Addenda AA, BB, DD1, EE, FF). See README.md."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, cast

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Release, Source
from payeratlas.model.time import month_number
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import billing_code, dollars, numbered_note, percent, shaped
from payeratlas.sources._discover import offered
from payeratlas.sources._files import TableFile, candidates, layouts, opened, toml
from payeratlas.sources._releases import CPT_LICENCE, calendar_year, quarter, whole
from payeratlas.tables import asc_aa, asc_bb, asc_dd1, asc_ee, asc_ff
from payeratlas.tables.reading import Batch, Clean, Reading

SOURCE = Source(
    id="cms_asc_addenda",
    title="Payment to ambulatory surgical centers",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url="https://www.cms.gov/medicare/payment/prospective-payment-systems/"
    "ambulatory-surgical-center-asc/asc-payment-rates-addenda",
    licence=CPT_LICENCE,
    tables=("asc_aa", "asc_bb", "asc_dd1", "asc_ee", "asc_ff"),
    cadence="quarterly",
)

TABLES = {module.TABLE.name: module.TABLE for module in (asc_aa, asc_bb, asc_dd1, asc_ee, asc_ff)}
# Well below the rows of a whole file: 4,010, 1,922, 21, 1,557 and 4,010 at least.
LEAST_ROWS = {"asc_aa": 3_000, "asc_bb": 1_200, "asc_dd1": 15, "asc_ee": 1_000, "asc_ff": 3_000}

_ADDENDA = r".*(?<![A-Z0-9])(?:AA|BB|DD1|EE|FF)(?![A-Z0-9]).*\.(?:csv|txt)"
_TITLE = re.compile(r"Addendum (?:EE|DD1) .*?\bCY (20\d\d)")
_indicator = shaped(r"[A-Z][0-9]", "a payment indicator")


def _payment_indicator(text: str) -> str:
    """A payment indicator; CMS prints a K5 of 2026 in lower case."""
    return _indicator(text.upper())


CLEAN: Mapping[str, Clean] = {
    "hcpcs": billing_code,
    "mark": shaped(r"\*{0,3}", "a mark"),
    "multiple_procedure_discount": shaped(r"[YN]?", "Y or N"),
    "comment_indicator": shaped(r"(?:[A-Z]{2})?", "a comment indicator"),
    "pass_through_expires": shaped(r"\*?", "a mark"),
    "payment_indicator": _payment_indicator,
    "indicator": _payment_indicator,
    "definition": lambda text: " ".join(text.split()),
    "payment_rate": dollars,
    "ira_copayment": dollars,
    "apc": shaped(r"(?:[0-9]{4})?", "an APC"),
    "apc_device_offset": percent,
    "opps_rate": dollars,
    "device_offset": percent,
    "device_portion": dollars,
}


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: the addenda AA, BB, EE and FF of one quarter, with or without DD1, as csv or
    tab-separated text, or in the zip CMS serves them in. DD1 alone is a release of its own."""
    epochs = layouts(__name__)
    tables = [opened(f, m, epochs) for f, m in candidates(files, _ADDENDA)]
    filled = [table.bound.epoch.table for table in tables]
    if len(set(filled)) < len(filled):
        raise FileError(
            f"two files hold the same addendum: {', '.join(sorted(filled))}.",
            where=", ".join(t.where for t in tables),
            cure="give each addendum of one quarter once.",
        )
    batches = tuple(_batch(table) for table in tables)
    least = [(batch, LEAST_ROWS[batch.table.name]) for batch in batches]
    return Reading(whole(_release(tables), tables, least), batches)


def discover(get: Get) -> list[Found]:
    """The archives of ASC addenda that CMS offers, newest first."""
    effective = r"/(?P<month>jan|mar|apr|jul|oct)[a-z]*-(?:(?P<day>\d\d?)-)?(?P<year>20\d\d)"
    return offered(
        get,
        SOURCE.index_url,
        rf"{effective}-asc[^/]*\.zip",
        rf"{effective}(?:-asc[^/]*)?/?$",
        newest=lambda m: (int(m["year"]), month_number(m["month"]), int(m["day"] or 0)),
    )


def _batch(table: TableFile) -> Batch:
    contract = TABLES[table.bound.epoch.table]
    names = {column.name for column in contract.columns}
    return table.batch(
        contract,
        clean={name: clean for name, clean in CLEAN.items() if name in names},
        sift=numbered_note,
        merge="the same row printed twice",
    )


def _quarter(table: TableFile) -> date | None:
    """The first day of the quarter that a file's headings print; None where they print none.

    Headings that name a year alone ("CY 2021 Payment Rate") are those of the final rule, in force
    from January.
    """
    dates = table.bound.dates
    if "year" not in dates:
        return None
    return date(int(dates["year"]), month_number(dates.get("month", "January")), 1)


def _release(tables: Sequence[TableFile]) -> Release:
    """The release by the headings, which print the quarter; titles of EE and DD1 print a year."""
    quarters = {start: table for table in tables if (start := _quarter(table))}
    if len(quarters) > 1:
        raise FileError(
            f"files of {' and '.join(f'{day:%Y-%m}' for day in sorted(quarters))} were given "
            "together.",
            where=", ".join(t.where for t in tables),
            cure="read each quarter by itself.",
        )
    for table in tables:
        title = _TITLE.search(table.preamble)
        for start in quarters:
            if title and int(title[1]) != start.year:
                raise FileError(
                    f"its title says CY {title[1]}, the other addenda are of {start.year}.",
                    where=table.where,
                    cure="read each quarter by itself.",
                )
    named = sorted(table.bound.epoch.table.removeprefix("asc_").upper() for table in tables)
    if not quarters:
        return _yearly(tables, named)
    (start,) = quarters
    covers = quarter(start)
    if covers.start != start:
        raise FileError(
            f"the headings print {start:%Y-%m}, which begins no quarter.", where=tables[0].where
        )
    release_id = f"asc{start.year}q{(start.month + 2) // 3}"
    entry = _known().get(release_id, {})
    return Release(
        source=SOURCE.id,
        id=release_id,
        title=f"{SOURCE.title}, effective {start} ({', '.join(named)})",
        issued=start,
        issued_basis="not printed in the files; the first covered day stands in",
        covers=replace(covers, end=entry.get("until", covers.end)),
        note=entry.get("note", ""),
    )


def _known() -> dict[str, dict[str, Any]]:
    """What ``releases.toml`` says of releases, by id: ``until`` and ``note``."""
    entries = cast(list[dict[str, Any]], toml(__name__, "releases.toml")["release"])
    return {entry["id"]: entry for entry in entries}


def _yearly(tables: Sequence[TableFile], named: Sequence[str]) -> Release:
    """The release of DD1 alone: its title prints the calendar year it is for."""
    title = _TITLE.search(tables[0].preamble)
    if list(named) != ["DD1"] or not title:
        raise FileError(
            "Addendum EE prints a year and no quarter."
            if "EE" in named
            else "the file prints no year of the form 'for CY 2025'.",
            where=tables[0].where,
            cure="give it together with Addendum AA of the same quarter.",
        )
    release = calendar_year(SOURCE, int(title[1]))
    return replace(
        release,
        id=f"dd1-{release.id}",
        title=f"Payment indicators of ambulatory surgical centers, CY {title[1]}",
    )
