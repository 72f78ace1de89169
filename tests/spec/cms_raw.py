"""CMS's fee schedule files read with plain csv and positions: an independent twin of the sources.

Nothing here uses the package's readers. Columns are named by position, as the record layout
numbers them; text descriptions are not read.
"""

from __future__ import annotations

import csv
import gzip
import re
from decimal import Decimal
from pathlib import Path

from payeratlas.tables.contract import Row

_RVU_COLUMNS = """
hcpcs modifier - status not_used work_rvu pe_rvu_nonfacility na_nonfacility pe_rvu_facility
na_facility mp_rvu total_rvu_nonfacility total_rvu_facility pctc global_days pre_op intra_op
post_op multiple_procedure bilateral assistant co_surgeon team endo_base conversion_factor
supervision calculation_flag imaging_family opps_pe_nonfacility opps_pe_facility opps_mp
"""
_CAP_COLUMNS = """
hcpcs modifier status carrier locality price_facility price_nonfacility
"""
_NUMBERS = re.compile(
    r"\w+_rvu(_\w+)?|(pre|intra|post)_op|conversion_factor|opps_\w+|\w+_gpci|price_\w+"
)

END_OF_FILE = "\x1a"
"""A record of its own at the end of some files, from a time before file lengths."""

RELEASES = {
    **{
        f"rvu{year}{letter}": f"rvu20-24/pprrvu_rvu{year}{letter}_*.csv.gz"
        for year in (20, 21, 22, 23)
        for letter in "abcd"
    },
    **{f"rvu24{part}": f"rvu20-24/pprrvu_rvu24{part}_*.csv.gz" for part in ("a", "ar", "b", "c")},
    "rvu25a": "rvu25a/PPRRVU25_JAN.csv",
    "rvu25d": "rvu25d/PPRRVU2025_Oct.csv",
    "rvu26c": "rvu26c-excerpt/PPRRVU2026_Jul_nonQPP.EXCERPT.csv",
}
_GPCI = {"rvu25": "rvu25a/GPCI2025.csv", "rvu26": "rvu26c-excerpt/GPCI2026.csv"}
_CAPS = {
    "rvu24ar": "rvu20-24/oppscap_rvu24ar_jan.csv.gz",
    "rvu25a": "rvu25a/OPPSCAP_JAN.csv",
}


def _records(folder: Path, pattern: str) -> list[list[str]]:
    (path,) = folder.glob(pattern)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="cp1252", newline="") as stream:  # type: ignore[operator]
        return [[cell.strip() for cell in record] for record in csv.reader(stream)]


def _row(table: str, release: str, ordinal: int, values: dict[str, str]) -> Row:
    parsed = {
        name: Decimal(text or "0") if _NUMBERS.fullmatch(name) else text
        for name, text in values.items()
        if name != "-"
    }
    return Row(table, "pfs_rvu", release, "0" * 64, ordinal, parsed)


def rvu_rows(data: Path, release: str) -> list[Row]:
    """Every row of a release's PPRRVU file."""
    records = _records(data / "cms/pfs", RELEASES[release])
    head = next(i for i, record in enumerate(records) if record[0].lower() == "hcpcs")
    names = _RVU_COLUMNS.split()
    if len(records[head]) == 32:  # from 2026 a pricing indicator stands before the endoscopic base
        names.insert(names.index("endo_base"), "pricing")
    rows = []
    for ordinal, record in enumerate(records[head + 1 :], head + 2):
        if len(record) != len(names) or record[0] in ("", END_OF_FILE):
            continue
        values = dict(zip(names, record, strict=True))
        if release == "rvu20d" and values["global_days"].isdigit():
            values["global_days"] = values["global_days"].zfill(3)  # lost in that conversion
        rows.append(_row("pfs_rvu", release, ordinal, values))
    return rows


def gpci_rows(data: Path, release: str) -> list[Row]:
    """Every locality of the index file that goes with a release."""
    pattern = _GPCI.get(release[:5], f"rvu20-24/gpci_{release}.csv")
    records = _records(data / "cms/pfs", pattern)
    rows = []
    for ordinal, record in enumerate(records, 1):
        if not (record and record[0].isdigit()):
            continue
        with_state = not record[1].isdigit()
        locality, first = (record[2], 4) if with_state else (record[1], 3)
        work, pe, mp = record[first : first + 3]
        values = {
            "mac": record[0],
            "locality": locality,
            "work_gpci": work,
            "pe_gpci": pe,
            "mp_gpci": mp,
        }
        rows.append(_row("pfs_gpci", release, ordinal, values))
    return rows


def cap_rows(data: Path, release: str) -> list[Row]:
    """Every amount of a release's OPPSCAP file."""
    names = _CAP_COLUMNS.split()
    records = _records(data / "cms/pfs", _CAPS[release])
    return [
        _row("pfs_oppscap", release, ordinal, dict(zip(names, record, strict=True)))
        for ordinal, record in enumerate(records[1:], 2)
        if len(record) == len(names) and record[0] not in ("", END_OF_FILE)
    ]


def ohio(data: Path) -> list[dict[str, str]]:
    """CMS's own 2020 payment amounts for Ohio, contractor 15202, locality 00."""
    path = data / "cms/pfs/payment-oracle/mpfs20_ohio_15202_00.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
