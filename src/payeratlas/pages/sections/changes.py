"""I: what changed up to the date of service, release by release and by cause."""

from __future__ import annotations

from payeratlas.model.time import AsOf
from payeratlas.pages.changes import Revision, revisions
from payeratlas.pages.page import (
    Block,
    Cell,
    Grid,
    Name,
    Paragraph,
    Section,
    Subsection,
    Text,
    sentence,
)
from payeratlas.pages.registry import Place
from payeratlas.pages.sheet import gap, plain
from payeratlas.pricing.change import STEPS, Change
from payeratlas.store import Store

SECTION = Place("I", "changes", "What changed")

_SETTINGS = {"nonfacility": "Office (non-facility)", "facility": "Facility"}
_CAUSES = ("Work RVUs", "Practice expense", "Malpractice", "Conversion factor")
_CAUSE_IDS = tuple(cause for cause, _ in STEPS if cause != "indices")


def section(code: str, as_of: AsOf, store: Store) -> Section:
    """The newest revision in full, then every revision by cause; a gap where one release lists
    the code."""
    moved = [revision for revision in revisions(code, as_of, store) if revision.any]
    if not moved:
        return Section(
            SECTION.id,
            SECTION.letter,
            SECTION.title,
            (
                gap(
                    "Changes between releases",
                    "no two releases on hand up to the date of service print the code differently.",
                    "an earlier or later release of the fee schedule that lists it.",
                ),
            ),
            empty=True,
        )
    blocks: list[Block | Subsection] = [
        Subsection("The last revision", _newest(moved[-1])),
        Subsection("Every revision on hand, by cause", (_table(moved),)),
        gap(
            "Payers' policies and edits",
            "each list is on hand for one date only, so nothing can be compared.",
            "the next issue of each list.",
        ),
    ]
    return Section(SECTION.id, SECTION.letter, SECTION.title, tuple(blocks))


def _newest(revision: Revision) -> tuple[Block, ...]:
    text = sentence(
        "From {before} (services {old}) to {after} (services {new}).",
        before=Name(revision.before.id),
        old=revision.before.covers,
        after=Name(revision.after.id),
        new=revision.after.covers,
    )
    blocks: list[Block] = [Paragraph(text)]
    rows = [
        (
            plain(_SETTINGS[setting]),
            plain(change.before),
            *_parts(change),
            plain(change.after),
        )
        for setting, change in revision.amounts.items()
    ]
    if rows:
        blocks.append(
            Grid(
                "The national amount, and what each cause added to it",
                ("Setting", "Before", *_CAUSES, "After"),
                tuple(rows),
                numeric=tuple(range(1, len(_CAUSES) + 3)),
                note=(
                    "Causes are taken one after the other in this order, each step a price in "
                    "whole cents, so that they add up to the whole change.",
                ),
            )
        )
    if revision.indicators:
        blocks.append(
            Grid(
                "Indicators that moved",
                ("Column", "Before", "After"),
                tuple(
                    (plain(Name(one.column)), plain(one.before), plain(one.after))
                    for one in revision.indicators
                ),
            )
        )
    return tuple(blocks)


def _parts(change: Change) -> tuple[Cell, ...]:
    """A cell for each cause; a cause whose inputs did not move says so in a word."""
    parts = dict(change.parts)
    return tuple(plain(parts[cause]) if cause in parts else plain("same") for cause in _CAUSE_IDS)


def _table(moved: list[Revision]) -> Grid:
    rows = []
    for revision in reversed(moved):
        for setting, change in revision.amounts.items():
            if change.parts:
                label: Text = (Name(revision.after.id), f", {_SETTINGS[setting].lower()}")
                rows.append((Cell(label), plain(change.total), *_parts(change)))
        if revision.indicators:
            names = ", ".join(one.column for one in revision.indicators)
            label = (Name(revision.after.id), ", indicators")
            rows.append((Cell(label), plain(Name(names)), *(plain() for _ in _CAUSES)))
    return Grid(
        "Change of the national amount at each release, by cause",
        ("Release", "Change", *_CAUSES),
        tuple(rows),
        numeric=tuple(range(1, len(_CAUSES) + 2)),
        folded=True,
    )
