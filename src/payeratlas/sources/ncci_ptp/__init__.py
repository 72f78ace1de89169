"""NCCI procedure-to-procedure (PTP) edits for Medicare. See README.md beside this file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Release, Source
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import billing_code, compact_day, control_z, shaped
from payeratlas.sources._discover import offered
from payeratlas.sources._files import TableFile, base_name, candidates, layouts, opened
from payeratlas.sources._releases import CPT_LICENCE, excerpt, quarter, whole
from payeratlas.tables.ncci_ptp import TABLE
from payeratlas.tables.reading import Batch, Reading

SOURCE = Source(
    id="ncci_ptp",
    title="NCCI procedure-to-procedure edits",
    publisher="Centers for Medicare & Medicaid Services (CMS), National Correct Coding Initiative",
    index_url=(
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/"
        "medicare-ncci-procedure-procedure-ptp-edits"
    ),
    licence=CPT_LICENCE,
    tables=("ncci_ptp",),
    cadence="quarterly",
)

SERVICES = {
    "pra": "practitioner",
    "oph": "hospital",
    "practitioner": "practitioner",
    "outpatient": "hospital",
}
# Rows of all parts of a service: 2,546,017 and 1,775,818 in July 2024. With one part in four
# missing there would be fewer than these.
LEAST_ROWS = {"practitioner": 2_100_000, "hospital": 1_450_000}

_CMS_NAME = re.compile(
    r"cci(?P<service>pra|oph)-v(?P<version>\d{2,3})r(?P<revision>\d)-f(?P<part>\d)", re.IGNORECASE
)
_CONVERTED_NAME = re.compile(
    r"ptp_(?P<service>practitioner|outpatient)_(?P<year>20\d\d)q(?P<quarter>[1-4])", re.IGNORECASE
)
_FIRST_VERSION = 1994  # version 1.0 was of 1995: the whole part counts years, the decimal quarters

# What CMS prints below the names of its columns, to the word.
_HEADING_LINES = {
    "prior to 1996|Date|Date|0=not allowed",
    "*=no data|1=allowed",
    "9=not applicable",
}
_NONE = ("*", "9999-12-31")  # how CMS and the conversion print that there is no such day


@dataclass(frozen=True, slots=True)
class _Named:
    """What the name of a file says: service type, first day of the quarter, revision, part."""

    service: str
    start: date
    revision: int = 0
    part: int = 0


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: the PTP files of one quarter, each a txt or the zip CMS serves it in (four
    parts a service type), or a converted csv a service type."""
    epochs = layouts(__name__)
    places = candidates(files, r"cci(?:pra|oph)-v\d+r\d+-f\d+\.txt")
    tables = [opened(file, member, epochs) for file, member in places]
    named = [_named(table) for table in tables]
    _refuse_mixture(tables, named)
    batches = tuple(_batch(table, name) for table, name in zip(tables, named, strict=True))
    release = whole(_release(named), tables, [])
    if release.complete and (missing := _missing(named, batches)):
        release = excerpt(release, missing)
    return Reading(release, batches)


def discover(get: Get) -> list[Found]:
    """The PTP files CMS offers, newest first, the parts of both service types side by side."""
    return offered(
        get,
        SOURCE.index_url,
        r"/medicare-ncci-(?P<year>20\d\d)-?q(?P<quarter>\d)-[^/]*-ptp-edits-"
        r"(?P<part>cci(?:pra|oph)-v\d+r\d+-f\d+)[^/]*\.zip",
        newest=lambda m: (int(m["year"]), int(m["quarter"])),
    )


def _named(table: TableFile) -> _Named:
    for name in (table.name, base_name(table.file.artifact.name)):
        if found := _CMS_NAME.search(name):
            version = found["version"]
            year, number = _FIRST_VERSION + int(version[:-1]), int(version[-1]) + 1
            if number <= 4:
                return _Named(
                    SERVICES[found["service"].lower()],
                    date(year, 3 * number - 2, 1),
                    int(found["revision"]),
                    int(found["part"]),
                )
        if found := _CONVERTED_NAME.search(name):
            start = date(int(found["year"]), 3 * int(found["quarter"]) - 2, 1)
            return _Named(SERVICES[found["service"].lower()], start)
    raise FileError(
        "the file prints neither its service type nor its quarter, and its name names none.",
        where=table.where,
        cure="keep the name CMS gave it (ccipra-v322r0-f1.txt), or end the name of a converted "
        "file in its service type and quarter, for example _ptp_practitioner_2026q3.csv.",
    )


def _refuse_mixture(tables: Sequence[TableFile], named: Sequence[_Named]) -> None:
    seen: dict[tuple[str, int], TableFile] = {}
    for table, name in zip(tables, named, strict=True):
        if (name.start, name.revision) != (named[0].start, named[0].revision):
            raise FileError(
                f"files effective {named[0].start} (revision {named[0].revision}) and {name.start} "
                f"(revision {name.revision}) were given together.",
                where=table.where,
                cure="read each quarter by itself.",
            )
        if other := seen.get((name.service, name.part)):
            raise FileError(
                f"two files hold the same part of the {name.service} edits: {other.where}.",
                where=table.where,
                cure="give each file once.",
            )
        seen[name.service, name.part] = table


def _release(named: Sequence[_Named]) -> Release:
    start, revision = named[0].start, named[0].revision
    services = ", ".join(sorted({name.service for name in named}, reverse=True))
    number = (start.month + 2) // 3
    return Release(
        source=SOURCE.id,
        id=f"ptp{start.year}q{number}" + (f"r{revision}" if revision else ""),
        title=f"{SOURCE.title}, effective {start} ({services})",
        issued=start,
        issued_basis="not printed; the first day of the quarter in the file's name stands in",
        covers=quarter(start),
        status="correction" if revision else "final",
    )


def _missing(named: Sequence[_Named], batches: Iterable[Batch]) -> str:
    """Why the files are not a whole release; empty where they are."""
    rows = dict.fromkeys((name.service for name in named), 0)
    for batch in batches:
        rows[batch.constants["service"]] += len(batch.ordinals)
    for service, count in rows.items():
        parts = sorted(name.part for name in named if name.service == service)
        if parts != [0] and parts != list(range(1, len(parts) + 1)):
            shown = ", ".join(f"f{part}" for part in parts)
            return f"Of the {service} edits only the parts {shown} were given."
        if count < LEAST_ROWS[service]:
            return f"It holds {count} {service} rows; all parts have more than " + str(
                LEAST_ROWS[service]
            )
    return ""


def _batch(table: TableFile, name: _Named) -> Batch:
    return table.batch(
        TABLE,
        constants={"service": name.service},
        clean={
            "column1": billing_code,
            "column2": billing_code,
            "effective": _day,
            "deletion": _day,
            "modifier_indicator": shaped(r"[019]", "a modifier indicator (0, 1 or 9)"),
            "prior_1996": shaped(r"\*?", "the mark of an edit before 1996"),
            "rationale": shaped(r"\S.*", "a rationale"),
        },
        sift=_aside,
    )


def _aside(cells: Sequence[str]) -> str | None:
    """A line that continues CMS's headings, or its mark of the file's end."""
    if cells[0].strip():
        return control_z(cells)
    words = "|".join(cell.strip() for cell in cells if cell.strip())
    return "heading line" if words in _HEADING_LINES else None


def _day(text: str) -> str:
    """A day as CMS prints it (20240701, ``*`` for none) or the conversion (2024-07-01)."""
    return "" if text.strip() in _NONE else compact_day(text)
