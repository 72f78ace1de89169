"""Facts of 64640 in November 2025, set by hand: what the sample page is made of.

Figures are those of the public CMS files named in each citation; no store and no pricing code is
involved, so a renderer's test fails for the renderer's own reasons.
"""

from __future__ import annotations

import csv
import hashlib
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from payeratlas.model.amounts import Money
from payeratlas.model.facts import Fact, Unknown, Value
from payeratlas.model.provenance import (
    Artifact,
    Citation,
    Derivation,
    Locator,
    Step,
)
from payeratlas.model.time import Period
from payeratlas.pages.page import Cell, Name, Span, Tone

LOCALITIES = Path(__file__).with_name("sample_localities.csv")
OCTOBER = Period(date(2025, 10, 1), date(2026, 1, 1))
YEAR_2025 = Period(date(2025, 1, 1), date(2026, 1, 1))

PPRRVU = Artifact(
    "PPRRVU2025_Oct.csv",
    "8af460f38bf982b79b07269fbc8b7256a8ef3bd3aa025a9c5cb71c1e52523c56",
    2547226,
    "https://www.cms.gov/files/zip/rvu25d-0.zip",
    "2025-10-02",
)
GPCI = Artifact(
    "GPCI2025.csv",
    "fc106f49547d0821db8fc33eee4f532d4a90e41110976659f80ac9e3a438f26e",
    5251,
)
MUE = Artifact("MCR_MUE_PractitionerServices.csv", "5e" * 32, 812345)
RECORD = 7011
"""Where 64640 stands in PPRRVU2025_Oct.csv."""

# release, file (without its common parts), record, conversion factor,
# total RVU office and facility as printed, dates of service
HISTORY = (
    ("RVU20A", "rvu20a_jan", 11480, "36.0896", "7.05", "3.38", "2020-01-01/2020-04-01"),
    ("RVU20B", "rvu20b_apr", 11493, "36.0896", "7.05", "3.38", "2020-04-01/2020-07-01"),
    ("RVU20C", "rvu20c_v0618", 11561, "36.0896", "7.05", "3.38", "2020-07-01/2020-10-01"),
    ("RVU20D", "rvu20d_oct", 11582, "36.0896", "7.05", "3.38", "2020-10-01/2021-01-01"),
    ("RVU21A", "rvu21a_jan", 11522, "34.8931", "7.51", "3.46", "2021-01-01/2021-04-01"),
    ("RVU21B", "rvu21b_apr", 11533, "34.8931", "7.51", "3.46", "2021-04-01/2021-07-01"),
    ("RVU21C", "rvu21c_jul", 11592, "34.8931", "7.51", "3.46", "2021-07-01/2021-10-01"),
    ("RVU21D", "rvu21d_oct", 11621, "34.8931", "7.51", "3.46", "2021-10-01/2022-01-01"),
    ("RVU22A", "rvu22a_jan", 11756, "34.6062", "7.43", "3.48", "2022-01-01/2022-04-01"),
    ("RVU22B", "rvu22b_apr", 11785, "34.6062", "7.43", "3.48", "2022-04-01/2022-07-01"),
    ("RVU22C", "rvu22c_jul", 11847, "34.6062", "7.43", "3.48", "2022-07-01/2022-10-01"),
    ("RVU22D", "rvu22d_oct", 11875, "34.6062", "7.43", "3.48", "2022-10-01/2023-01-01"),
    ("RVU23A", "rvu23a_jan", 12148, "33.8872", "7.37", "3.5", "2023-01-01/2023-04-01"),
    ("RVU23B", "rvu23b_apr", 12173, "33.8872", "7.37", "3.5", "2023-04-01/2023-07-01"),
    ("RVU23C", "rvu23c_jul", 12268, "33.8872", "7.37", "3.5", "2023-07-01/2023-10-01"),
    ("RVU23D", "rvu23d_oct", 12304, "33.8872", "7.37", "3.5", "2023-10-01/2024-01-01"),
    ("RVU24A", "rvu24a_jan", 12589, "32.7442", "7.46", "3.56", "2024-01-01/2024-03-09"),
    ("RVU24AR", "rvu24ar_jan", 12589, "33.2875", "7.46", "3.56", "2024-03-09/2024-04-01"),
    ("RVU24B", "rvu24b_apr", 12624, "33.2875", "7.46", "3.56", "2024-04-01/2024-07-01"),
    ("RVU24C", "rvu24c_jul", 12752, "33.2875", "7.46", "3.56", "2024-07-01/2024-10-01"),
    ("RVU25A", "PPRRVU25_JAN.csv", 10893, "32.3465", "7.45", "3.62", "2025-01-01/2025-04-01"),
    ("RVU25D", "PPRRVU2025_Oct.csv", RECORD, "32.3465", "7.45", "3.62", "2025-10-01/2026-01-01"),
    ("RVU26C", "PPRRVU2026_Jul_nonQPP.csv", 42, "33.4009", "8.01", "3.34", "2026-07-01/2026-10-01"),
)  # fmt: skip

# measure, unit, position, heading and text as printed in PPRRVU2025_Oct.csv
CELLS = {
    "pfs.status": ("code", 4, "STATUS CODE", "A"),
    "pfs.work_rvu": ("RVU", 6, "WORK RVU", "1.98"),
    "pfs.pe_rvu.nonfacility": ("RVU", 7, "NON-FAC PE RVU", "5.26"),
    "pfs.pe_rvu.facility": ("RVU", 9, "FACILITY PE RVU", "1.43"),
    "pfs.mp_rvu": ("RVU", 11, "MP RVU", "0.21"),
    "pfs.total_rvu.nonfacility": ("RVU", 12, "NON-FACILITY TOTAL", "7.45"),
    "pfs.total_rvu.facility": ("RVU", 13, "FACILITY TOTAL", "3.62"),
    "pfs.indicator.pctc": ("code", 14, "PCTC IND", "0"),
    "pfs.indicator.global_days": ("code", 15, "GLOB DAYS", "010"),
    "pfs.indicator.multiple_procedure": ("code", 19, "MULT PROC", "2"),
    "pfs.indicator.bilateral": ("code", 20, "BILAT SURG", "1"),
    "pfs.indicator.assistant": ("code", 21, "ASST SURG", "1"),
    "pfs.conversion_factor": ("USD per RVU", 26, "CONV FACTOR", "32.3465"),
}


def cite(
    column: int,
    heading: str,
    text: str,
    *,
    record: int = RECORD,
    artifact: Artifact = PPRRVU,
    source: str = "cms_pfs_rvu",
    release: str = "RVU25D",
) -> Citation:
    """A citation of one cell."""
    locator = Locator.cell(record, column, heading=heading)
    return Citation(source, release, artifact, locator, text)


def cell_fact(measure: str) -> Fact:
    """A figure printed in PPRRVU2025_Oct.csv."""
    unit, position, heading, text = CELLS[measure]
    value: Value = text if unit == "code" else Decimal(text)
    return Fact(measure, "64640", value, unit, OCTOBER, cite(position, heading, text))


def cents(exact: Decimal) -> Money:
    """Half up to cents, as the sample's amounts are."""
    return Money(exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP))


def payment(setting: str) -> Fact:
    """The national amount of a setting, derived from four printed figures."""
    roles = {
        "work_rvu": "pfs.work_rvu",
        "pe_rvu": f"pfs.pe_rvu.{setting}",
        "mp_rvu": "pfs.mp_rvu",
        "conversion_factor": "pfs.conversion_factor",
    }
    inputs = {role: cell_fact(measure) for role, measure in roles.items()}
    work, pe, mp, factor = (CELLS[measure][3] for measure in roles.values())
    total = Decimal(work) + Decimal(pe) + Decimal(mp)
    amount = cents(total * Decimal(factor))
    steps = (
        Step("Total RVU", f"{work} + {pe} + {mp}", str(total)),
        Step("Amount", f"{total} × {factor}", f"{amount}", "rounded once, half up"),
    )
    derivation = Derivation(
        "pfs.payment",
        tuple(inputs.items()),
        (("setting", setting),),
        "42 CFR 414.20; Medicare Claims Processing Manual, chapter 12, section 20.1",
        lambda: steps,
    )
    return Fact(f"pfs.payment.{setting}", "64640", amount, "USD", OCTOBER, derivation)


def history_point(
    entry: tuple[str, str, int, str, str, str, str],
) -> tuple[Name, Period, Fact, Fact, Fact]:
    """Release, period, conversion factor, office and facility amounts of one release."""
    release, file, record, factor, office, facility, span = entry
    file = file if file.endswith(".csv") else f"pprrvu_{file}.csv"
    start, end = (date.fromisoformat(day) for day in span.split("/"))
    period = Period(start, end)
    artifact = PPRRVU if file == PPRRVU.name else Artifact(file, digest_of(file), 2400000)

    def cell(measure: str, column: int, heading: str, text: str, unit: str) -> Fact:
        citation = cite(column, heading, text, record=record, artifact=artifact, release=release)
        return Fact(measure, "64640", Decimal(text), unit, period, citation)

    conversion = cell("pfs.conversion_factor", 25, "conv_factor", factor, "USD per RVU")

    def amount(setting: str, column: int, text: str) -> Fact:
        total = cell(f"pfs.total_rvu.{setting}", column, f"{setting}_total", text, "RVU")
        money = cents(Decimal(text) * Decimal(factor))
        derivation = Derivation(
            "pfs.payment.from_total",
            (("total_rvu", total), ("conversion_factor", conversion)),
            (("setting", setting),),
            "42 CFR 414.20",
        )
        return Fact(f"pfs.payment.{setting}", "64640", money, "USD", period, derivation)

    return (
        Name(release),
        period,
        conversion,
        amount("nonfacility", 12, office),
        amount("facility", 13, facility),
    )


def digest_of(name: str) -> str:
    """A stable stand-in for the digest of a file that the sample does not open."""
    return hashlib.sha256(name.encode()).hexdigest()


def locality_rows() -> list[tuple[str, str, Fact, Fact, Fact, Fact, Fact]]:
    """All 109 payment localities: label, id, three indices, office and facility amounts."""
    found = []
    with LOCALITIES.open(newline="") as lines:
        for row in csv.DictReader(lines):
            who = f"{row['mac']}-{row['locality']}"
            record = int(row["record"])

            def index(name: str, column: int, heading: str, row=row, who=who, record=record):
                citation = cite(
                    column,
                    heading,
                    row[f"{name}_gpci"],
                    record=record,
                    artifact=GPCI,
                    source="cms_pfs_gpci",
                    release="GPCI2025",
                )
                value = Decimal(row[f"{name}_gpci"])
                return Fact(f"pfs.gpci.{name}", who, value, "index", YEAR_2025, citation)

            indices = (
                index("work", 5, "2025 PW GPCI (with 1.0 Floor)"),
                index("pe", 6, "2025 PE GPCI"),
                index("mp", 7, "2025 MP GPCI"),
            )
            label = f"{row['name'].title()}, {row['state']}"
            amounts = [
                locality_amount(who, setting, Money(Decimal(row[column])), indices)
                for setting, column in (("nonfacility", "office"), ("facility", "facility"))
            ]
            found.append((label, who, *indices, *amounts))
    return found


def locality_amount(who: str, setting: str, money: Money, indices: tuple[Fact, Fact, Fact]) -> Fact:
    """The amount of one locality: seven inputs, one arithmetic line."""
    printed = [
        cell_fact("pfs.work_rvu"),
        cell_fact(f"pfs.pe_rvu.{setting}"),
        cell_fact("pfs.mp_rvu"),
    ]
    factor = cell_fact("pfs.conversion_factor")
    roles = ("work_rvu", "pe_rvu", "mp_rvu", "work_gpci", "pe_gpci", "mp_gpci")
    sums = " + ".join(f"{r.value} × {g.value}" for r, g in zip(printed, indices, strict=True))
    derivation = Derivation(
        "pfs.payment",
        (*zip(roles, (*printed, *indices), strict=True), ("conversion_factor", factor)),
        (("setting", setting),),
        "42 CFR 414.20; Medicare Claims Processing Manual, chapter 12, section 20.1",
        lambda: (Step("Amount", f"({sums}) × {factor.value}", str(money)),),
    )
    return Fact(f"pfs.payment.{setting}", f"64640@{who}", money, "USD", OCTOBER, derivation)


def mue(service: str, suffix: str, unit: str, value: Value, column: int, heading: str) -> Fact:
    """A figure of the medically unlikely edits."""
    citation = cite(
        column,
        heading,
        str(value),
        record=5903,
        artifact=MUE,
        source="ncci_mue",
        release="2025Q4",
    )
    return Fact(f"ncci.mue.{service}{suffix}", "64640", value, unit, OCTOBER, citation)


def unknown(measure: str, reason: Unknown, unit: str = "USD") -> Fact:
    """A figure that is not known."""
    return Fact(measure, "64640", reason, unit, None)


def row(*cells: Span | tuple[Span, Tone]) -> tuple[Cell, ...]:
    """Cells of one span each; a tuple gives the tone."""
    return tuple(Cell((c[0],), c[1]) if isinstance(c, tuple) else Cell((c,)) for c in cells)
