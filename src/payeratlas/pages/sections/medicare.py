"""C: what Medicare pays the physician: nationally, over the years, and by locality."""

from __future__ import annotations

from payeratlas.model.provenance import Derivation
from payeratlas.model.time import AsOf
from payeratlas.pages.facts.pfs import TWO_FACTORS_FROM
from payeratlas.pages.medicare import LocalityAmounts, TrendPoint, spread, trend
from payeratlas.pages.page import (
    Block,
    Cell,
    Chart,
    Grid,
    Name,
    Paragraph,
    Point,
    Section,
    Series,
    Subsection,
    Text,
    sentence,
)
from payeratlas.pages.registry import Place
from payeratlas.pages.sheet import Sheet, gap, plain
from payeratlas.store import Store

SECTION = Place("C", "medicare", "Medicare payment")


def section(code: str, as_of: AsOf, store: Store) -> Section:
    """RVUs and national amounts by setting, how they are computed, the trend by release, and the
    spread over the payment localities."""
    sheet = Sheet(code, as_of, store)
    blocks: list[Block | Subsection] = [_amounts(sheet), *_worked(sheet), *_factors(sheet)]
    history = trend(code, as_of, store)
    if any(point.known for point in history):
        blocks.append(Subsection("Release by release", _trend(code, history)))
    localities = spread(code, as_of, store)
    if localities:
        blocks.append(Subsection("Across the payment localities", _spread(sheet, localities)))
    blocks.append(
        gap(
            "The facility's own payment",
            "the outpatient (OPPS) and ambulatory surgical center rates are not loaded, so the "
            "whole cost of an encounter by setting is not shown.",
            "CMS's Addendum B and the ASC addenda.",
        )
    )
    return Section(SECTION.id, SECTION.letter, SECTION.title, tuple(blocks))


def _amounts(sheet: Sheet) -> Grid:
    several = len(sheet.subjects) > 1
    rows = []
    for who in sheet.subjects:
        for setting, words in (("nonfacility", "Non-facility (office)"), ("facility", "Facility")):
            if not sheet.listed:
                rows.append(
                    (plain(words), *(plain(sheet.of(who, m)) for m in _measures(setting)[-3:]))
                )
                continue
            label: Text = (Name(who), " ", words) if several else (words,)
            rows.append(
                (Cell(label), *(plain(sheet.of(who, measure)) for measure in _measures(setting)))
            )
    money = ("Medicare pays", "Non-participating", "Limiting charge")
    if not sheet.listed:
        return Grid("National amounts", ("Setting", *money), tuple(rows), numeric=(1, 2, 3))
    return Grid(
        "Relative value units and national amounts, before geographic adjustment",
        ("Setting", "Work", "Practice expense", "Malpractice", "Total RVU", *money),
        tuple(rows),
        numeric=(1, 2, 3, 4, 5, 6, 7),
    )


def _measures(setting: str) -> tuple[str, ...]:
    return (
        "pfs.work_rvu",
        f"pfs.pe_rvu.{setting}",
        "pfs.mp_rvu",
        f"pfs.total_rvu.{setting}",
        f"pfs.payment.{setting}",
        f"pfs.nonparticipating.{setting}",
        f"pfs.limiting_charge.{setting}",
    )


def _worked(sheet: Sheet) -> list[Block]:
    """The arithmetic of the office amount, step by step."""
    fact = sheet["pfs.payment.nonfacility"]
    if not isinstance(fact.basis, Derivation):
        return []
    rows = tuple(
        (
            plain(Name(step.label, code=False)),
            plain(Name(step.expression, code=False)),
            plain(Name(step.result, code=False)),
        )
        for step in fact.basis.steps
    )
    note: Text = (Name(fact.basis.reference, code=False),)
    return [
        Grid(
            "How the office amount is computed, rounded once at the end",
            ("Step", "Figures", "Result"),
            rows,
            numeric=(2,),
            folded=True,
            note=note,
        )
    ]


def _factors(sheet: Sheet) -> list[Block]:
    if sheet.as_of.service_date < TWO_FACTORS_FROM:
        return [
            Paragraph(
                sentence(
                    "Conversion factor: {factor} per RVU.", factor=sheet["pfs.conversion_factor"]
                )
            )
        ]
    rows = [
        (
            plain(title),
            plain(sheet[f"pfs.conversion_factor{suffix}"]),
            plain(sheet[f"pfs.payment.nonfacility{suffix}"]),
            plain(sheet[f"pfs.payment.facility{suffix}"]),
        )
        for title, suffix in (("Others", ""), ("Qualifying APM participants", ".qp"))
    ]
    return [
        Grid(
            "Both conversion factors: amounts on this page use the first unless they say otherwise",
            ("Clinician", "Dollars per RVU", "Office", "Facility"),
            tuple(rows),
            numeric=(1, 2, 3),
        )
    ]


def _trend(code: str, history: list[TrendPoint]) -> tuple[Block, ...]:
    known = [point for point in history if point.known]
    series = (
        Series(
            "office",
            "Office (non-facility)",
            tuple(Point(p.office, p.period, p.release.id) for p in known),
        ),
        Series(
            "facility", "Facility", tuple(Point(p.facility, p.period, p.release.id) for p in known)
        ),
    )
    chart = Chart(
        "steps",
        "National Medicare amount over time",
        series,
        f"Step lines of the national amount for {code} in an office and in a facility, release by "
        "release; spans without a release on hand are left open.",
    )
    rows = tuple(
        (
            plain(Name(p.release.id)),
            plain(p.period),
            plain(p.conversion_factor),
            plain(p.office),
            plain(p.facility),
        )
        for p in reversed(history)
    )
    grid = Grid(
        "Every release on hand that lists the code",
        ("Release", "Dates of service", "Conversion factor", "Office", "Facility"),
        rows,
        numeric=(2, 3, 4),
        folded=True,
        note=("Amounts in dollars of the day, not adjusted for inflation.",),
    )
    return (chart, grid)


def _spread(sheet: Sheet, localities: list[LocalityAmounts]) -> tuple[Block, ...]:
    chart = Chart(
        "spread",
        "Medicare amount in each payment locality",
        (
            Series(
                "office",
                "Office (non-facility)",
                tuple(Point(x.office, x.period, x.label) for x in localities),
            ),
            Series(
                "facility",
                "Facility",
                tuple(Point(x.facility, x.period, x.label) for x in localities),
            ),
        ),
        "One mark a locality along a dollar axis, office and facility; the table below holds the "
        "same figures.",
        marked=sheet["pfs.payment.nonfacility"],
    )
    rows = tuple(
        (
            plain(Name(x.label, code=False)),
            plain(Name(x.id)),
            plain(x.work),
            plain(x.pe),
            plain(x.mp),
            plain(x.office),
            plain(x.facility),
        )
        for x in localities
    )
    grid = Grid(
        "All payment localities",
        ("Locality", "MAC and number", "Work GPCI", "PE GPCI", "MP GPCI", "Office", "Facility"),
        rows,
        numeric=(2, 3, 4, 5, 6),
        folded=True,
    )
    return (chart, grid)
