"""Which release of CMS's physician fee schedule archive a file belongs to.

The archive RVUyyq.zip holds the relative values, GPCIs, localities and OPPS caps of one quarter;
four sources read it. Its relative value file prints the quarter and its RELEASED date; the others
are dated by the archive they came in, or by the release their name states.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import cast

from payeratlas.formats import SourceFile, members, records
from payeratlas.model.errors import FileError
from payeratlas.model.provenance import Release, Source, Status
from payeratlas.model.time import Period
from payeratlas.sources import Found, Get
from payeratlas.sources._discover import offered
from payeratlas.sources._files import TableFile, base_name, folded_cells, toml
from payeratlas.sources._releases import pinned_release, quarter

INDEX_URL = "https://www.cms.gov/medicare/payment/fee-schedules/physician/pfs-relative-value-files"
PPRRVU = r"PPRRVU.*\.csv"
NOT_PRINTED = "not printed in the converted file; the first covered day stands in"

_QUARTERS = {"A": "January", "B": "April", "C": "July", "D": "October"}
_HEADING = re.compile(
    r"(20\d\d) National Physician Fee Schedule Relative Value File (\w+) Release", re.IGNORECASE
)
_RELEASED = re.compile(r"RELEASED:? (\d{1,2})/(\d{1,2})/(20\d\d)", re.IGNORECASE)
_NAMED = re.compile(r"(?<![a-z0-9])rvu(\d\d)([a-d])(r?)(?![a-z0-9])", re.IGNORECASE)
_HEAD = 12  # records that may hold the heading


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of the archive: its id (``rvu25a``), dates, and where the dates were read."""

    id: str
    issued: date
    issued_basis: str
    covers: Period
    status: Status = "final"
    note: str = ""

    @property
    def year(self) -> int:
        """The calendar year of the fee schedule."""
        return self.covers.start.year

    def release(self, source: Source, what: str) -> Release:
        """The Release of a source's part of this archive."""
        month = _QUARTERS[self.id[5].upper()]
        return Release(
            source=source.id,
            id=self.id,
            title=f"{what}, {month} {self.year} release ({self.id.upper()})",
            issued=self.issued,
            issued_basis=self.issued_basis,
            covers=self.covers,
            status=self.status,
            note=self.note,
        )


def _known() -> dict[str, dict[str, object]]:
    entries = cast(list[dict[str, object]], toml(__package__, "_pfs_releases.toml")["release"])
    return {str(entry["id"]): entry for entry in entries}


def _issue(id_: str, issued: date | None = None, basis: str = "") -> Issue:
    year, letter = 2000 + int(id_[3:5]), id_[5].upper()
    covers = quarter(date(year, 1 + 3 * "ABCD".index(letter), 1))
    entry = _known().get(id_, {})
    if "from" in entry:
        covers = Period(cast(date, entry["from"]), cast(date, entry["until"]))
    if issued is None:
        issued = cast(date, entry.get("issued", covers.start))
        basis = str(entry.get("issued_basis", NOT_PRINTED))
    return Issue(
        id=id_,
        issued=issued,
        issued_basis=basis,
        covers=covers,
        status=cast(Status, entry.get("status", "final")),
        note=str(entry.get("note", "")),
    )


def printed_issue(text: str, where: str) -> Issue | None:
    """The issue that a relative value file's heading names; None where it names none.

    Raises FileError where the quarter is named without a RELEASED date, or is no quarter.
    """
    heading = _HEADING.search(text)
    if not heading:
        return None
    letters = {month.lower(): letter for letter, month in _QUARTERS.items()}
    letter = letters.get(heading[2].lower(), "")
    released = _RELEASED.search(text)
    if not letter or not released:
        raise FileError(
            f"the heading names the '{heading[2]}' release of {heading[1]}, "
            + ("which is no quarter." if not letter else "and no RELEASED date is printed."),
            where=where,
            cure="use the file as CMS serves it.",
        )
    issued = date(int(released[3]), int(released[1]), int(released[2]))
    id_ = f"rvu{heading[1][2:]}{letter.lower()}"
    for other, entry in _known().items():
        if other.startswith(id_) and issued >= cast(date, entry.get("printed_from", date.max)):
            id_ = other
    return _issue(id_, issued, "printed in the file's heading")


def named_issue(name: str) -> Issue | None:
    """The issue that a file's name states (``pprrvu_rvu20a_jan.csv.gz``); None where it states
    none."""
    named = _NAMED.search(name)
    return _issue(f"rvu{named[1]}{named[2]}{named[3]}".lower()) if named else None


def archive_issue(file: SourceFile, member: str) -> Issue | None:
    """The issue printed by the relative value file in the same archive, else named by the file."""
    if member:
        for name in members(file):
            if re.fullmatch(PPRRVU, base_name(name), re.IGNORECASE):
                head = [row for row, _ in zip(records(file, name), range(_HEAD), strict=False)]
                if issue := printed_issue(folded_cells(head), f"{file.artifact.name}!{name}"):
                    basis = f"printed in {base_name(name)} of the same archive"
                    return replace(issue, issued_basis=basis)
    return named_issue(file.artifact.name)


def archive_release(source: Source, package: str, table: TableFile) -> Release | None:
    """The release of a table that prints no date: as ``releases.toml`` pins the file, as its
    archive prints it, or as its name states; None where nothing does."""
    if pinned := pinned_release(source, package, table.file):
        return pinned
    issue = archive_issue(table.file, table.member)
    return issue.release(source, source.title) if issue else None


def undated(what: str, where: str) -> FileError:
    """The error for a file that says nowhere which release it belongs to."""
    return FileError(
        f"{what} prints no release, and neither its archive nor its name states one.",
        where=where,
        cure="give the whole RVU archive from CMS (a zip), or name the file after its release, "
        "for example rvu25a_OPPSCAP_JAN.csv.",
    )


def found_archives(get: Get) -> list[Found]:
    """The archives that CMS's index page and its newest release pages offer, newest first."""
    release = r"rvu(?P<year>\d\d)(?P<letter>[a-d])(?P<again>r?)"
    return offered(
        get,
        INDEX_URL,
        rf"/{release}(?![a-z]).*\.zip",
        rf"/pfs-relative-value-files/{release}/?$",
        newest=lambda m: (int(m["year"]), m["letter"].lower(), m["again"].lower()),
    )
