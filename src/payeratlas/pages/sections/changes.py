"""I: what changed up to the date of service, release by release and by cause."""

from __future__ import annotations

from collections.abc import Iterator

from payeratlas.model.time import AsOf
from payeratlas.pages.changes import Revision, revisions
from payeratlas.pages.history import COMPARABLE, FOLLOWED, TableStep, releases_until, table_steps
from payeratlas.pages.page import (
    Block,
    Bullets,
    Cell,
    Gap,
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
from payeratlas.pricing.policy import Inference
from payeratlas.store import Store

SECTION = Place("I", "changes", "What changed")

SETTINGS = {"nonfacility": "Office (non-facility)", "facility": "Facility"}
CAUSES = ("Work RVUs", "Practice expense", "Malpractice", "Conversion factor")
_LISTS = tuple(each for each in FOLLOWED if each.group in ("opps", "asc", "mue"))
_CAUSE_IDS = tuple(cause for cause, _ in STEPS if cause != "indices")


def section(code: str, as_of: AsOf, store: Store) -> Section:
    """The newest revision in full, every revision by cause, and what other schedules changed; a
    gap where no two releases on hand can be compared."""
    moved = [revision for revision in revisions(code, as_of, store) if revision.any]
    others = [step for each in _LISTS for step in table_steps(each, code, as_of, store)]
    blocks: list[Block | Subsection] = []
    if moved:
        blocks += [
            Subsection("The last revision", _newest(moved[-1])),
            Subsection("Every revision on hand, by cause", (_table(moved),)),
        ]
    else:
        blocks.append(
            gap(
                "Changes between releases",
                "no two releases on hand up to the date of service print the code differently.",
                "an earlier or later release of the fee schedule that lists it.",
            )
        )
    if others:
        blocks.append(Subsection("Other Medicare schedules and limits", (_others(others),)))
    if moved or others:
        blocks.append(_single(as_of, store))
    return Section(
        SECTION.id, SECTION.letter, SECTION.title, tuple(blocks), empty=not (moved or others)
    )


def _single(as_of: AsOf, store: Store) -> Gap:
    """What cannot be compared, as no two releases of it are on hand."""
    names = [each.title for each in _LISTS if len(releases_until(each, as_of, store)) < COMPARABLE]
    why = (
        "payers' lists, and the edits on pairs of codes, are not compared from issue to issue here."
    )
    if names:
        why += " No two lists are on hand to compare of: {lists}."
    return gap(
        "Payers' policies, edits and limits",
        why,
        "the next issue of each list.",
        **({"lists": Name("; ".join(names), code=False)} if names else {}),
    )


def policy_text(inference: Inference) -> Text:
    """What a change is consistent with, in a sentence with the Facts that show it."""
    policy = inference.policy
    rule = Name(policy.reference, code=False, href=policy.url)
    return sentence(policy.text, rule=rule, **inference.parts)


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
            plain(SETTINGS[setting]),
            plain(change.before),
            *cause_cells(change),
            plain(change.after),
        )
        for setting, change in revision.amounts.items()
    ]
    if rows:
        blocks.append(
            Grid(
                "The national amount, and what each cause added to it",
                ("Setting", "Before", *CAUSES, "After"),
                tuple(rows),
                numeric=tuple(range(1, len(CAUSES) + 3)),
                note=(
                    "Causes are taken one after the other in this order, each step a price in "
                    "whole cents, so that they add up to the whole change.",
                ),
            )
        )
    if revision.policies:
        blocks.append(Bullets(tuple(policy_text(each) for each in revision.policies)))
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


def cause_cells(change: Change) -> tuple[Cell, ...]:
    """A cell for each cause; a cause whose inputs did not move says so in a word."""
    parts = dict(change.parts)
    return tuple(plain(parts[cause]) if cause in parts else plain("same") for cause in _CAUSE_IDS)


def _table(moved: list[Revision]) -> Grid:
    rows = []
    for revision in reversed(moved):
        for setting, change in revision.amounts.items():
            if change.parts:
                label: Text = (Name(revision.after.id), f", {SETTINGS[setting].lower()}")
                rows.append((Cell(label), plain(change.total), *cause_cells(change)))
        if revision.indicators:
            names = ", ".join(one.column for one in revision.indicators)
            label = (Name(revision.after.id), ", indicators")
            rows.append((Cell(label), plain(Name(names)), *(plain() for _ in CAUSES)))
    return Grid(
        "Change of the national amount at each release, by cause",
        ("Release", "Change", *CAUSES),
        tuple(rows),
        numeric=tuple(range(1, len(CAUSES) + 2)),
        folded=True,
    )


def _others(steps: list[TableStep]) -> Grid:
    """Every change of the other lists, each list newest first."""
    rows = []
    for followed in _LISTS:
        own = [step for step in steps if step.followed == followed]
        rows += [row for step in reversed(own) for row in step_rows(step)]
    return Grid(
        "Changes of other schedules and limits, release by release",
        ("List and release", "What", "Before", "After"),
        tuple(rows),
        folded=True,
    )


def step_rows(step: TableStep) -> Iterator[tuple[Cell, ...]]:
    """A row for each column that moved; one without columns says that the code came or went."""
    label: Text = (f"{step.followed.title}, ", Name(step.after.id))
    if not step.moved:
        listed, absent = plain("listed"), plain("not listed")
        sides = (absent, listed) if step.kind == "added" else (listed, absent)
        yield (Cell(label), plain("On the list"), *sides)
    for moved in step.moved:
        title = step.followed.columns[moved.column]
        yield (Cell(label), plain(title), plain(moved.before), plain(moved.after))
