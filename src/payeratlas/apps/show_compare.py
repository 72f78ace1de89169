"""What ``payeratlas compare`` prints for people."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from payeratlas.publish.compare_words import (
    code_words,
    counted,
    dollars,
    payer_words,
    percent,
    rank,
    rate_text,
    series_words,
)
from payeratlas.publish.wording import clean
from payeratlas.rates.compare import Comparison, line_of

_WIDE = 200


def show_comparison(found: Comparison) -> None:
    """The account of rows, each payer, the largest opportunities, and why rows are not compared."""
    console = Console(soft_wrap=False, highlight=False)
    if not console.is_terminal:  # a file or a pipe has no edge to fold at
        console.width = _WIDE
    total = found.total
    console.print(
        Text(
            f"{clean(found.mine.name)}: {counted(found.read, 'row')} read, "
            f"{len(found.matched):,} compared, {len(found.unmatched):,} not.",
            "bold",
        )
    )
    if total.with_volume:
        console.print(
            f"At your rates {dollars(total.yours)} a year, at the payers' medians "
            f"{dollars(total.at_median)}; opportunity {dollars(total.opportunity)}."
        )
    _payers(console, found)
    _opportunities(console, found)
    for reason, count in found.reasons.items():
        first = next(one for one in found.unmatched if one.reason == reason)
        place = f", column {first.column}" if first.column else ""
        console.print(
            Text(f"  {count:,} {reason}, first in row {first.row}{place}: {first.detail}", "yellow")
        )

    known = sum(one.of_medicare is not None for one in found.unmatched)
    if known:
        console.print(
            f"  Of the rows not compared {known:,} have their percent of Medicare, in the "
            "workbook, the report and --json."
        )


def _table(*heads: str, left: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for at, head in enumerate(heads):
        table.add_column(head, justify="left" if at < left else "right", overflow="fold")
    return table


def _payers(console: Console, found: Comparison) -> None:
    if not found.payers:
        return
    heads = ("Payer", "Rows", "Not compared", "Below median", "Opportunity a year", "Of Medicare")
    table = _table(*heads, left=1)
    for one in found.payers:
        share = one.total.of_medicare
        cells = (
            payer_words(one.family, one.line),
            f"{one.total.rows:,}",
            f"{one.unmatched:,}",
            f"{one.total.below:,}",
            dollars(one.total.opportunity) if one.total.with_volume else "no volumes",
            percent(share) if share is not None else "not known",
        )
        table.add_row(*map(Text, cells))
    console.print(table)


def _opportunities(console: Console, found: Comparison) -> None:
    if not found.opportunities:
        return
    heads = ("Opportunity", "Payer", "Compared as", "Row", "Your rate", "Median", "Gap", "Pctl.")
    table = _table(*heads, "A year", "Grade", left=3)
    for one in found.opportunities:
        cells = (
            code_words(one.mine),
            payer_words(one.payer.family, line_of(one.payer)),
            series_words(one.cell.key.series),
            f"{one.mine.row}",
            rate_text(one.mine.rate),
            dollars(one.median),
            percent(one.gap_share, signed=True),
            rank(one.position.percentile),
            dollars(one.opportunity or one.gap),
            str(one.cell.grade or "none"),
        )
        table.add_row(*map(Text, cells))
    console.print(table)
