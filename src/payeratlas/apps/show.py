"""What commands print for people: tables on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from payeratlas.model.facts import Fact
from payeratlas.model.provenance import Derivation
from payeratlas.pages.encounter import Given
from payeratlas.pages.other_price import OtherPrice
from payeratlas.pages.price import Priced
from payeratlas.pricing.claim_result import PricedLine
from payeratlas.publish.notes import file_lines, source_text
from payeratlas.publish.wording import fact_text

_LISTED = 5  # examples of one cause that a person still reads


def _console() -> Console:
    return Console(soft_wrap=False, highlight=False)


def _grid(*heads: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for head in heads:
        table.add_column(head, overflow="fold")
    return table


def show_facts(facts: Sequence[Fact]) -> None:
    """Measure, subject, value or reason, and where it was read or how it was computed."""
    table = _grid("Measure", "Subject", "Value", "Source")
    for fact in facts:
        style = "" if fact.known else "yellow"
        table.add_row(
            fact.measure, fact.subject, Text(fact_text(fact), style), Text(source_text(fact), "dim")
        )
    _console().print(table)


def show_priced(priced: Priced) -> None:
    """The amount first, then each step to it, then what was left out."""
    console, claim = _console(), priced.claim
    console.print(Text(priced.title, "bold"))
    known = claim.amount.known
    console.print(Text(fact_text(claim.amount), "bold green" if known else "yellow"))
    for line in claim.lines:
        _show_line(line, console, alone=len(claim.lines) == 1)
        if (other := priced.other.get(line.number)) is not None:
            _show_other(other, console)
    for label, fact in (
        ("Lines that have an amount", claim.priced),
        ("At least", claim.at_least),
        ("From the published fees in cents", claim.from_published),
        ("Non-participating amount", claim.nonparticipating),
        ("Limiting charge", claim.limiting_charge),
    ):
        if fact is not None and fact.known and fact.value != claim.amount.value:
            console.print(f"{label}: {fact_text(fact)}")
    caveats = [c for line in claim.lines for c in line.caveats]
    for caveat in dict.fromkeys((*claim.caveats, *caveats)):
        source = f" ({caveat.reference})" if caveat.reference else ""
        console.print(Text(f"Note: {caveat.text}{source}", "dim"))
    for source in file_lines(priced.inputs.values()):
        console.print(Text(f"Source: {source}", "dim"))


def _show_line(line: PricedLine, console: Console, *, alone: bool) -> None:
    """One line beside the others: amount, rank, why, and its steps."""
    if not alone:
        style = "green" if line.amount.known else "yellow"
        amount = f"part of line {line.part_of}" if line.part_of else fact_text(line.amount)
        console.print()
        console.print(Text(f"Line {line.number}: {line.request.subject}: ", "bold"), end="")
        console.print(Text(amount, style))
    if line.ranks is not None and line.shares is not None:
        console.print(f"Rank {fact_text(line.ranks)}: paid {fact_text(line.shares)}")
    for words in line.why:
        console.print(Text(words))
    if line.steps:
        table = _grid("Step", "Figures", "Result")
        for step in line.steps:
            table.add_row(Text(step.label), Text(step.expression), Text(step.result))
        console.print(table)
    if line.quote.if_documented is not None:
        console.print(f"If the documentation is accepted: {fact_text(line.quote.if_documented)}")


def _show_other(other: OtherPrice, console: Console) -> None:
    """What another schedule allows for a line, with its steps."""
    style = "bold green" if other.allowed.known else "yellow"
    console.print(Text(f"By the {other.schedule} schedule: {fact_text(other.allowed)}", style))
    if isinstance(other.allowed.basis, Derivation):
        table = _grid("Step", "Figures", "Result")
        for step in other.allowed.basis.steps:
            table.add_row(Text(step.label), Text(step.expression), Text(step.result))
        console.print(table)
    if other.patient is not None and other.patient.known:
        console.print(f"The patient's share: {fact_text(other.patient)}")
    for caveat in other.caveats:
        console.print(Text(f"Note: {caveat.text}", "dim"))
    for source in file_lines([other.allowed]):
        console.print(Text(f"Source: {source}", "dim"))


_WHERE = {
    "office": "Office",
    "asc": "Ambulatory surgical center",
    "hopd": "Hospital outpatient department",
}


def show_encounters(encounters: Sequence[Given]) -> None:
    """The encounter by setting: who is paid what, and the patient's part."""
    console = _console()
    console.print()
    console.print(Text("The whole encounter by setting", "bold"))
    table = _grid("Setting", "Part", "Approved", "Patient", "Medicare pays")
    for given in encounters:
        whole = given.encounter
        for part in whole.parts:
            table.add_row(
                _WHERE[given.setting] if part is whole.parts[0] else "",
                part.payee,
                Text(fact_text(part.approved)),
                Text(fact_text(part.coinsurance)),
                Text(fact_text(part.paid)),
            )
        if len(whole.parts) > 1:
            table.add_row(
                "",
                Text("together", "bold"),
                Text(fact_text(whole.approved), "bold"),
                Text(fact_text(whole.patient), "bold"),
                Text(fact_text(whole.paid), "bold"),
            )
    console.print(table)
    adjusted = [given for given in encounters if given.wage_index is not None]
    for given in adjusted:
        assert given.wage_index is not None
        index = fact_text(given.wage_index)
        console.print(f"Wage index, {_WHERE[given.setting].lower()}: {index}")
    console.print(
        Text(
            "Note: Medicare's part is after sequestration. In a facility a test in two parts is "
            "priced as its professional part.",
            "dim",
        )
    )
    for caveat in dict.fromkeys(c for given in encounters for c in given.encounter.caveats):
        console.print(Text(f"Note: {caveat.text}", "dim"))
    for source in file_lines([one.wage_index for one in adjusted if one.wage_index is not None]):
        console.print(Text(f"Source: {source}", "dim"))


def show_sources(listing: Sequence[Mapping[str, Any]]) -> None:
    """Every source, and the releases on hand below it."""
    console = _console()
    for source in listing:
        console.print(Text(f"{source['source']}: {source['title']}", "bold"))
        if "price_files" in source:
            for file in source["price_files"]:
                codes = file["codes_read"]
                console.print(
                    f"  {file['payer'] or file['entity'] or file['name']}: {file['name']} "
                    f"({file['kind']}, {file['last_updated_on'] or 'no date printed'}), "
                    f"{file['prices']:,} prices, {len(codes) if codes else 'all'} codes"
                )
            if not source["price_files"]:
                console.print("  no price file on hand")
            continue
        if not source["releases"]:
            console.print("  no release on hand")
            continue
        table = _grid("  Release", "Dates of service", "Issued", "Rows", "Extent")
        for release in source["releases"]:
            covers = release["covers"]
            table.add_row(
                f"  {release['id']}",
                f"{covers['from']} to before {covers['to'] or '(open)'}",
                release["issued"],
                f"{release['rows']:,}",
                "whole" if release["complete"] else "excerpt",
            )
        console.print(table)


def show_added(summary: Mapping[str, Any]) -> None:
    """The release that became visible, and where every record of its files went."""
    console = _console()
    console.print(
        f"{summary['source']} {summary['release']} is on hand, for services {summary['covers']}."
    )
    for file in summary["files"]:
        lost = {**file["rejected"], **file["merged"]}
        aside = "".join(f"; {count:,} {reason}" for reason, count in lost.items())
        console.print(
            f"  {file['name']}: {file['read']:,} records read, {file['kept']:,} kept{aside}"
        )


def show_report(report: Mapping[str, Any]) -> None:
    """Whether a page holds: counts, and every difference with its place."""
    console = _console()
    good = not report["differences"]
    console.print(
        Text(
            f"{report['page']}: {report['citations']:,} citations re-opened "
            f"({report['bytes']:,} in the publishers' bytes, {report['tables']:,} in pinned "
            f"tables), {report['derivations']:,} computations run again.",
            "green" if good else "red",
        )
    )
    for difference in report["differences"]:
        console.print(Text(f"  {difference}", "red"))
    if good:
        console.print("Everything holds.")


def show_findings(findings: Mapping[str, Any]) -> None:
    """Damage first, then the publisher's own inconsistencies by kind."""
    console = _console()
    console.print(
        f"{findings['releases']} releases, {findings['partitions']} files, "
        f"{findings['rows']:,} rows, {findings['price_files']:,} price files: "
        f"{'whole' if not findings['damage'] else 'DAMAGED'}"
    )
    for damage in findings["damage"]:
        console.print(Text(f"  {damage}", "red"))
    for kind in findings["inconsistencies"]:
        console.print(f"{kind['title']}: {kind['checked']:,} checked, {kind['count']:,} differ")
        for cause in kind["causes"]:
            console.print(f"  {cause['count']:,} because {cause['cause']}")
            for item in cause["listed"][:_LISTED]:
                console.print(
                    Text(
                        f"    {item['release']} {item['subject']}: printed {item['printed']}, "
                        f"expected {item['expected']}",
                        "dim",
                    )
                )
            if len(cause["listed"]) > _LISTED:
                more = len(cause["listed"]) - _LISTED
                console.print(Text(f"    and {more:,} more (--json lists all)", "dim"))
