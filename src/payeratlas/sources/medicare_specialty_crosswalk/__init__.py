"""Medicare specialty codes to provider taxonomy codes. See README.md beside this file."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Release, Source
from payeratlas.model.time import Period
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import shaped, taxonomy_code
from payeratlas.sources._discover import catalogued
from payeratlas.sources._files import TableFile, candidates, layouts, only, opened
from payeratlas.sources._releases import whole
from payeratlas.tables.reading import Reading
from payeratlas.tables.specialty_taxonomy import TABLE

SOURCE = Source(
    id="medicare_specialty_crosswalk",
    title="Medicare specialties and provider taxonomy codes",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url=(
        "https://data.cms.gov/provider-characteristics/medicare-provider-supplier-enrollment/"
        "medicare-provider-and-supplier-taxonomy-crosswalk"
    ),
    licence="US government work. Provider taxonomy codes: copyright National Uniform Claim "
    "Committee; codes only, their descriptions are dropped on reading.",
    tables=("specialty_taxonomy",),
    cadence="irregular, several times a year",
)

LEAST_ROWS = 400  # 565 in October 2025
_FOOTNOTE = re.compile(r"\[\d+\]$")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_NAMED = re.compile(
    rf".*taxonomy_crosswalk_(?P<month>{'|'.join(_MONTHS)})_(?P<year>20\d\d)\.csv", re.IGNORECASE
)


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: CMS's crosswalk as a csv."""
    places = candidates(files, r".*taxonomy_crosswalk.*\.csv")
    found = [opened(f, m, layouts(__name__)) for f, m in places]
    table = only(found, "the taxonomy crosswalk")
    batch = table.batch(
        TABLE,
        clean={
            "specialty": _without_footnote(shaped(r"[0-9A-Z]{2}", "a specialty code")),
            "provider_type": _without_footnote(str),
            "taxonomy": lambda text: taxonomy_code(text) if text.strip() else "",
        },
    )
    return Reading(whole(_release(table), found, [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """The crosswalks in CMS's data catalog, newest first."""
    return catalogued(
        get,
        _NAMED.pattern,
        newest=lambda m: (int(m["year"]), _MONTHS.index(m["month"].lower())),
    )


def _without_footnote(check: Callable[[str], str]) -> Callable[[str], str]:
    """A ``clean`` that takes the number of a footnote off the end (``A0[7]``), then checks."""
    return lambda text: check(_FOOTNOTE.sub("", text.strip()))


def _release(table: TableFile) -> Release:
    named = _NAMED.fullmatch(table.name)
    if not named:
        raise FileError(
            "the file prints no date, and its name names no month.",
            where=table.where,
            cure="keep the name CMS gave it, for example "
            "medicare_provider_and_supplier_taxonomy_crosswalk_october_2025.csv.",
        )
    start = date(int(named["year"]), _MONTHS.index(named["month"].lower()) + 1, 1)
    return Release(
        source=SOURCE.id,
        id=f"crosswalk{start:%Y-%m}",
        title=f"{SOURCE.title}, {start:%B %Y}",
        issued=start,
        issued_basis="not printed; the first day of the month in the file's name stands in",
        covers=Period(start, observed=True),
        note="The crosswalk prints no dates of validity; the period is observed, open until a "
        "later file.",
    )
