"""C: what Medicare pays the physician: nationally, over the years, and by locality."""

from __future__ import annotations

from payeratlas.model.provenance import Derivation
from payeratlas.model.time import AsOf
from payeratlas.pages.encounter import Given, encounters
from payeratlas.pages.facts.pfs import TWO_FACTORS_FROM
from payeratlas.pages.medicare import LocalityAmounts, TrendPoint, spread, trend
from payeratlas.pages.other_price import anesthesia_factor
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
from payeratlas.pages.sheet import Sheet, plain
from payeratlas.pricing import asc, opps
from payeratlas.pricing.anesthesia import is_anesthesia
from payeratlas.store import Store

SECTION = Place("C", "medicare", "Medicare payment")


def section(code: str, as_of: AsOf, store: Store) -> Section:
    """RVUs and national amounts by setting, how they are computed, the trend by release, and the
    spread over the payment localities."""
    sheet = Sheet(code, as_of, store)
    valued = sheet.listed and _valued(sheet)
    blocks: list[Block | Subsection] = [*_amounts(sheet, valued), *_worked(sheet)]
    if valued or not sheet.listed:
        blocks += _factors(sheet)
    history = trend(code, as_of, store)
    if any(point.known for point in history):
        blocks.append(Subsection("Release by release", _trend(code, history)))
    localities = spread(code, as_of, store)
    if localities:
        blocks.append(Subsection("Across the payment localities", _spread(sheet, localities)))
    blocks.append(Subsection("By setting: physician, facility and patient", _settings(sheet)))
    if schedules := _other_schedules(sheet):
        blocks.append(Subsection("Other schedules", schedules))
    if use := _use(sheet):
        blocks.append(Subsection("Use in Medicare", use))
    return Section(SECTION.id, SECTION.letter, SECTION.title, tuple(blocks))


def _amounts(sheet: Sheet, valued: bool) -> tuple[Block, ...]:
    """RVUs and amounts by setting; the amounts alone where every RVU is printed as nothing."""
    several = len(sheet.subjects) > 1
    rows = []
    for who in sheet.subjects:
        for setting, words in (("nonfacility", "Non-facility (office)"), ("facility", "Facility")):
            label: Text = (Name(who), " ", words) if several else (words,)
            measures = _measures(setting) if valued else _measures(setting)[-3:]
            rows.append((Cell(label), *(plain(sheet.of(who, measure)) for measure in measures)))
    money = ("Medicare pays", "Non-participating", "Limiting charge")
    if valued:
        return (
            Grid(
                "Relative value units and national amounts, before geographic adjustment",
                ("Setting", "Work", "Practice expense", "Malpractice", "Total RVU", *money),
                tuple(rows),
                numeric=(1, 2, 3, 4, 5, 6, 7),
            ),
        )
    grid = Grid("National amounts", ("Setting", *money), tuple(rows), numeric=(1, 2, 3))
    if not sheet.listed:
        return (grid,)
    printed = sheet["pfs.total_rvu.nonfacility"]
    none = sentence("The schedule prints {rvu} for its relative values.", rvu=printed)
    return (grid, Paragraph(none))


def _valued(sheet: Sheet) -> bool:
    """Whether any relative value is printed as more than nothing, or an amount follows."""
    return any(
        sheet.of(who, measure).known and bool(sheet.of(who, measure).value)
        for who in sheet.subjects
        for setting in ("nonfacility", "facility")
        for measure in _measures(setting)
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


_FACILITY = (
    ("opps.status_indicator", "OPPS status indicator"),
    ("opps.apc", "Ambulatory payment classification (APC)"),
    ("opps.payment", "Payment to the hospital"),
    ("opps.copayment.minimum", "Minimum copayment"),
    ("opps.copayment.national", "National copayment"),
    ("opps.copayment.adjusted", "Copayment as capped or adjusted"),
    ("asc.payment_indicator", "ASC payment indicator"),
    ("asc.payment", "Payment to the surgical center"),
)
_WHERE = {
    "office": "Office",
    "asc": "Ambulatory surgical center",
    "hopd": "Hospital outpatient department",
}


def _settings(sheet: Sheet) -> tuple[Block, ...]:
    """What the facility is paid, and the whole encounter in each of three settings."""
    rows = []
    for measure, title in _FACILITY:
        fact = sheet.get(measure)
        if fact is not None and not (measure == "opps.copayment.national" and not fact.known):
            rows.append((plain(title), plain(fact), Cell(_in_words(sheet, measure))))
    facility = Grid(
        "What a facility is paid for the code, nationally and before wages",
        ("Item", "Printed", "In words"),
        tuple(rows),
    )
    if not sheet.listed:
        return (facility,)
    given = encounters([sheet.code], sheet.as_of, sheet.store)
    if not any(one.encounter.parts[0].approved.known for one in given):
        return (facility,)
    return (facility, _encounters(given))


def _in_words(sheet: Sheet, measure: str) -> Text:
    """What an indicator of a facility schedule means; nothing for an amount or an Unknown."""
    words = {
        "opps.status_indicator": opps.meaning,
        "asc.payment_indicator": asc.meaning,
    }.get(measure)
    value = sheet[measure].value
    if words is None or not isinstance(value, str):
        return ()
    return (Name(f"{words(value)[:1].upper()}{words(value)[1:]}.", code=False),)


def _encounters(given: tuple[Given, ...]) -> Grid:
    rows = []
    for one in given:
        physician, facility = one.encounter.parts[0], one.encounter.parts[1:]
        sums = (one.encounter.approved, one.encounter.patient, one.encounter.paid)
        rows.append(
            (
                plain(_WHERE[one.setting]),
                plain(physician.approved),
                plain(facility[0].approved) if facility else plain("none: the fee holds it"),
                *(plain(fact if fact.known else "no sum without both") for fact in sums),
            )
        )
    return Grid(
        "One unit of the code in three settings, before geographic adjustment",
        ("Setting", "Physician", "Facility", "Together", "Patient's part", "Medicare pays"),
        tuple(rows),
        numeric=(1, 2, 3, 4, 5),
        note=(
            "The deductible is taken as met. What Medicare pays is after sequestration. Other "
            "clinicians of the day bill for themselves. In a facility a test in two parts is taken "
            "as its professional part.",
        ),
    )


_SCHEDULES = (
    ("clfs.payment", "Laboratory test, national rate"),
    ("asp.payment_limit", "Drug, payment limit of one billing unit"),
    ("asp.dosage", "Drug, what one billing unit is"),
    ("asp.coinsurance", "Drug, the patient's share in percent"),
    ("anes.base_units", "Anesthesia, base units"),
)


def _other_schedules(sheet: Sheet) -> tuple[Block, ...]:
    """The schedules of tests, drugs and anesthesia, where they are the code's."""
    rows = [
        (plain(title), plain(fact))
        for measure, title in _SCHEDULES
        if (fact := sheet.get(measure)) is not None
    ]
    if not is_anesthesia(sheet.code):
        title = "Schedules other than the physicians'"
        return (Grid(title, ("Item", "Printed"), tuple(rows)),) if rows else ()
    rows.append(
        (
            plain("Anesthesia, national conversion factor"),
            plain(anesthesia_factor("all", None, sheet.as_of, sheet.store)),
        )
    )
    formula = Paragraph(
        sentence(
            "Medicare allows for anesthesia: base units and time units together, times the "
            "conversion factor of the locality. A quarter of an hour is one time unit."
        )
    )
    grid = Grid("Schedules other than the physicians'", ("Item", "Printed"), tuple(rows))
    return (grid, formula)


_USE = (
    ("services", "Services"),
    ("beneficiaries", "Beneficiaries"),
    ("providers", "Clinicians and centers"),
    ("allowed_average", "Average allowed amount"),
)


def _use(sheet: Sheet) -> tuple[Block, ...]:
    """How often Medicare paid for the code in a year, by setting; empty where no file lists it."""
    facts = [
        (title, [sheet.get(f"utilization.{name}.{setting}") for setting in ("office", "facility")])
        for name, title in _USE
    ]
    rows = [
        (plain(title), *(plain(fact) if fact is not None else plain() for fact in both))
        for title, both in facts
        if any(fact is not None for fact in both)
    ]
    if not rows:
        return ()
    return (
        Grid(
            "Services to patients of original Medicare",
            ("Count", "Office", "Facility"),
            tuple(rows),
            numeric=(1, 2),
        ),
    )
