"""A rich Page set by hand: 64640 in November 2025, every kind of block at least once."""

from __future__ import annotations

from datetime import date

from sample_facts import (
    HISTORY,
    OCTOBER,
    cell_fact,
    history_point,
    locality_rows,
    mue,
    payment,
    row,
    unknown,
)

from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Release
from payeratlas.model.time import AsOf, Period
from payeratlas.pages.page import (
    Bullets,
    Cell,
    Chart,
    Gap,
    Grid,
    Name,
    Page,
    Paragraph,
    Point,
    Section,
    Series,
    Subsection,
    Tile,
    Tiles,
    sentence,
)

EDITION = "c41f7d0a9be2550c6f3e8a17d24b90817a6e5d3c2b1a0f9e8d7c6b5a49382716"
AS_OF = AsOf(date(2025, 11, 3))

OFFICE, FACILITY = payment("nonfacility"), payment("facility")
STATUS, BILATERAL = cell_fact("pfs.status"), cell_fact("pfs.indicator.bilateral")
GLOBAL, PCTC = cell_fact("pfs.indicator.global_days"), cell_fact("pfs.indicator.pctc")
UNITS = mue("practitioner", "", "units", 5, 2, "Practitioner Services MUE Values")
MAI = mue("practitioner", ".mai", "code", "3", 3, "MUE Adjudication Indicator")
RATIONALE = mue("practitioner", ".rationale", "text", "Clinical: Data", 4, "MUE Rationale")
NOT_RARE = Fact(
    "pfs.na.nonfacility",
    "64640",
    False,
    "flag",
    OCTOBER,
    cell_fact("pfs.status").basis,
)
HISTORY_POINTS = tuple(history_point(entry) for entry in HISTORY)
LAST_YEAR = HISTORY_POINTS[19]
HOSPITAL_MUE = unknown(
    "ncci.mue.hospital",
    Unknown(
        "not_covered",
        "the outpatient hospital MUE list on hand is that of 2024Q3, for dates of service "
        "July 1 to September 30, 2024",
        mue("hospital", "", "units", 10, 2, "Outpatient Hospital Services MUE Values"),
    ),
    "units",
)
QUALIFYING = unknown(
    "pfs.payment.nonfacility.qp",
    Unknown("not_covered", "before 2026 Medicare had one conversion factor."),
)
LABORATORY = unknown(
    "clfs.payment", Unknown("not_priced", "status A codes are paid under the physician schedule")
)


def page() -> Page:
    """The sample page."""
    sections = (
        identity(),
        answers(),
        medicare(),
        absent("rates", "D", "National payment benchmarks by payer", "payer price file"),
        absent("coverage", "E", "Coverage and prior authorization", "policy or list of a payer"),
        coding(),
        absent("clinical", "G", "Clinical context and documentation", "reviewed record"),
        absent("denials", "H", "Denials and audits", "list of denial codes"),
        absent("changes", "I", "What changed", "comparison of releases"),
        provenance(),
    )
    return Page(
        code="64640",
        system="CPT",
        title="Destruction of another peripheral nerve or branch by neurolytic agent",
        summary=sentence(
            "Medicare pays the physician {office} in an office and {facility} in a facility, "
            "before geographic adjustment.",
            office=OFFICE,
            facility=FACILITY,
        ),
        as_of=AS_OF,
        edition=EDITION,
        version="0.1.0",
        facts=(
            *(cell_fact(m) for m in ("pfs.status", "pfs.work_rvu", "pfs.mp_rvu")),
            OFFICE,
            FACILITY,
            QUALIFYING,
            LABORATORY,
            UNITS,
            MAI,
            RATIONALE,
            HOSPITAL_MUE,
            NOT_RARE,
        ),
        sections=sections,
        releases=(
            release("cms_pfs_rvu", "RVU25D", "Physician fee schedule values, October 2025"),
            release("cms_pfs_gpci", "GPCI2025", "Geographic indices 2025"),
            release("ncci_mue", "2025Q4", "Medically unlikely edits, fourth quarter 2025"),
        ),
        notices=(
            sentence(
                "The conversion factor of {year} is in force for dates of service {period}.",
                year=Name("2025", code=False),
                period=OCTOBER,
            ),
        ),
    )


def release(source: str, identity: str, title: str) -> Release:
    """A release in force."""
    return Release(source, identity, title, date(2025, 9, 11), "printed", OCTOBER)


def identity() -> Section:
    """A: a card, siblings, a history sentence."""
    card = Grid(
        "The code at a glance",
        ("Field", "Value"),
        (
            (Cell(("Code",)), Cell((Name("64640"), " (CPT)"))),
            row("Kind of service", "Surgery, nervous system"),
            (Cell(("Medicare status",)), Cell((STATUS, ": active, paid by this schedule"))),
            (
                Cell(("Typical setting",)),
                Cell(sentence("Office or facility: rare in an office is {na}.", na=NOT_RARE)),
            ),
        ),
    )
    near = Bullets(
        (
            (Name("64632", href="../64632/"), ": a plantar common digital nerve"),
            (Name("64624", href="../64624/"), ": the genicular nerve branches"),
            (Name("64620", href="https://example.org/64620?a=1&b=2"), ": an intercostal nerve"),
        )
    )
    first, last = HISTORY_POINTS[0], HISTORY_POINTS[-1]
    listed = sentence(
        "Listed by {first} ({start}) through {last} ({end}).",
        first=first[0],
        start=first[1],
        last=last[0],
        end=last[1],
    )
    return Section(
        "identity",
        "A",
        "What this code is",
        (
            card,
            Subsection("What it is not", (near,)),
            Subsection("On the books", (Paragraph(listed),)),
        ),
        lead=sentence("Its status for {day} is {status}.", day=AS_OF.service_date, status=STATUS),
    )


def answers() -> Section:
    """B: the answer box, every tone."""
    tiles = (
        Tile("Medicare, office", (OFFICE,), ("National amount, before geographic adjustment.",)),
        Tile("Medicare, facility", (FACILITY,), ("To the physician; the facility is paid apart.",)),
        Tile(
            "Most units a day",
            (UNITS,),
            sentence("Adjudication indicator {mai}: a limit by date of service.", mai=MAI),
        ),
        Tile("Global period", (GLOBAL,), ("Minor procedure: visits up to then are included.",)),
        Tile("Both sides", (Name("50"), " is valid"), ("Bilateral rule applies.",), "good"),
        Tile(
            "Professional part",
            (Name("26"), " is not valid"),
            sentence("The code is not split: indicator {pctc}.", pctc=PCTC),
            "bad",
        ),
        Tile(
            "Last change on hand",
            sentence("{then} to {now}", then=LAST_YEAR[3], now=OFFICE),
            sentence("in an office, since {release}.", release=Name("RVU25A")),
            "caution",
        ),
        Tile(
            "Prior authorization",
            ("Not on hand. No payer's list is loaded, so nothing is said: not even no.",),
            (Name("What would fill it", code=False, href="#coverage"),),
            "unknown",
        ),
        Tile("Outpatient units", (HOSPITAL_MUE,), tone="unknown"),
    )
    return Section("answers", "B", "Answers at a glance", (Tiles(tiles),))


def medicare() -> Section:
    """C: the amounts, a folded worked example, both charts, the locality table, a gap."""
    amounts = Grid(
        "Relative value units and national amounts, before geographic adjustment",
        ("Setting", "Work", "Practice expense", "Malpractice", "Total RVU", "Medicare pays"),
        tuple(
            row(
                words,
                cell_fact("pfs.work_rvu"),
                cell_fact(f"pfs.pe_rvu.{setting}"),
                cell_fact("pfs.mp_rvu"),
                cell_fact(f"pfs.total_rvu.{setting}"),
                payment(setting),
            )
            for words, setting in (
                ("Non-facility (office)", "nonfacility"),
                ("Facility", "facility"),
            )
        ),
        numeric=(1, 2, 3, 4, 5),
    )
    factors = Grid(
        "Conversion factors",
        ("Clinician", "Dollars per RVU", "Office"),
        (
            row("Others", cell_fact("pfs.conversion_factor"), OFFICE),
            row("Qualifying APM participants", QUALIFYING, QUALIFYING),
            row("Laboratory schedule", LABORATORY, LABORATORY),
        ),
        numeric=(1, 2),
    )
    worked = Grid(
        "How the office amount is computed, rounded once at the end",
        ("Step", "Figures", "Result"),
        tuple(
            row(
                Name(step.label, code=False),
                Name(step.expression, code=False),
                Name(step.result, code=False),
            )
            for step in OFFICE.basis.steps  # type: ignore[union-attr]
        ),
        numeric=(2,),
        folded=True,
        note=(Name("42 CFR 414.20", code=False),),
    )
    return Section(
        "medicare",
        "C",
        "Medicare payment",
        (
            amounts,
            worked,
            factors,
            Subsection("Release by release", (trend_chart(), trend_grid())),
            Subsection("Across the payment localities", (spread_chart(), locality_grid())),
            Gap(
                "The facility's own payment",
                ("the outpatient (OPPS) and surgical center rates are not loaded.",),
                ("CMS's Addendum B and the ASC addenda.",),
            ),
        ),
    )


def trend_chart() -> Chart:
    """Both amounts by release, with three spans without a release."""
    return Chart(
        "steps",
        "National Medicare amount over time",
        (
            Series(
                "office",
                "Office (non-facility)",
                tuple(Point(p[3], p[1], p[0].text) for p in HISTORY_POINTS),
            ),
            Series(
                "facility",
                "Facility",
                tuple(Point(p[4], p[1], p[0].text) for p in HISTORY_POINTS),
            ),
        ),
        "Step lines of the national amount in an office and in a facility, release by release.",
    )


def trend_grid() -> Grid:
    """The chart's figures."""
    return Grid(
        "Every release on hand that lists the code",
        ("Release", "Dates of service", "Conversion factor", "Office", "Facility"),
        tuple(row(*point) for point in reversed(HISTORY_POINTS)),
        numeric=(2, 3, 4),
        folded=True,
        note=("Amounts in dollars of the day, not adjusted for inflation.",),
    )


def spread_chart() -> Chart:
    """One mark a locality."""
    rows = locality_rows()
    return Chart(
        "spread",
        "Medicare amount in each payment locality",
        (
            Series(
                "office",
                "Office (non-facility)",
                tuple(Point(r[5], OCTOBER, r[0]) for r in rows),
            ),
            Series("facility", "Facility", tuple(Point(r[6], OCTOBER, r[0]) for r in rows)),
        ),
        "One mark a locality along a dollar axis, office and facility.",
        marked=OFFICE,
    )


def locality_grid() -> Grid:
    """The chart's figures with the indices behind them."""
    return Grid(
        "All payment localities",
        ("Locality", "MAC and number", "Work GPCI", "PE GPCI", "MP GPCI", "Office", "Facility"),
        tuple(row(Name(r[0], code=False), Name(r[1]), *r[2:]) for r in locality_rows()),
        numeric=(2, 3, 4, 5, 6),
        folded=True,
    )


def coding() -> Section:
    """F: verdicts in words with tones, units, indicators."""
    modifiers = Grid(
        "Modifiers judged from the indicators of the release in force",
        ("Modifier", "What it says", "Verdict", "Why"),
        (
            (
                *row(Name("50"), "Both sides in one session", ("Valid", "good")),
                Cell(sentence("Bilateral indicator {b}: paid at one and a half.", b=BILATERAL)),
            ),
            (
                *row(Name("59"), "Distinct procedural service", ("Conditional", "caution")),
                Cell(("Only where the record shows another nerve or another session.",)),
            ),
            (
                *row(Name("26"), "Professional component", ("Not valid", "bad")),
                Cell(sentence("PC/TC indicator {p}: there are no two parts.", p=PCTC)),
            ),
            (
                *row(Name("11"), "", ("Not a modifier", "bad")),
                Cell(("It is the place of service of an office.",)),
            ),
        ),
    )
    units = Grid(
        "Medically unlikely edits: the most units for one patient on one day",
        ("Service type", "Units", "MAI", "Rationale"),
        (
            row("Practitioner", UNITS, MAI, RATIONALE),
            row("Outpatient hospital", HOSPITAL_MUE, HOSPITAL_MUE, HOSPITAL_MUE),
        ),
        numeric=(1,),
    )
    return Section(
        "coding",
        "F",
        "Coding specifications",
        (Subsection("Modifiers", (modifiers,)), Subsection("Units", (units,))),
    )


def absent(anchor: str, letter: str, title: str, thing: str) -> Section:
    """A section that holds only what it lacks."""
    return Section(
        anchor,
        letter,
        title,
        (
            Gap(
                title,
                (f"no {thing} is loaded, so nothing is said.",),
                (f"a dated {thing}, read whole and counted.",),
            ),
        ),
        empty=True,
    )


def provenance() -> Section:
    """J: releases and how to check."""
    releases = Grid(
        "Releases in force for this page",
        ("Release", "Issued", "Dates of service", "Extent"),
        (
            row(Name("RVU25D"), date(2025, 9, 11), OCTOBER, "whole"),
            row(
                Name("GPCI2025"),
                date(2025, 1, 10),
                Period(date(2025, 1, 1), None, observed=True),
                "whole",
            ),
        ),
    )
    return Section(
        "provenance",
        "J",
        "Provenance, completeness and freshness",
        (
            releases,
            Bullets(
                (
                    sentence("{verify} re-opens every citation.", verify=Name("payeratlas verify")),
                    ("Codes are those of CPT and HCPCS. No descriptor is used.",),
                )
            ),
        ),
    )
