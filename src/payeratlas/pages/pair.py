"""Whether two codes are paid together, answered from the NCCI edits in force on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from payeratlas.coding.addon import addon_pair
from payeratlas.coding.ptp import (
    REFERENCE,
    ModifierGroup,
    PairVerdict,
    Ruling,
    associated_modifiers,
    modifiers_reference,
    pair_verdict,
)
from payeratlas.coding.wording import Wording
from payeratlas.model.codes import Coding
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Release
from payeratlas.model.time import AsOf
from payeratlas.pages.latest import newest
from payeratlas.pages.page import Name, Span, Text, sentence
from payeratlas.store import Published, Store
from payeratlas.tables.contract import Row

TABLE = "ncci_ptp"
ADDON = "ncci_addon"
SERVICES = {"practitioner": "practitioners", "hospital": "outpatient hospital services"}
MEASURE = "ncci.ptp.modifier_indicator"
_SHOWN = {
    "modifier_indicator": "code",
    "rationale": "text",
    "effective": "date",
    "deletion": "date",
}


@dataclass(frozen=True, slots=True)
class Searched:
    """Where an edit was looked for: the release in force and the files it was read from."""

    release: Release
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paired:
    """The answer to "can these two be billed together?".

    ``ruling`` is ``never``, ``modifier`` or ``none`` (no edit in effect), or ``unknown`` where no
    release on hand can say. ``indicator`` is the modifier indicator of the edit, cited, or an
    Unknown with its reason; ``facts`` are the edit's other cells by column. ``statements`` say it
    in words, the answer first; ``modifiers`` are those that can lift the edit, empty unless the
    ruling is ``modifier``.
    """

    title: str
    one: str
    other: str
    service: str
    as_of: AsOf
    ruling: Ruling | str
    pays: str
    denied: str
    group: str
    indicator: Fact
    facts: Mapping[str, Fact]
    statements: tuple[Text, ...]
    modifiers: tuple[ModifierGroup, ...]
    searched: Searched | None
    references: tuple[str, ...]


def pair(
    one: str, other: str, as_of: AsOf, store: Store, *, service: str = "practitioner"
) -> Paired:
    """What the NCCI edits of one service type say of two codes on a date of service.

    InputError where a text has not the shape of a code, where both are one code, or for a service
    type that has no such edits. No edit found is an answer, and says which file and date were
    searched; where no release covers the date, the answer is Unknown with its reason.
    """
    first, second = Coding.parse(one).code, Coding.parse(other).code
    if first == second:
        raise InputError(
            f"{first} was given twice, and an edit is of two codes.",
            cure="two codes, for example 64640 and 64450; units of one code are limited by MUEs.",
        )
    if service not in SERVICES:
        raise InputError(
            f"there are no such edits for '{service}'.", cure=f"one of {', '.join(SERVICES)}"
        )
    title = f"{first} with {second}, {SERVICES[service]}, {as_of.service_date}"
    match = store.in_force(TABLE, as_of, service=service)
    if isinstance(match, Unknown):
        match = replace(match, last_known=_last_known(first, second, service, as_of, store))
        return _unknown(title, first, second, service, as_of, match, None)
    searched = _searched(match, service)
    edits = _edits(first, second, service, match, store)
    verdict = _verdict(first, second, edits, as_of.service_date, service, searched)
    if isinstance(verdict, Unknown):
        return _unknown(title, first, second, service, as_of, verdict, searched)
    facts = _facts(verdict, edits, store)
    indicator = facts.pop("modifier_indicator", None) or Fact(
        MEASURE,
        f"{first}/{second}",
        Unknown("not_listed", f"{match.release.id} has no edit of the two in effect on the day."),
        "code",
        match.release.covers,
    )
    modifiers = verdict.ruling == "modifier"
    where, references = modifiers_reference()
    return Paired(
        title=title,
        one=first,
        other=second,
        service=service,
        as_of=as_of,
        ruling=verdict.ruling,
        pays=verdict.pays,
        denied=verdict.denied,
        group=verdict.group,
        indicator=indicator,
        facts=facts,
        statements=(
            *_statements(verdict, facts | {"modifier_indicator": indicator}, edits, store),
            *((said(where),) if modifiers else ()),
            *_strangers(verdict, (first, second), service, match, store),
            *_addons(first, second, as_of, store),
        ),
        modifiers=associated_modifiers(first, second, service) if modifiers else (),
        searched=searched,
        references=(REFERENCE, *(references if modifiers else ())),
    )


def said(wording: Wording, facts: Mapping[str, Fact] | None = None) -> Text:
    """A Wording with its Facts and names put in."""
    given = facts or {}
    parts: dict[str, Span | Text] = {
        place: Name(wording.names[place]) if place in wording.names else given[place]
        for place in wording.placeholders()
    }
    return sentence(wording.template, **parts)


def _edits(one: str, other: str, service: str, match: Published, store: Store) -> list[Row]:
    both = (one, other)
    return store.rows(TABLE, match, service=service, column1=both, column2=both)


def _verdict(
    one: str, other: str, edits: Sequence[Row], day: date, service: str, searched: Searched
) -> PairVerdict | Unknown:
    """The verdict on rows of a release; an excerpt without an edit of the two gives none."""
    release = searched.release
    named = f"{', '.join(searched.files)} ({release.id})"
    values = [row.values for row in edits]
    verdict = pair_verdict(one, other, values, day, service=service, searched=named)
    if isinstance(verdict, Unknown) or verdict.ruling != "none" or release.complete:
        return verdict
    why = f"{release.id} is on hand only as an excerpt and has no edit of the two in effect."
    return Unknown("not_covered", f"{why} The whole release may have one.")


def _last_known(one: str, other: str, service: str, as_of: AsOf, store: Store) -> Fact | None:
    """The modifier indicator of the pair at the end of the newest release known, if it had one."""
    found = newest(TABLE, as_of, store, service=service)
    if found is None:
        return None
    published, day = found
    edits = _edits(one, other, service, published, store)
    verdict = _verdict(one, other, edits, day, service, _searched(published, service))
    if isinstance(verdict, Unknown):
        return None
    return _facts(verdict, edits, store).get("modifier_indicator")


def _searched(match: Published, service: str) -> Searched:
    parts = match.parts_of(TABLE, {"service": service})
    return Searched(match.release, tuple(dict.fromkeys(part.artifact.name for part in parts)))


def _facts(verdict: PairVerdict, edits: Sequence[Row], store: Store) -> dict[str, Fact]:
    """The cells of the edit in effect, cited; none where there is no edit."""
    for row in edits:
        if row.values is verdict.edit:
            return _cells(row, store)
    return {}


def _cells(row: Row, store: Store) -> dict[str, Fact]:
    subject = f"{row.text('column1')}/{row.text('column2')}"
    return {
        column: store.fact(f"ncci.ptp.{column}", row, column, unit=unit, subject=subject)
        for column, unit in _SHOWN.items()
    }


def _statements(
    verdict: PairVerdict, facts: Mapping[str, Fact], edits: Sequence[Row], store: Store
) -> list[Text]:
    told = [said(verdict.headline, facts)]
    if isinstance(verdict.rationale, Wording):
        told.append(
            sentence(
                "{why} CMS prints: {printed}.",
                why=said(verdict.rationale),
                printed=facts["rationale"],
            )
        )
    elif verdict.rationale is not None:
        told.append(sentence("CMS's rationale: {printed}.", printed=facts["rationale"]))
    if verdict.dates is not None:
        told.append(said(verdict.dates, facts))
    for other in verdict.others:
        row = next(row for row in edits if row.values is other.edit)
        told.append(said(other.wording, _cells(row, store)))
    told.append(said(verdict.caution))
    return told


def _strangers(
    verdict: PairVerdict, codes: Sequence[str], service: str, match: Published, store: Store
) -> list[Text]:
    """A warning for a code that stands in no edit at all: it may be no code of that day."""
    if verdict.ruling != "none" or verdict.others:
        return []
    told = []
    for code in codes:
        if not any(
            store.tally(TABLE, match, ("service",), **{"service": service, column: code})
            for column in ("column1", "column2")
        ):
            told.append(
                sentence(
                    "{code} stands in no edit of this release at all, past ones included: check "
                    "that it is a code of that day.",
                    code=Name(code),
                )
            )
    return told


def _addons(one: str, other: str, as_of: AsOf, store: Store) -> list[Text]:
    """Whether one of the two is an add-on to the other, where that list covers the day."""
    match = store.in_force(ADDON, as_of)
    if isinstance(match, Unknown) or not match.release.complete:
        return []
    rows = store.rows(ADDON, match, addon=(one, other))
    wording = addon_pair(one, other, [row.values for row in rows], as_of.service_date)
    return [said(wording)] if wording else []


def _unknown(
    title: str,
    one: str,
    other: str,
    service: str,
    as_of: AsOf,
    why: Unknown,
    searched: Searched | None,
) -> Paired:
    indicator = Fact(MEASURE, f"{one}/{other}", why, "code", None)
    return Paired(
        title=title,
        one=one,
        other=other,
        service=service,
        as_of=as_of,
        ruling="unknown",
        pays="",
        denied="",
        group="",
        indicator=indicator,
        facts={},
        statements=(sentence("{why}", why=indicator),),
        modifiers=(),
        searched=searched,
        references=(REFERENCE,),
    )
