"""CMS physician fee schedule relative value files (PPRRVU). See README.md beside this file."""

from __future__ import annotations

from collections.abc import Sequence

from payeratlas.formats import SourceFile
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Source
from payeratlas.sources import Found, Get
from payeratlas.sources._cells import billing_code, control_z, fee_modifier, padded, shaped
from payeratlas.sources._files import TableFile, candidates, layouts, opened
from payeratlas.sources._pfs import (
    INDEX_URL,
    PPRRVU,
    Issue,
    found_archives,
    named_issue,
    printed_issue,
    undated,
)
from payeratlas.sources._releases import CPT_LICENCE, whole
from payeratlas.tables.pfs_rvu import TABLE
from payeratlas.tables.reading import Batch, Reading

SOURCE = Source(
    id="cms_pfs_rvu",
    title="Physician fee schedule relative value files",
    publisher="Centers for Medicare & Medicaid Services (CMS)",
    index_url=INDEX_URL,
    licence=CPT_LICENCE,
    tables=("pfs_rvu",),
    cadence="quarterly, with corrections between",
)

FIRST_SPLIT_YEAR = (
    2026  # from here on there is a file for APM participants (QPP) and one for others
)
CONVERTED = "converted"
LEAST_ROWS = 10_000  # every whole file since 2020 holds more than 17,000

CLEAN = {
    "hcpcs": billing_code,
    "modifier": fee_modifier,
    "status": shaped(r"[A-Z]", "a status code"),
    "global_days": shaped(r"[0-9A-Z]{3}", "a global period"),
    "supervision": shaped(r"[0-9A-Z]{2}", "a supervision level"),
}
# RVU20D as converted lost leading zeros: code 100 is 00100, global period 10 is 010, supervision 9
# is 09. In the other converted files these find nothing to put back.
RESTORED = {
    **CLEAN,
    "hcpcs": padded(5, CLEAN["hcpcs"]),
    "global_days": padded(3, CLEAN["global_days"]),
    "supervision": padded(2, CLEAN["supervision"]),
}


def read(files: Sequence[SourceFile]) -> Reading:
    """One release: its PPRRVU csv, both of them from 2026 on, or the whole RVU archive."""
    tables = [opened(f, m, layouts(__name__)) for f, m in candidates(files, PPRRVU)]
    issues = [_issue(table) for table in tables]
    for table, issue in zip(tables, issues, strict=True):
        if issue != issues[0]:
            raise FileError(
                f"files of two releases were given together: {issues[0].id} and {issue.id}.",
                where=table.where,
                cure="read each release by itself.",
            )
    batches = tuple(_batch(table, issues[0]) for table in tables)
    _refuse_mixed(batches, issues[0])
    release = issues[0].release(SOURCE, "Physician fee schedule relative values")
    return Reading(whole(release, tables, [(b, LEAST_ROWS) for b in batches]), batches)


def discover(get: Get) -> list[Found]:
    """The RVU archives CMS offers, newest first."""
    return found_archives(get)


def _issue(table: TableFile) -> Issue:
    issue = printed_issue(table.preamble, table.where) or named_issue(table.file.artifact.name)
    if issue is None:
        raise undated("the relative value file", table.where)
    return issue


def _participation(table: TableFile, issue: Issue) -> str:
    name = table.name.upper().replace("-", "").replace("_", "")
    if "NONQPP" in name:
        return "nonqpp"
    if "QPP" in name:
        return "qpp"
    if issue.year < FIRST_SPLIT_YEAR:
        return "all"
    raise FileError(
        f"the name says neither nonQPP nor QPP, and from {FIRST_SPLIT_YEAR} on each has its file.",
        where=table.where,
        cure="keep the name CMS gave the file, for example PPRRVU2026_Jan_nonQPP.csv.",
    )


def _batch(table: TableFile, issue: Issue) -> Batch:
    batch = table.batch(
        TABLE,
        constants={"participation": _participation(table, issue)},
        clean=RESTORED if table.bound.epoch.id == CONVERTED else CLEAN,
        sift=control_z,
    )
    factors = sorted({str(factor) for factor in batch.columns["conversion_factor"]})
    if len(factors) != 1:
        raise FileError(
            f"one file has one conversion factor, and here are {len(factors)}: "
            f"{', '.join(factors[:4])}.",
            where=table.where,
            cure="do not join the nonQPP and QPP files; read them as CMS serves them.",
        )
    return batch


def _refuse_mixed(batches: Sequence[Batch], issue: Issue) -> None:
    """Two files of one release must be nonQPP and QPP, the latter with the higher factor (42 CFR
    414.1405 gives qualifying APM participants the larger update)."""
    factor = {b.constants["participation"]: b.columns["conversion_factor"][0] for b in batches}
    names = ", ".join(
        f"{b.artifact.name}!{b.member}" if b.member else b.artifact.name for b in batches
    )
    if len(factor) != len(batches) or ("all" in factor and len(factor) > 1):
        raise FileError(
            f"{len(batches)} files hold the same rows of {issue.id}: {names}.",
            cure="give each file once.",
        )
    if "qpp" in factor and "nonqpp" in factor and not str(factor["qpp"]) > str(factor["nonqpp"]):
        raise FileError(
            f"the QPP conversion factor {factor['qpp']} is not above the nonQPP one, "
            f"{factor['nonqpp']}: the names are swapped.",
            where=names,
            cure="keep the names CMS gave the files.",
        )
