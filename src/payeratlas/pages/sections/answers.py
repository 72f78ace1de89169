"""B: the answer box, one tile for each question asked every week."""

from __future__ import annotations

from itertools import pairwise

from payeratlas.coding.indicators import describe
from payeratlas.coding.modifiers import verdicts
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages import benchmarks
from payeratlas.pages.benchmarks.choose import headline, shared_setting
from payeratlas.pages.benchmarks.figures import Figures
from payeratlas.pages.benchmarks.words import family_words, joined, series_words
from payeratlas.pages.medicare import TrendPoint, trend
from payeratlas.pages.other_price import anesthesia_factor
from payeratlas.pages.page import Name, Section, Text, Tile, Tiles, sentence
from payeratlas.pages.registry import Place
from payeratlas.pages.sheet import Sheet
from payeratlas.pricing.anesthesia import is_anesthesia
from payeratlas.store import Store

SECTION = Place("B", "answers", "Answers at a glance")


def section(code: str, as_of: AsOf, store: Store) -> Section:
    """The answers: payment to physician and facility, units, global period, modifiers, bundling,
    last change, commercial medians; and what is not on hand: prior authorization."""
    sheet = Sheet(code, as_of, store)
    tiles = (
        *_paid(sheet),
        _center(sheet),
        _hospital(sheet),
        _units(sheet),
        _global(sheet),
        _modifiers(sheet),
        _bundling(sheet),
        _change(sheet),
        _absent(
            "Prior authorization",
            "Not on hand. No payer's list is loaded, so nothing is said: not even no.",
            "coverage",
        ),
        _commercial(sheet),
    )
    return Section(SECTION.id, SECTION.letter, SECTION.title, (Tiles(tiles),))


_SCHEDULES = (
    ("clfs.payment", "Medicare, laboratory test", "National rate of the laboratory fee schedule."),
    ("asp.payment_limit", "Medicare, drug", "Payment limit of one billing unit."),
)


def _paid(sheet: Sheet) -> tuple[Tile, ...]:
    """What Medicare pays by the schedule that is the code's own: for most codes that of the
    physicians, in both settings."""
    if is_anesthesia(sheet.code):
        factor = anesthesia_factor("all", None, sheet.as_of, sheet.store)
        note: Text = ("National; the amount is this times base units and time units.",)
        return (_own("Medicare, one anesthesia unit", factor, note),)
    for measure, label, note_ in _SCHEDULES:
        fact = sheet.get(measure)
        if fact is not None and not sheet["pfs.payment.nonfacility"].known:
            return (_own(label, fact, (note_,)),)
    return (
        _payment(sheet, "Medicare, office", "pfs.payment.nonfacility", "pfs.na.nonfacility"),
        _payment(sheet, "Medicare, facility", "pfs.payment.facility", "pfs.na.facility"),
    )


def _own(label: str, fact: Fact, note: Text) -> Tile:
    return Tile(label, (fact,), note) if fact.known else Tile(label, (fact,), tone="unknown")


def _payment(sheet: Sheet, label: str, measure: str, na: str) -> Tile:
    fact = sheet[measure]
    if isinstance(fact.value, Unknown):
        return Tile(label, (fact,), tone="unknown")
    rare = sheet[na]
    note: Text = ("National amount to the physician, before geographic adjustment.",)
    if rare.value is True:
        note = sentence("CMS marks this setting as rare or never for the code ({na}).", na=rare)
    return Tile(label, (fact,), note, "caution" if rare.value is True else "plain")


def _center(sheet: Sheet) -> Tile:
    fact = sheet["asc.payment"]
    if isinstance(fact.value, Unknown):
        return Tile("Medicare, surgery center", (fact,), tone="unknown")
    note = sentence(
        "National payment to the center (indicator {indicator}), beside the physician's.",
        indicator=sheet["asc.payment_indicator"],
    )
    return Tile("Medicare, surgery center", (fact,), note)


def _hospital(sheet: Sheet) -> Tile:
    fact = sheet["opps.payment"]
    if isinstance(fact.value, Unknown):
        return Tile("Medicare, hospital outpatient", (fact,), tone="unknown")
    note = sentence(
        "National payment to the hospital (status {status}), beside the physician's.",
        status=sheet["opps.status_indicator"],
    )
    return Tile("Medicare, hospital outpatient", (fact,), note)


def _bundling(sheet: Sheet) -> Tile:
    """The practitioner's edits in each column; zero is an answer, and says what it does not."""
    label, link = "Bundling", Name("Which, under F", code=False, href="#coding")
    paid, denied = (sheet[f"ncci.ptp.practitioner.{c}.count"] for c in ("column1", "column2"))
    if isinstance(paid.value, Unknown):
        return Tile(label, (paid,), (link,), "unknown")
    return Tile(
        label,
        sentence(
            "{paid} codes denied beside it; it is denied beside {denied}", paid=paid, denied=denied
        ),
        sentence("NCCI edits of practitioners. {link}.", link=link),
    )


def _units(sheet: Sheet) -> Tile:
    mue = sheet["ncci.mue.practitioner"]
    if isinstance(mue.value, Unknown):
        return Tile("Most units a day", (mue,), tone="unknown")
    note = sentence(
        "Medically unlikely edit for practitioners, adjudication indicator {mai}.",
        mai=sheet["ncci.mue.practitioner.mai"],
    )
    return Tile("Most units a day", (mue,), note)


def _global(sheet: Sheet) -> Tile:
    days = sheet["pfs.indicator.global_days"]
    if isinstance(days.value, Unknown):
        return Tile("Global period", (days,), tone="unknown")
    words = describe("global_days", str(days.value))
    note: Text = () if isinstance(words, Unknown) else sheet.words(words)
    return Tile("Global period", (days,), note)


def _modifiers(sheet: Sheet) -> Tile:
    if not sheet.listed:
        return Tile("Modifiers", (sheet["pfs.status"],), tone="unknown")
    judged = verdicts(sheet.indicators(), sheet.code, own_rows=sheet.own_rows)
    valid = [v.modifier for v in judged if v.verdict == "valid"]
    wrong = [v.modifier for v in judged if v.verdict in ("not_valid", "not_a_modifier")]
    answer: Text = (
        (Name(", ".join(valid)),) if valid else ("None that the indicators allow outright",)
    )
    note: Text = (
        sentence("Not: {names}. Reasons under F.", names=Name(", ".join(wrong))) if wrong else ()
    )
    return Tile("Modifiers", answer, note)


def _change(sheet: Sheet) -> Tile:
    """The last pair of releases in force up to the date between which an amount moved."""
    day = sheet.as_of.service_date
    history = trend(sheet.code, sheet.as_of, sheet.store)
    points = [p for p in history if p.known and p.period.start <= day]
    label = "Last change on hand"
    moved = [(a, b) for a, b in pairwise(points) if _amounts(a) != _amounts(b)]
    if not moved:
        return Tile(label, ("None seen in the releases on hand.",), tone="unknown")
    then, now = moved[-1]
    return Tile(
        label,
        sentence("{then} to {now} in an office", then=then.office, now=now.office),
        sentence(
            "and {then} to {now} in a facility: {before} ({period}), then {after} (from {start}).",
            then=then.facility,
            now=now.facility,
            before=Name(then.release.id),
            period=then.period,
            after=Name(now.release.id),
            start=now.period.start,
        ),
    )


def _commercial(sheet: Sheet) -> Tile:
    """The commercial medians of the setting that most payers share, and percent of Medicare."""
    label, link = "Commercial benchmark", Name("Which, under D", code=False, href="#rates")
    found = benchmarks.benchmarks_for(sheet.code, sheet.as_of, sheet.store)
    if isinstance(found, Unknown):
        return _absent(label, "Not on hand. No price file says what payers pay.", "rates")
    make = Figures(found, sheet.as_of)
    cells = shared_setting([c for c in headline(found) if make.covered(c)])
    if not cells and any(c.votes and make.covered(c) for c in headline(found)):
        words = "No median: too few organisations behind any payer's rates."
        each = Name("The rate of each, under D", code=False, href="#rates")
        return Tile(label, (words,), (each,), "unknown")
    if not cells:
        return _absent(label, "No rate was observed by this date of service.", "rates")
    payers = Name(joined(family_words(c.key.family) for c in cells), code=False)
    setting = series_words(cells[0].key.series)
    named = {"payers": payers, "setting": Name(setting[:1].lower() + setting[1:], code=False)}
    low, high = cells[0], cells[-1]
    bottom, top = (make.cell(one, "median") for one in (low, high))
    least, most = (make.cell(one, "ratio of medians") for one in (low, high))
    if len(cells) == 1:
        answer: Text = (bottom,)
        beside = sentence(": {percent} of Medicare", percent=least) if least.known else ()
    else:
        answer = sentence("{low} to {high}", low=bottom, high=top)
        beside = (
            sentence(": {low} to {high} of Medicare", low=least, high=most)
            if least.known and most.known
            else ()
        )
    note = sentence(
        "Medians of {payers}, {setting}{beside}. Not the nation. {link}.",
        beside=beside,
        link=link,
        **named,
    )
    return Tile(label, answer, note)


def _amounts(point: TrendPoint) -> tuple[object, object]:
    return point.office.value, point.facility.value


def _absent(label: str, text: str, anchor: str) -> Tile:
    return Tile(
        label, (text,), (Name("What would fill it", code=False, href=f"#{anchor}"),), "unknown"
    )
