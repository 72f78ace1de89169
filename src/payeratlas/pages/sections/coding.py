"""F: modifiers, units, indicators in words, bundling edits, and places of service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from payeratlas.coding.indicators import describe
from payeratlas.coding.modifiers import Verdict, bilateral_methods, unjudged, verdicts
from payeratlas.coding.names import own_name
from payeratlas.coding.units import REFERENCE, units_wording, unlisted_units
from payeratlas.coding.wording import Wording
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.time import AsOf
from payeratlas.pages.page import (
    Block,
    Bullets,
    Cell,
    Grid,
    Name,
    Paragraph,
    Section,
    Subsection,
    Text,
    Tone,
    sentence,
)
from payeratlas.pages.registry import Place
from payeratlas.pages.sections._bundling import bundling
from payeratlas.pages.sections._places import places
from payeratlas.pages.sheet import INDICATORS, Sheet, gap, plain
from payeratlas.store import Store

SECTION = Place("F", "coding", "Coding specifications")

_TONES: dict[str, Tone] = {
    "valid": "good",
    "conditional": "caution",
    "not_valid": "bad",
    "not_a_modifier": "bad",
}
_VERDICTS = {
    "valid": "Valid",
    "conditional": "Conditional",
    "not_valid": "Not valid",
    "not_a_modifier": "Not a modifier",
}
_INDICATOR_TITLES = {
    "global_days": "Global period",
    "pctc": "Professional and technical parts",
    "multiple_procedure": "Multiple procedures",
    "bilateral": "Both sides",
    "assistant": "Assistant at surgery",
    "co_surgeon": "Co-surgeons",
    "team": "Team surgery",
    "endo_base": "Endoscopic base code",
    "supervision": "Supervision of diagnostic tests",
    "imaging_family": "Imaging family",
    "pricing": "Pricing indicator",
}
_SERVICES = {"practitioner": "Practitioner", "hospital": "Outpatient hospital", "dme": "Supplier"}


def section(code: str, as_of: AsOf, store: Store) -> Section:
    """What may be reported with the code, each verdict derived from a cited indicator."""
    sheet = Sheet(code, as_of, store)
    blocks: list[Block | Subsection] = []
    if sheet.listed:
        blocks += [
            Subsection("Modifiers", _modifiers(sheet)),
            Subsection("Units", _units(sheet)),
            Subsection("Payment policy indicators, in words", (_indicators(sheet),)),
        ]
    else:
        blocks += [
            Paragraph(
                sentence(
                    "No verdict on modifiers can be derived: {status}", status=sheet["pfs.status"]
                )
            ),
            Subsection("Units", _units(sheet)),
        ]
    blocks += bundling(sheet)
    blocks.append(Subsection("Places of service", places(sheet)))
    blocks.append(
        gap(
            "Diagnoses",
            "the Medicare Coverage Database is not loaded.",
            "its articles with their diagnosis groups.",
        )
    )
    return Section(SECTION.id, SECTION.letter, SECTION.title, tuple(blocks))


def _modifiers(sheet: Sheet) -> tuple[Block, ...]:
    row, code = sheet.indicators(), sheet.code
    judged = verdicts(row, code, own_rows=sheet.own_rows)
    rules = _numbered(judged)
    blocks: list[Block] = [
        Grid(
            "Modifiers judged from the indicators of the release in force",
            ("Modifier", "What it says", "Verdict", "Rule", "Why"),
            tuple(_verdict(sheet, verdict, rules) for verdict in judged),
            note=tuple(
                span
                for reference, mark in rules.items()
                for span in (Name(mark), f" {reference}. ")
            ),
        )
    ]
    if sides := bilateral_methods(row):
        blocks.append(Paragraph(("Two sides in one session:",)))
        blocks.append(Bullets(tuple(sheet.words(one) for one in sides)))
    if rest := unjudged(row, code, own_rows=sheet.own_rows):
        blocks.append(
            Grid(
                "Modifiers that no indicator of the fee schedule decides",
                ("Modifier", "What it says", "Why it is not judged"),
                tuple(
                    (
                        plain(Name(one.modifier)),
                        plain(Name(one.title, code=False)),
                        Cell(sheet.words(one.reason)),
                    )
                    for one in rest
                ),
                folded=True,
            )
        )
    return tuple(blocks)


def _numbered(judged: Sequence[Verdict]) -> dict[str, str]:
    """A short mark for each manual or layout that the verdicts follow, in reading order."""
    references = dict.fromkeys(reference for one in judged for reference in one.references)
    return {reference: f"R{number}" for number, reference in enumerate(references, start=1)}


def _verdict(sheet: Sheet, verdict: Verdict, rules: Mapping[str, str]) -> tuple[Cell, ...]:
    why = sheet.words(verdict.reason)
    if verdict.note is not None:
        why = (*why, " ", *sheet.words(verdict.note))
    ruling = _VERDICTS[verdict.verdict]
    if verdict.depends and verdict.verdict == "conditional":
        ruling += f": {', '.join(verdict.depends)}"
    return (
        plain(Name(verdict.modifier)),
        plain(Name(verdict.title, code=False)),
        plain(ruling, tone=_TONES[verdict.verdict]),
        plain(Name(" ".join(rules[reference] for reference in verdict.references))),
        Cell(why),
    )


def _units(sheet: Sheet) -> tuple[Block, ...]:
    return (
        Grid(
            "Medically unlikely edits: the most units for one patient on one day",
            ("Service type", "Units", "MAI", "Rationale", "What that means"),
            tuple(_mue(sheet, service, title) for service, title in _SERVICES.items()),
            numeric=(1,),
            note=(Name(REFERENCE, code=False),),
        ),
    )


def _mue(sheet: Sheet, service: str, title: str) -> tuple[Cell, ...]:
    """The edit of one service type: limit, what kind it is, what to do above it, two sides."""
    mue, mai, why = (sheet[f"ncci.mue.{service}{part}"] for part in ("", ".mai", ".rationale"))
    if isinstance(mue.value, Unknown):
        words: Text = ()
        if mue.value.reason == "not_listed":
            words = sheet.words(unlisted_units(service))
        return plain(title), plain(mue), plain(mai), plain(why), Cell(words)
    own = own_name(sheet.code)
    meaning = units_wording(
        service,
        int(str(mue.value)),
        _known(mai),
        _known(why),
        own.unit if own else "",
        bilateral=sheet.indicators()["bilateral"] if service == "practitioner" else "",
    )
    facts = {"mue": mue, "mai": mai, "rationale": why}
    told = (meaning.limit, meaning.meaning, meaning.above, meaning.sides, meaning.rationale)
    words = ()
    for one in told:
        if isinstance(one, Wording):
            words = (*words, *((" ",) if words else ()), *sheet.words(one, facts))
    return plain(title), plain(mue), plain(mai), plain(why), Cell(words)


def _known(fact: Fact) -> str:
    return "" if isinstance(fact.value, Unknown) else str(fact.value)


def _indicators(sheet: Sheet) -> Grid:
    rows = []
    for column, title in _INDICATOR_TITLES.items():
        fact = sheet.get(INDICATORS[column])
        if fact is None:
            continue
        if isinstance(fact.value, Unknown):
            rows.append((plain(title), plain(fact), plain()))
            continue
        words = describe(column, str(fact.value))
        meaning = plain(words.detail) if isinstance(words, Unknown) else Cell(sheet.words(words))
        rows.append((plain(title), plain(fact), meaning))
    return Grid("Indicators", ("Indicator", "Printed", "In words"), tuple(rows))
