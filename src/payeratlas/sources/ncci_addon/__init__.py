"""NCCI add-on code edits for Medicare. See README.md beside this file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Release, Source
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import billing_code, shaped
from payeratlas.sources._discover import offered
from payeratlas.sources._files import TableFile, layouts, one_table
from payeratlas.sources._releases import CPT_LICENCE, quarter, whole
from payeratlas.tables.ncci_addon import TABLE
from payeratlas.tables.reading import Reading

SOURCE = Source(
    id="ncci_addon",
    title="NCCI add-on code edits",
    publisher="Centers for Medicare & Medicaid Services (CMS), National Correct Coding Initiative",
    index_url=(
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/"
        "medicare-ncci-add-code-edits"
    ),
    licence=CPT_LICENCE,
    tables=("ncci_addon",),
    cadence="quarterly",
)

LEAST_ROWS = 5_000  # 7,465 in July 2024

_QUARTER = re.compile(r"aoc_v?(?P<year>20\d\d)q(?P<quarter>[1-4])", re.IGNORECASE)


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: the converted add-on code edits of one quarter as a csv."""
    table = one_table(files, r"AOC_V.*\.csv", layouts(__name__), "add-on code edits")
    batch = table.batch(
        TABLE,
        clean={
            "addon": billing_code,
            "primary": shaped(r"CCCCC|[0-9A-Z][0-9]{3}[0-9A-Z]", "a primary code"),
            "type": shaped(r"[123]", "a type of add-on code (1, 2 or 3)"),
        },
    )
    return Reading(whole(_release(table), [table], [(batch, LEAST_ROWS)]), (batch,))


def discover(get: Get) -> list[Found]:
    """The add-on code files CMS offers, newest first."""
    return offered(
        get,
        SOURCE.index_url,
        r"/[^/]*(?:add-?on-code|aoc)[^/]*?(?P<year>20\d\d)-?q(?P<quarter>\d)[^/]*\.zip",
        newest=lambda m: (int(m["year"]), int(m["quarter"])),
    )


def _release(table: TableFile) -> Release:
    named = _QUARTER.search(table.name) or _QUARTER.search(table.file.artifact.name)
    if named is None:
        raise FileError(
            "the file prints no date, and its name names no quarter.",
            where=table.where,
            cure="end its name in the quarter CMS's page gives, for example _aoc_2026q3.csv.",
        )
    start = date(int(named["year"]), 3 * int(named["quarter"]) - 2, 1)
    return Release(
        source=SOURCE.id,
        id=f"aoc{start.year}q{named['quarter']}",
        title=f"{SOURCE.title}, effective {start}",
        issued=start,
        issued_basis="not printed; the first day of the quarter in the file's name stands in",
        covers=quarter(start),
        note="A conversion, which left out the edits that CMS marks as deleted.",
    )
