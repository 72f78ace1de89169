"""Put a whole Page together from its sections."""

from __future__ import annotations

from payeratlas.coding.names import own_name
from payeratlas.model.codes import Coding
from payeratlas.model.errors import InputError
from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Release
from payeratlas.model.time import AsOf
from payeratlas.pages.facts import facts_of
from payeratlas.pages.page import Name, Page, Text, sentence
from payeratlas.pages.registry import registered
from payeratlas.pages.releases import dropped_by, last_listed, resting_on
from payeratlas.store import Store, Watched

_NO_FAMILY = "No RBCS Family"  # as CMS prints it where it forms none


def page_of(code: str, as_of: AsOf, store: Store) -> Page:
    """The publication about one billing code at one service date.

    What the store answers is watched: its digest is the page's edition. Give a Watched store to
    read its questions afterwards. Raises InputError where no release on hand lists the code at
    all: there would be nothing to publish but its absence.
    """
    coding = Coding.parse(code)
    store = store if isinstance(store, Watched) else Watched(store)
    latest = last_listed(coding.code, store)
    facts = facts_of(coding.code, as_of, store)
    if latest is None and not any(_listing(coding.code, fact) for fact in facts):
        raise InputError(
            f"no release on hand lists {coding.code}.",
            cure="check the code, or add the release that lists it with 'payeratlas sources add'.",
        )
    notices = _notices(coding.code, facts, as_of, latest, store)
    sections = [compose(coding.code, as_of, store) for _, compose in registered()]
    return Page(
        code=coding.code,
        system=coding.system,
        title=_title(coding, facts),
        summary=_summary(coding, facts, as_of),
        as_of=as_of,
        edition=store.edition,
        version=store.version,
        facts=facts,
        sections=tuple(section for section in sections if section is not None),
        releases=resting_on(as_of, store),
        notices=notices,
    )


def _listing(code: str, fact: Fact) -> bool:
    """Whether a fact rests on a cell that names the code: neither a count of none nor a place."""
    return fact.subject.partition("-")[0] == code and any(fact.citations())


def _title(coding: Coding, facts: tuple[Fact, ...]) -> str:
    """Our own name; else CMS's group of the code (RBCS), else the code itself."""
    own = own_name(coding.code)
    if own:
        return own.name
    told = {f.measure: f.value for f in facts if f.measure.startswith("rbcs.")}
    group = [told.get(f"rbcs.{level}") for level in ("category", "subcategory", "family")]
    names = dict.fromkeys(name for name in group if isinstance(name, str) and name != _NO_FAMILY)
    return " › ".join(names) if names else f"{coding.system} {coding.code}"


def _summary(coding: Coding, facts: tuple[Fact, ...], as_of: AsOf) -> Text:
    pay = {f.measure: f for f in facts if f.subject == coding.code}
    if not pay["pfs.status"].known:
        day = as_of.service_date
        return sentence("No Medicare amount is on hand for services on {day}.", day=day)
    office, facility = pay["pfs.payment.nonfacility"], pay["pfs.payment.facility"]
    if isinstance(office.value, Unknown):
        return sentence("Medicare physician fee schedule: {fact}", fact=office)
    return sentence(
        "Medicare pays the physician {office} in an office and {facility} in a facility, "
        "before geographic adjustment.",
        office=office,
        facility=facility,
    )


def _notices(
    code: str, facts: tuple[Fact, ...], as_of: AsOf, latest: Release | None, store: Store
) -> tuple[Text, ...]:
    """Say at the top what the date of service misses, and where the code stands instead."""
    status = next(f for f in facts if f.measure == "pfs.status" and f.subject == code)
    if not isinstance(status.value, Unknown):
        if latest is None or (after := dropped_by(latest, as_of, store)) is None:
            return ()
        return (
            sentence(
                "{code} has left the physician fee schedule: {last} ({period}) is the last release "
                "on hand that lists it, and {next} and those after it do not. What follows is what "
                "held for services on {day}.",
                code=Name(code),
                last=Name(latest.id),
                period=latest.covers,
                next=Name(after.id),
                day=as_of.service_date,
            ),
        )
    if any(f.measure == "pfs.status" and f.known for f in facts):
        return (sentence("For {day}: {fact}", day=as_of.service_date, fact=status),)
    if latest is None:
        return (
            sentence("No physician fee schedule release on hand lists {code}.", code=Name(code)),
        )
    return (
        sentence(
            "For {day}: {fact} The latest release on hand that lists {code} is {release}, in force "
            "for dates of service {period}. None of its figures stands in for {day} on this page; "
            "where one is shown, it is marked as last known.",
            day=as_of.service_date,
            fact=status,
            code=Name(code),
            release=Name(latest.id),
            period=latest.covers,
        ),
    )
