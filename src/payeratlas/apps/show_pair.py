"""What ``payeratlas pair`` prints for people."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from payeratlas.pages.pair import Paired
from payeratlas.publish.notes import file_lines
from payeratlas.publish.plain import plain_text

_STYLES = {"never": "bold red", "modifier": "bold yellow", "none": "bold green"}


def show_paired(paired: Paired) -> None:
    """The answer first, then why, since when, what can lift it, and where that was read."""
    console = Console(soft_wrap=False, highlight=False)
    console.print(Text(paired.title, "bold"))
    answer, *rest = (plain_text(text) for text in paired.statements)
    console.print(Text(answer, _STYLES.get(paired.ruling, "yellow")))
    for line in rest:
        console.print(Text(line))
    if paired.modifiers:
        console.print(Text("Modifiers that can lift it, where the record shows the reason:"))
    for group in paired.modifiers:
        line = f"  {', '.join(group.codes)}: {group.title}"
        console.print(Text(line, "" if group.suits else "dim"))
    for reference in paired.references:
        console.print(Text(f"Rule: {reference}", "dim"))
    for line in file_lines((paired.indicator, *paired.facts.values())):
        console.print(Text(f"Source: {line}", "dim"))
