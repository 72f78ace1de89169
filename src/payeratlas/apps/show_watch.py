"""What ``payeratlas watch`` prints for people: each code, and what moved."""

from __future__ import annotations

import rich_click as click

from payeratlas.model.facts import Unknown
from payeratlas.pages.watch import LISTS, Report
from payeratlas.publish.change_words import finding_lines
from payeratlas.publish.wording import join, unknown_text


def show_report(report: Report) -> None:
    """What moved for each code; then, list by list, what could not be compared and why."""
    click.echo(f"From {report.since} to {report.as_of.service_date}:")
    for code in report.codes:
        findings = report.of(code)
        moved = [finding for finding in findings if finding.moved]
        click.secho(code, bold=True, nl=False)
        if not moved:
            calm = any(finding.state == "same" for finding in findings)
            told = "nothing changed in what is on hand" if calm else "no list on hand can tell"
            click.echo(f": {told}")
            continue
        click.echo()
        for finding in moved:
            for line in finding_lines(finding):
                click.echo(f"  {line}")
        if same := [f.followed.title for f in findings if f.state == "same"]:
            click.echo(f"  Nothing changed: {join(same)}.")
    for followed in LISTS:
        reasons: dict[str, list[str]] = {}
        for finding in report.in_list(followed):
            for day, side in (
                (report.since, finding.before),
                (report.as_of.service_date, finding.after),
            ):
                if finding.state == "not_on_hand" and isinstance(side, Unknown):
                    reasons.setdefault(f"on {day}: {unknown_text(side)}", []).append(finding.code)
        for reason, codes in reasons.items():
            some = f" ({join(codes)})" if len(codes) < len(report.codes) else ""
            click.secho(f"{followed.title}{some}, {reason}", dim=True)
