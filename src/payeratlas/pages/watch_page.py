"""A report on a list of codes as a Page, so that it is set, published and verified like one.

Sections follow the lists, not the codes: a table sets the codes side by side, and the first section
says of each code where to look.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from payeratlas.model.facts import Fact, Unknown
from payeratlas.model.provenance import Release
from payeratlas.pages.changes import Revision
from payeratlas.pages.history import Followed
from payeratlas.pages.page import (
    Block,
    Bullets,
    Cell,
    Gap,
    Grid,
    Name,
    Page,
    Paragraph,
    Section,
    Span,
    Subsection,
    Text,
    Tone,
    sentence,
)
from payeratlas.pages.sections.changes import CAUSES, SETTINGS, cause_cells, policy_text
from payeratlas.pages.sheet import plain
from payeratlas.pages.watch import LISTS, Finding, Report

_GROUPS = {
    "pfs": "Physician fee schedule",
    "opps": "Hospital outpatient (OPPS)",
    "asc": "Surgery center (ASC)",
    "mue": "Unit limits (MUE)",
    "ptp": "Edits on pairs (PTP)",
    "other": "Other lists",
}
_LETTERS = "BCDEFG"
_STATES: dict[str, tuple[str, Tone]] = {
    "changed": ("changed", "caution"),
    "same": ("nothing changed", "plain"),
    "not_listed": ("not listed", "plain"),
    "partly": ("no change found; not all on hand", "unknown"),
    "not_on_hand": ("not on hand", "unknown"),
}


def page_of_report(report: Report) -> Page:
    """The report as a Page: an overview by code, then a section for each kind of list.

    Its code is the one code reported on, or the words "Watch list" where there are several.
    """
    sections = [_overview(report)]
    for letter, (group, title) in zip(_LETTERS, _GROUPS.items(), strict=True):
        sections.append(_section(report, group, letter, title))
    return Page(
        code=report.codes[0] if len(report.codes) == 1 else "Watch list",
        system="What changed",
        title=f"From {report.since} to {report.as_of.service_date}",
        summary=_summary(report),
        as_of=report.as_of,
        edition=report.edition,
        version=report.version,
        facts=(),
        sections=tuple(sections),
        releases=_releases(report),
    )


def _summary(report: Report) -> Text:
    changed = [code for code in report.codes if any(f.moved for f in report.of(code))]
    told = sentence(
        "The releases in force on {since} are compared with those in force on {day}. ",
        since=report.since,
        day=report.as_of.service_date,
    )
    if not changed:
        return (*told, "In what is on hand, nothing changed for any code of the list.")
    return (*told, "Something changed for ", *_names(changed), ".")


def _releases(report: Report) -> tuple[Release, ...]:
    sides = (side for f in report.findings for side in (f.before, f.after))
    found = {(side.source, side.id): side for side in sides if isinstance(side, Release)}
    return tuple(release for _, release in sorted(found.items()))


def _names(codes: Iterable[str]) -> list[Span]:
    spans: list[Span] = []
    for code in codes:
        spans += [", "] if spans else []
        spans.append(Name(code, href=f"page:{code}"))
    return spans


# -- by code -------------------------------------------------------------------------------------


def _overview(report: Report) -> Section:
    rows = []
    for code in report.codes:
        findings = report.of(code)
        groups = (_state([f for f in findings if f.followed.group == group]) for group in _GROUPS)
        cells = (plain(words, tone=tone) for words, tone in (_STATES[state] for state in groups))
        rows.append((plain(*_names([code])), *cells))
    grid = Grid("Where something changed, code by code", ("Code", *_GROUPS.values()), tuple(rows))
    return Section("overview", "A", "Code by code", (grid,))


def _state(findings: Sequence[Finding]) -> str:
    states = {finding.state for finding in findings}
    if any(finding.moved for finding in findings):
        return "changed"
    if "not_on_hand" in states:
        return "not_on_hand" if len(states) == 1 else "partly"
    return "same" if "same" in states else "not_listed"


# -- by list -------------------------------------------------------------------------------------


def _section(report: Report, group: str, letter: str, title: str) -> Section:
    followed = [each for each in LISTS if each.group == group]
    blocks: list[Block | Subsection] = []
    for each in followed:
        inner = tuple(_list(report, each))
        if len(followed) == 1:
            blocks += inner
        else:
            blocks.append(Subsection(each.title, inner))
    empty = not any(f.moved or f.state == "same" for e in followed for f in report.in_list(e))
    return Section(group, letter, title, tuple(blocks), empty=empty)


def _list(report: Report, followed: Followed) -> Iterator[Block]:
    findings = report.in_list(followed)
    yield from _compared(findings)
    yield from _fees(findings)
    rows = [row for finding in findings for row in _moved_rows(finding)]
    if rows:
        yield Grid("What changed", ("Code", "What", "Before", "After"), tuple(rows))
    silent = []
    for state, words in (
        ("same", "Nothing changed: "),
        ("not_listed", "Not on this list on either day: "),
    ):
        if codes := [f.code for f in findings if f.state == state]:
            silent.append((words, *_names(codes), "."))
    if silent:
        yield Bullets(tuple(silent))
    yield from _gaps(report, findings)


def _compared(findings: Sequence[Finding]) -> Iterator[Block]:
    """Which two releases were compared, where both are on hand."""
    for finding in findings:
        old, new = finding.before, finding.after
        if isinstance(old, Release) and isinstance(new, Release):
            if old == new:
                template = "One release, {old} (services {first}), is in force on both days."
                yield Paragraph(sentence(template, old=Name(old.id), first=old.covers))
            else:
                yield Paragraph(
                    sentence(
                        "From {old} (services {first}) to {new} (services {then}).",
                        old=Name(old.id),
                        first=old.covers,
                        new=Name(new.id),
                        then=new.covers,
                    )
                )
            return


def _fees(findings: Sequence[Finding]) -> Iterator[Block]:
    revised = [(who, each) for finding in findings for who, each in finding.revisions.items()]
    amounts = [row for who, revision in revised for row in _amount_rows(who, revision)]
    if amounts:
        yield Grid(
            "The national amount, and what each cause added to it",
            ("Code and setting", "Before", *CAUSES, "After", "Change"),
            tuple(amounts),
            numeric=tuple(range(1, len(CAUSES) + 4)),
            note=(
                "Causes are taken one after the other in this order, each step a price in whole "
                "cents, so that they add up to the whole change.",
            ),
        )
    told = [
        (Name(who), ": ", *policy_text(inference))
        for who, revision in revised
        for inference in revision.policies
    ]
    if told:
        yield Bullets(tuple(told))
    indicators = [
        (plain(Name(who)), plain(Name(one.column)), plain(one.before), plain(one.after))
        for who, revision in revised
        for one in revision.indicators
    ]
    if indicators:
        yield Grid(
            "Indicators that moved", ("Code", "Column", "Before", "After"), tuple(indicators)
        )


def _amount_rows(who: str, revision: Revision) -> Iterator[tuple[Cell, ...]]:
    for setting, change in revision.amounts.items():
        if change.parts:
            label = Cell((Name(who), f", {SETTINGS[setting].lower()}"))
            before, after, total = (plain(f) for f in (change.before, change.after, change.total))
            yield (label, before, *cause_cells(change), after, total)


def _moved_rows(finding: Finding) -> Iterator[tuple[Cell, ...]]:
    columns = finding.followed.columns
    for step in finding.steps:
        if not step.moved:
            sides = (plain("not listed"), plain("listed"))
            old, new = sides if step.kind == "added" else sides[::-1]
            yield (plain(Name(step.subject)), plain("On the list"), old, new)
        for moved in step.moved:
            what = plain(columns[moved.column])
            yield (plain(Name(step.subject)), what, plain(moved.before), plain(moved.after))
    for moved in finding.counts:
        what = plain(columns[moved.column])
        yield (plain(Name(finding.code)), what, plain(moved.before), plain(moved.after))


def _gaps(report: Report, findings: Sequence[Finding]) -> Iterator[Gap]:
    """What cannot be compared, with the side that is missing; codes with one reason together."""
    missing: dict[tuple[object, object], list[Finding]] = {}
    for finding in findings:
        if finding.state == "not_on_hand":
            sides = tuple(
                s if isinstance(s, Unknown) else None for s in (finding.before, finding.after)
            )
            missing.setdefault((sides[0], sides[1]), []).append(finding)
    for alike in missing.values():
        first = alike[0]
        why: list[Span] = []
        for day, side in ((report.since, first.before), (report.as_of.service_date, first.after)):
            if isinstance(side, Unknown):
                fact = Fact(f"{first.followed.table}.release", first.code, side, "", None)
                why += [" "] if why else []
                why += sentence("On {day}: {fact}", day=day, fact=fact)
        fill: list[Span] = ["the release that covers that day"]
        if len(alike) < len(findings):
            fill += [", for ", *_names(f.code for f in alike)]
        yield Gap(f"{first.followed.title}: not on hand", tuple(why), (*fill, "."))
