"""NCCI medically unlikely edits (MUE) for Medicare. See README.md beside this file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Release, Source
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import billing_code
from payeratlas.sources._discover import offered
from payeratlas.sources._files import HEAD, TableFile, base_name, candidates, layouts, opened
from payeratlas.sources._releases import CPT_LICENCE, quarter, whole
from payeratlas.tables.ncci_mue import TABLE
from payeratlas.tables.reading import Batch, Bound, Epoch, Reading, bind, read_batch

SOURCE = Source(
    id="ncci_mue",
    title="NCCI medically unlikely edits",
    publisher="Centers for Medicare & Medicaid Services (CMS), National Correct Coding Initiative",
    index_url=(
        "https://www.cms.gov/medicare/coding-billing/national-correct-coding-initiative-ncci-edits/"
        "medicare-ncci-medically-unlikely-edits"
    ),
    licence=CPT_LICENCE,
    tables=("ncci_mue",),
    cadence="quarterly",
)

# The service column of the conversion -> the contract's word.
SERVICES = {
    "Practitioner": "practitioner",
    "Outpatient Hospital": "hospital",
    "DME Supplier": "dme",
}
# Well below the rows of a whole file: 14,677, 14,628 and 2,928 in July 2024.
LEAST_ROWS = {"practitioner": 10_000, "hospital": 10_000, "dme": 1_500}

_DAY = r"eff[-_ ]?(?:(?P<y>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)|(?P<us>\d\d-\d\d-20\d\d))(?!\d)"
_EFFECTIVE = re.compile(_DAY, re.IGNORECASE)
_INDICATOR = re.compile(r"([123])(?: \S.*)?")


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: up to three MUE files (practitioner, hospital, DME) of one effective date, each
    a csv or the zip CMS serves it in."""
    epochs = layouts(__name__)
    tables = [opened(f, m, epochs) for f, m in candidates(files, r"MCR_MUE_.*\.csv")]
    starts = [_effective(table) for table in tables]
    for table, start in zip(tables, starts, strict=True):
        if start != starts[0]:
            raise FileError(
                f"files effective {starts[0]} and {start} were given together.",
                where=table.where,
                cure="read each quarter by itself.",
            )
    batches = [_batch(t, bound) for t in tables for bound in _readings_of(t, epochs)]
    services = [batch.constants["service"] for batch in batches]
    if len(set(services)) != len(services):
        raise FileError(
            f"two files hold the same service: {', '.join(services)}.",
            where=", ".join(t.where for t in tables),
            cure="give each file once: practitioner, hospital, DME.",
        )
    least = [(batch, LEAST_ROWS[batch.constants["service"]]) for batch in batches]
    return Reading(whole(_release(starts[0], services), tables, least), tuple(batches))


def discover(get: Get) -> list[Found]:
    """The MUE tables CMS offers, newest first, the three services of a quarter side by side."""
    return offered(
        get,
        SOURCE.index_url,
        r"/medicare-ncci-(?P<year>20\d\d)-?q(?P<quarter>\d)(?P<part>[^/]*?)-mue-table[^/]*\.zip",
        newest=lambda m: (int(m["year"]), int(m["quarter"])),
    )


def _effective(table: TableFile) -> date:
    """The effective date, which MUE files print in their name alone."""
    for name in (table.name, table.file.artifact.name):
        if found := _EFFECTIVE.search(base_name(name)):
            if found["us"]:
                month, day, year = found["us"].split("-")
                return date(int(year), int(month), int(day))
            return date(int(found["y"]), int(found["m"]), int(found["d"]))
    raise FileError(
        "the file prints no effective date, and its name names none.",
        where=table.where,
        cure="keep the name CMS gave it (MCR_MUE_PractitionerServices_Eff_07-01-2026.csv), or end "
        "the name in the date CMS's page gives, for example _eff2026-07-01.csv.",
    )


def _release(start: date, services: Sequence[str]) -> Release:
    number = (start.month + 2) // 3
    return Release(
        source=SOURCE.id,
        id=f"mue{start.year}q{number}",
        title=f"NCCI medically unlikely edits, effective {start} ({', '.join(services)})",
        issued=start,
        issued_basis="not printed; the effective date in the file's name stands in",
        covers=replace(quarter(start), start=start),
    )


def _readings_of(table: TableFile, epochs: Sequence[Epoch]) -> list[Bound]:
    """A file with two services side by side is read once for each: its headings fit two epochs."""
    headings = table.bound.epoch.columns.keys()
    same = [epoch for epoch in epochs if epoch.columns.keys() == headings]
    head = [cells for _, cells in table.records[:HEAD]]
    return [bind(head, [epoch], table.where) for epoch in same]


def _batch(table: TableFile, bound: Bound) -> Batch:
    constants: dict[str, str] = {}
    if binding := bound.bindings.get("service"):
        printed = {row[binding.position - 1] for _, row in table.data if len(row) == bound.width}
        if len(printed) != 1 or not printed <= SERVICES.keys():
            raise FileError(
                f"column '{binding.heading}' should hold one service throughout, one of "
                f"{', '.join(SERVICES)}; it holds {', '.join(map(repr, sorted(printed)))}.",
                where=table.where,
                cure="give each service its own file.",
            )
        constants = {"service": SERVICES[printed.pop()]}
        others = {name: b for name, b in bound.bindings.items() if name != "service"}
        bound = replace(bound, bindings=others)
    return read_batch(
        table.data,
        bound,
        TABLE,
        table.file.artifact,
        member=table.member,
        constants=constants,
        clean={"hcpcs": billing_code, "mai": _indicator},
    )


def _indicator(text: str) -> str:
    """The adjudication indicator: its first character ("3 Date of Service Edit: Clinical")."""
    found = _INDICATOR.fullmatch(" ".join(text.split()))
    if not found:
        raise ValueError("it is not an adjudication indicator (1, 2 or 3)")
    return found[1]
