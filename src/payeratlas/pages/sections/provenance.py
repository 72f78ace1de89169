"""J: what the page was built from, how complete and fresh it is, and how to check it."""

from __future__ import annotations

from collections import Counter

from payeratlas.model.facts import REASONS, Unknown
from payeratlas.model.provenance import RowAccount
from payeratlas.model.time import AsOf
from payeratlas.pages.facts import facts_of
from payeratlas.pages.page import Bullets, Cell, Grid, Name, Section, Subsection, Text, sentence
from payeratlas.pages.registry import Place
from payeratlas.pages.releases import resting_on, series_read
from payeratlas.pages.sheet import plain
from payeratlas.store import Store

SECTION = Place("J", "provenance", "Provenance, completeness and freshness")


def section(code: str, as_of: AsOf, store: Store) -> Section:
    """Releases in force with their files, known and Unknown figures counted, how to verify."""
    return Section(
        SECTION.id,
        SECTION.letter,
        SECTION.title,
        (
            _releases(as_of, store),
            _completeness(code, as_of, store),
            _freshness(as_of, store),
            Subsection("Check it, cite it, correct it", (_how(code, as_of, store),)),
        ),
    )


def _releases(as_of: AsOf, store: Store) -> Grid:
    rows = []
    for release in resting_on(as_of, store):
        (published,) = (p for p in store.releases(release.source) if p.release == release)
        files = {part.artifact.sha256: part for part in published.parts}
        account: Text = ()
        for part in files.values():
            account += (
                Name(part.artifact.name),
                ", sha256 ",
                Name(part.artifact.sha256[:12]),
                ": ",
                *_account(part.account),
                " ",
            )
        rows.append(
            (
                plain(Name(release.title, code=False)),
                plain(release.issued, f" ({release.issued_basis})"),
                plain(release.covers),
                plain("whole" if release.complete else "an excerpt"),
                Cell(account),
            )
        )
    return Grid(
        "Releases in force for this page",
        ("Release", "Issued", "Dates of service", "Extent", "Files and row account"),
        tuple(rows),
    )


def _account(account: RowAccount) -> Text:
    aside = [f", {count:,} set aside ({reason})" for reason, count in account.rejected]
    aside += [f", {count:,} merged ({reason})" for reason, count in account.merged]
    words = f"{account.read:,} records read, {account.kept:,} kept{''.join(aside)}."
    return (Name(words, code=False),)


def _completeness(code: str, as_of: AsOf, store: Store) -> Grid:
    """Counted over the facts of the code; those of a place of service are about no code."""
    facts = [f for f in facts_of(code, as_of, store) if f.subject.partition("-")[0] == code]
    counts = Counter(f.value.reason if isinstance(f.value, Unknown) else "known" for f in facts)
    rows = [(plain("Known, with a citation or a derivation"), _count(counts["known"]), plain())]
    rows += [
        (plain(Name(reason)), _count(counts[reason]), plain(meaning))
        for reason, meaning in REASONS.items()
        if counts[reason]
    ]
    return Grid(
        "Completeness: what the page can state of the measures it knows",
        ("State", "Measures", "What it means"),
        tuple(rows),
        numeric=(1,),
    )


def _freshness(as_of: AsOf, store: Store) -> Grid:
    """For each series read, the latest dates of service that a release on hand is for."""
    rows = []
    for source in series_read(store):
        held = [p.release for p in store.releases(source) if as_of.knows(p.release.issued)]
        if not held:
            continue
        newest = held[-1]
        here = as_of.service_date in newest.covers
        rows.append(
            (
                plain(Name(source)),
                plain(Name(newest.id)),
                plain(newest.covers),
                plain(
                    "holds the date of service" if here else "does not hold the date of service",
                    tone="plain" if here else "caution",
                ),
            )
        )
    return Grid(
        "Freshness: the newest release on hand of each series read for this page",
        ("Series", "Newest release", "Dates of service", "For this page"),
        tuple(rows),
    )


def _count(number: int) -> Cell:
    return plain(Name(str(number), code=False))


def _how(code: str, as_of: AsOf, store: Store) -> Bullets:
    verify = Name(f"payeratlas verify {code}.json")
    again = Name(f"payeratlas publish {code} --as-of {as_of.service_date}")
    return Bullets(
        (
            sentence("{verify} re-opens every citation and runs every rule again.", verify=verify),
            sentence("{again} builds this page from the same releases.", again=again),
            sentence(
                "Cite as: Payer Atlas, {code}, for {day}, edition {edition}.",
                code=Name(code),
                day=as_of.service_date,
                edition=Name(store.edition[:12]),
            ),
            (
                "Codes are those of CPT (American Medical Association) and HCPCS (CMS). No CPT "
                "descriptor is used: names here are our own words. This is a reference to public "
                "files, not advice on a claim; the payer's own rules decide.",
            ),
        )
    )
