"""Every real file at hand: counts, accounts, printed texts, values, and no text of the AMA.

The judge is ``csv.reader`` on the bytes, which shares nothing with the readers under test.
"""

from __future__ import annotations

import csv
import gzip
import importlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from filekit import a_file, printed_cells, zipped
from payeratlas.formats import SourceFile
from payeratlas.formats.sheet import sheet_records
from payeratlas.model.time import Period
from payeratlas.tables.contract import Cell
from payeratlas.tables.reading import Reading


@dataclass(frozen=True)
class Real:
    """A real release: source and id, its files, rows kept of each, first covered day, and the
    ordinal of its heading (the last record of it, where there are more)."""

    source: str
    release: str
    files: tuple[str, ...]
    rows: tuple[int, ...]
    start: str
    heading: int = 1
    complete: bool = True


def converted(name: str, rows: int, start: str) -> Real:
    file = f"pfs/rvu20-24/pprrvu_{name}.csv.gz"
    return Real("cms_pfs_rvu", name.split("_")[0], (file,), (rows,), start)


def indices(name: str, rows: int, start: str) -> Real:
    return Real("cms_pfs_gpci", name, (f"pfs/rvu20-24/gpci_{name}.csv",), (rows,), start)


QUARTERS = ("01-01", "04-01", "07-01", "10-01")
GPCI_NAMES = [f"rvu{y}{q}" for y in (20, 21, 22, 23) for q in "abcd"]
GPCI_NAMES += ["rvu24a", "rvu24ar", "rvu24b", "rvu24c"]


def start_of(name: str) -> str:
    if name == "rvu24ar":
        return "2024-03-09"
    return f"20{name[3:5]}-{QUARTERS['abcd'.index(name[5])]}"


RVU = [
    converted("rvu20a_jan", 17236, "2020-01-01"),
    converted("rvu20b_apr", 17250, "2020-04-01"),
    converted("rvu20c_v0618", 17320, "2020-07-01"),
    converted("rvu20d_oct", 17346, "2020-10-01"),
    converted("rvu21a_jan", 17327, "2021-01-01"),
    converted("rvu21b_apr", 17338, "2021-04-01"),
    converted("rvu21c_jul", 17403, "2021-07-01"),
    converted("rvu21d_oct", 17432, "2021-10-01"),
    converted("rvu22a_jan", 17600, "2022-01-01"),
    converted("rvu22b_apr", 17630, "2022-04-01"),
    converted("rvu22c_jul", 17695, "2022-07-01"),
    converted("rvu22d_oct", 17726, "2022-10-01"),
    converted("rvu23a_jan", 18010, "2023-01-01"),
    converted("rvu23b_apr", 18037, "2023-04-01"),
    converted("rvu23c_jul", 18132, "2023-07-01"),
    converted("rvu23d_oct", 18168, "2023-10-01"),
    converted("rvu24a_jan", 18499, "2024-01-01"),
    converted("rvu24ar_jan", 18499, "2024-03-09"),
    converted("rvu24b_apr", 18534, "2024-04-01"),
    converted("rvu24c_jul", 18664, "2024-07-01"),
    Real("cms_pfs_rvu", "rvu25a", ("pfs/rvu25a/PPRRVU25_JAN.csv",), (18865,), "2025-01-01", 10),
    Real("cms_pfs_rvu", "rvu25d", ("pfs/rvu25d/PPRRVU2025_Oct.csv",), (19090,), "2025-10-01", 10),
    Real(
        "cms_pfs_rvu",
        "rvu26c-excerpt",
        ("pfs/rvu26c-excerpt/PPRRVU2026_Jul_nonQPP.EXCERPT.csv",),
        (49,),
        "2026-07-01",
        10,
        complete=False,
    ),
]
OTHERS = [
    *(indices(n, 109 if n.startswith("rvu24") else 112, start_of(n)) for n in GPCI_NAMES),
    Real("cms_pfs_gpci", "cy2025", ("pfs/rvu25a/GPCI2025.csv",), (109,), "2025-01-01", 3),
    Real("cms_pfs_gpci", "cy2026", ("pfs/rvu26c-excerpt/GPCI2026.csv",), (109,), "2026-01-01", 3),
    Real("cms_pfs_localities", "cy2025", ("pfs/rvu25a/25LOCCO.csv",), (109,), "2025-01-01", 3),
    Real("cms_pfs_localities", "cy2025", ("pfs/rvu25a/25LOCCO.xlsx",), (109,), "2025-01-01", 3),
    Real("cms_pfs_oppscap", "rvu25a", ("pfs/rvu25a/OPPSCAP_JAN.csv",), (16100,), "2025-01-01"),
    Real(
        "cms_pfs_oppscap",
        "rvu24ar",
        ("pfs/rvu20-24/oppscap_rvu24ar_jan.csv.gz",),
        (17710,),
        "2024-03-09",
    ),
    Real(
        "ncci_mue",
        "mue2024q3",
        (
            "ncci/northstar_mue_practitioner_eff2024-07-01.csv",
            "ncci/northstar_mue_outpatient_eff2024-07-01.csv",
            "ncci/northstar_mue_dme_eff2024-07-01.csv",
        ),
        (14677, 14628, 2928),
        "2024-07-01",
    ),
    Real(
        "ncci_mue",
        "mue2026q3-excerpt",
        ("ncci/RAW_LAYOUT_MCR_MUE_PractitionerServices_Eff_07-01-2026.head.csv",),
        (4,),
        "2026-07-01",
        2,
        complete=False,
    ),
    Real("ncci_addon", "aoc2024q3", ("ncci/northstar_ncci_aoc_2024q3.csv",), (7465,), "2024-07-01"),
    Real("cms_rbcs", "rbcs2022", ("codes/northstar_rbcs_2024pull.csv",), (17033,), "2014-01-01"),
    Real(
        "hcpcs_level2",
        "hcpcs2024q3",
        (
            "codes/northstar_hcpcs_level2_indicators_2024q3.csv",
            "codes/northstar_hcpcs_level2_descriptions_2024q3.csv",
        ),
        (8033, 16066),
        "2024-07-01",
    ),
    Real("cms_pos", "pos2024", ("codes/northstar_pos_codes_2024.csv",), (99,), "2024-01-01"),
    Real(
        "hcpcs_modifiers",
        "hcpcs2024q3",
        ("codes/northstar_modifiers_2024_hcpcs_level2_only.csv",),
        (383,),
        "2024-07-01",
    ),
    Real(
        "hcpcs_modifiers",
        "hcpcs2019q1",
        ("codes/hcpcs-2019-raw/HCPC2019_CONTR_ANWEB.xlsx",),
        (351,),
        "2019-01-01",
        8,
    ),
    Real(
        "hcpcs_modifiers",
        "hcpcs2026q4-excerpt",
        ("codes/RAW_LAYOUT_HCPC2026_OCT_ANWEB.head.csv",),
        (2,),
        "2026-10-01",
        complete=False,
    ),
]
ANES = (("20a", 112), ("21a", 112), ("22a", 112), ("23a", 112), ("24a", 109), ("24ar", 109))
OTHERS += [
    Real(
        "cms_anesthesia",
        f"rvu{name}",
        (f"pfs/rvu20-24/anes_rvu{name}.csv",),
        (rows,),
        start_of(f"rvu{name}"),
    )
    for name, rows in ANES
]
OTHERS += [
    Real("nucc_taxonomy", "nucc25.1", ("codes/nucc_taxonomy_251.csv",), (883,), "2025-10-01"),
    Real(
        "medicare_specialty_crosswalk",
        "crosswalk2025-10",
        ("codes/medicare_provider_and_supplier_taxonomy_crosswalk_october_2025.csv",),
        (565,),
        "2025-10-01",
    ),
    Real(
        "cms_utilization",
        "cy2023-excerpt",
        (
            "utilization/salonipat_2023_Filtered_RF_Geography_Service.csv",
            "utilization/salonipat_2023_RF_Procedure_Volume_by_CPT_and_Provider_Type.csv",
        ),
        (790, 171),
        "2023-01-01",
        complete=False,
    ),
    Real("cms_asp", "asp2026q1", ("asp/asp_2026-01_payment_limits.csv",), (877,), "2026-01-01", 9),
    Real("cms_clfs", "clfs2025q1v1", ("clfs/CLFS_2025_Q1V1.csv",), (2087,), "2025-01-01", 5),
]
ALL = [*RVU, *OTHERS]


@cache
def reading(folder: Path, real: Real) -> Reading:
    files = [SourceFile.open(folder / "cms" / name) for name in real.files]
    found: Reading = importlib.import_module(f"payeratlas.sources.{real.source}").read(files)
    return found


@cache
def raw(path: Path) -> list[list[str]]:
    """The records of a file by csv.reader alone (a workbook: by the sheet reader)."""
    data = path.read_bytes()
    if path.suffix == ".xlsx":
        return [cells for _, cells in sheet_records(data, where=path.name)]
    data = gzip.decompress(data) if path.suffix == ".gz" else data
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    return list(csv.reader(io.StringIO(text, newline="")))


def each(real: Real) -> str:
    return f"{real.source}-{real.release}-{Path(real.files[0]).suffix[1:]}"


@pytest.mark.parametrize("real", ALL, ids=each)
def test_a_real_release(shared_data: Path, real: Real) -> None:
    found = reading(shared_data, real)
    assert found.release.id == real.release
    assert found.release.complete == real.complete
    assert found.release.covers.start == date.fromisoformat(real.start)
    assert [batch.account.kept for batch in found.batches] == list(real.rows)
    for batch, name in zip(found.batches, real.files, strict=True):
        records = raw(shared_data / "cms" / name)
        account, bound = batch.account, batch.bindings
        gone = sum(n for _, n in (*account.rejected, *account.merged))
        assert account.read == account.kept + gone
        assert account.read == len(records) - real.heading
        seen = 0
        for ordinal, position, text in printed_cells(batch):
            seen += 1
            assert records[ordinal - 1][position - 1] == text
        assert seen == account.kept * len(bound)
        assert list(batch.ordinals) == sorted(set(batch.ordinals))


CMS_NAMES = {"cystourethroscopy"}  # a family of CMS's own classification, and one word of medicine


def described(folder: Path) -> Iterator[str]:
    for real in RVU:
        for name in real.files:
            rows = iter(raw(folder / "cms" / name))
            head = next(r for r in rows if r and r[0].lower() == "hcpcs")
            at = [cell.lower() for cell in head].index("description")
            yield from (row[at].strip() for row in rows)


def test_no_description_of_a_code_leaves_a_reader(shared_data: Path) -> None:
    known = {text.lower() for text in described(shared_data) if len(text) > 5}
    assert len(known) > 15_000
    for real in ALL:
        for batch in reading(shared_data, real).batches:
            if "hcpcs" not in batch.table.key:
                continue
            texts = {v.lower() for values in batch.columns.values() for v in values if text_of(v)}
            for text in filter(None, batch.printed):
                texts |= {str(value).lower() for value in json.loads(text).values()}
            assert not texts & known - CMS_NAMES, real
            assert not {b.heading.lower() for b in batch.bindings.values()} & {"description"}


def text_of(value: Cell) -> bool:
    return isinstance(value, str)


# The facts of 64640 that sources.md prints: work, PE non-facility, PE facility, MP, totals, factor.
FACTS = {
    "rvu26c-excerpt": ("1.93", "5.86", "1.19", "0.22", "8.01", "3.34", "33.4009"),
    "rvu25d": ("1.98", "5.26", "1.43", "0.21", "7.45", "3.62", "32.3465"),
    "rvu25a": ("1.98", "5.26", "1.43", "0.21", "7.45", "3.62", "32.3465"),
    "rvu24a": ("1.98", "5.27", "1.37", "0.21", "7.46", "3.56", "32.7442"),
    "rvu24ar": ("1.98", "5.27", "1.37", "0.21", "7.46", "3.56", "33.2875"),
    "rvu24b": ("1.98", "5.27", "1.37", "0.21", "7.46", "3.56", "33.2875"),
    "rvu24c": ("1.98", "5.27", "1.37", "0.21", "7.46", "3.56", "33.2875"),
    "rvu23a": ("1.98", "5.20", "1.33", "0.19", "7.37", "3.50", "33.8872"),
    "rvu22a": ("1.98", "5.25", "1.30", "0.20", "7.43", "3.48", "34.6062"),
    "rvu21a": ("1.98", "5.34", "1.29", "0.19", "7.51", "3.46", "34.8931"),
    "rvu20a": ("1.98", "4.89", "1.22", "0.18", "7.05", "3.38", "36.0896"),
    "rvu20d": ("1.98", "4.89", "1.22", "0.18", "7.05", "3.38", "36.0896"),
}
FIGURES = (
    "work_rvu",
    "pe_rvu_nonfacility",
    "pe_rvu_facility",
    "mp_rvu",
    "total_rvu_nonfacility",
    "total_rvu_facility",
    "conversion_factor",
)
SAME = {  # indicators that never moved between 2020 and 2026
    "status": "A",
    "global_days": "010",
    "pctc": "0",
    "multiple_procedure": "2",
    "bilateral": "1",
    "assistant": "1",
    "co_surgeon": "0",
    "team": "0",
    "supervision": "09",
    "imaging_family": "99",
}


@pytest.mark.parametrize("release", FACTS)
def test_64640_as_it_is_printed(shared_data: Path, release: str) -> None:
    (real,) = [real for real in RVU if real.release == release]
    (batch,) = reading(shared_data, real).batches
    at = list(batch.columns["hcpcs"]).index("64640")
    assert tuple(str(batch.columns[name][at]) for name in FIGURES) == FACTS[release]
    assert {name: batch.columns[name][at] for name in SAME} == SAME


def test_64640_in_the_mue_tables(shared_data: Path) -> None:
    (real,) = [real for real in ALL if real.release == "mue2024q3"]
    found = {}
    for batch in reading(shared_data, real).batches:
        codes = list(batch.columns["hcpcs"])
        if "64640" in codes:
            at = codes.index("64640")
            names = ("mue", "mai", "rationale")
            found[batch.constants["service"]] = tuple(batch.columns[n][at] for n in names)
    assert found == {
        "practitioner": (5, "3", "Clinical: Data"),
        "hospital": (5, "3", "Clinical: Data"),
    }


# Where each column stands, copied from the printed file by hand: no layout of ours is used.
JANUARY_2025 = [
    "hcpcs",
    "modifier",
    "-",
    "status",
    "not_used",
    "work_rvu",
    "pe_rvu_nonfacility",
    "na_nonfacility",
    "pe_rvu_facility",
    "na_facility",
    "mp_rvu",
    "total_rvu_nonfacility",
    "total_rvu_facility",
    "pctc",
    "global_days",
    "pre_op",
    "intra_op",
    "post_op",
    "multiple_procedure",
    "bilateral",
    "assistant",
    "co_surgeon",
    "team",
    "endo_base",
    "conversion_factor",
    "supervision",
    "calculation_flag",
    "imaging_family",
    "opps_pe_nonfacility",
    "opps_pe_facility",
    "opps_mp",
]
NUMBERS = {
    *FIGURES,
    "pre_op",
    "intra_op",
    "post_op",
    "opps_pe_nonfacility",
    "opps_pe_facility",
    "opps_mp",
}


def test_every_cell_of_a_release_against_a_plain_reading(shared_data: Path) -> None:
    (real,) = [real for real in RVU if real.release == "rvu25a"]
    (batch,) = reading(shared_data, real).batches
    lines = raw(shared_data / "cms" / real.files[0])[10:-1]
    assert len(lines) == len(batch.ordinals)
    required = {"hcpcs", "modifier", "status"}
    compared = 0
    for position, name in enumerate(JANUARY_2025):
        if name == "-":
            continue
        for line, value in zip(lines, batch.columns[name], strict=True):
            printed = line[position]
            if name in NUMBERS:
                assert value == Decimal(printed)
                assert str(value) == printed
            else:
                assert value == (printed if printed or name in required else None)
            compared += 1
    assert compared == 30 * 18865
    assert list(batch.ordinals) == list(range(11, 11 + 18865))


def test_the_gaps_are_gaps(shared_data: Path) -> None:
    spans = [reading(shared_data, real).release.covers for real in RVU]
    for day, covered in {
        date(2024, 9, 30): 1,
        date(2024, 10, 1): 0,
        date(2024, 12, 31): 0,
        date(2025, 1, 1): 1,
        date(2025, 4, 1): 0,
        date(2025, 9, 30): 0,
        date(2026, 1, 1): 0,
        date(2026, 7, 1): 1,
        date(2024, 3, 8): 1,
        date(2024, 3, 9): 2,
    }.items():
        assert sum(day in span for span in spans) == covered, day


def test_pinned_files_take_the_date_of_their_archive(shared_data: Path) -> None:
    for source, release, issued in (
        ("cms_pfs_gpci", "cy2025", date(2024, 12, 23)),
        ("cms_pfs_gpci", "cy2026", date(2026, 6, 30)),
        ("cms_pfs_oppscap", "rvu25a", date(2024, 12, 23)),
        ("cms_pfs_localities", "cy2025", date(2024, 12, 23)),
    ):
        for real in OTHERS:
            if (real.source, real.release) == (source, release):
                found = reading(shared_data, real).release
                assert found.issued == issued
                assert "archive" in found.issued_basis


def test_the_workbook_of_localities_says_what_its_csv_says(shared_data: Path) -> None:
    text, book = (
        reading(shared_data, real).batches[0]
        for real in OTHERS
        if real.source == "cms_pfs_localities"
    )
    assert text.columns == book.columns
    assert text.ordinals == book.ordinals


def test_a_whole_archive_feeds_four_sources(shared_data: Path) -> None:
    folder = shared_data / "cms" / "pfs" / "rvu25a"
    names = ("PPRRVU25_JAN.csv", "GPCI2025.csv", "25LOCCO.csv", "25LOCCO.xlsx", "OPPSCAP_JAN.csv")
    members = {f"RVU25A/{name}": (folder / name).read_bytes() for name in names}
    archive = a_file("rvu25a.zip", zipped(members))
    kept = {}
    for source in ("cms_pfs_rvu", "cms_pfs_gpci", "cms_pfs_localities", "cms_pfs_oppscap"):
        found: Reading = importlib.import_module(f"payeratlas.sources.{source}").read([archive])
        assert found.release.id == "rvu25a"
        assert found.release.complete
        assert found.release.issued == date(2024, 12, 23)
        assert found.release.covers == Period(date(2025, 1, 1), date(2025, 4, 1))
        kept[source] = found.batches[0].account.kept
        by_file = [r for r in ALL if r.source == source and "rvu25a" in r.files[0]]
        assert found.batches[0].columns == reading(shared_data, by_file[-1]).batches[0].columns
    assert list(kept.values()) == [18865, 109, 109, 16100]
