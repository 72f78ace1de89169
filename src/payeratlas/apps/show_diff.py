"""What ``payeratlas diff`` prints for people: counts, causes, and the first rows of each."""

from __future__ import annotations

from collections.abc import Iterator

import rich_click as click

from payeratlas.apps.comparing import of_kind, or_empty, pair_json, rows_words, show_pair
from payeratlas.pages.diff import CAUSES, Count, Difference, FeeChange, Fees
from payeratlas.pricing.policy import POLICIES
from payeratlas.publish.change_words import CAUSE_WORDS, SETTING_WORDS, parts_words
from payeratlas.publish.diff_json import cell_text, key_text
from payeratlas.store.changes import Changes


def show_difference(difference: Difference, limit: int) -> None:
    """Both releases, then each kind of file: counts, columns, amounts by cause, first rows."""
    before, after = difference.before, difference.after
    click.echo(f"{after.source}: {before.id} (services {before.covers})")
    click.echo(f"  to {after.id} (services {after.covers})")
    if difference.codes:
        click.echo(f"  Only rows of {', '.join(difference.codes)}.")
    if difference.absent:
        click.echo(f"  Neither release has a row of {', '.join(difference.absent)}.")
    comparison = difference.comparison
    for index, pair in enumerate(comparison.pairs):
        show_pair(pair_json(pair, limit))
        _show_rows(pair, limit)
        if fees := difference.fees.get(index):
            _show_fees(fees, difference, limit)
    for sheet in comparison.alone_before:
        kind = of_kind(sheet.table.name, sheet.constants)
        click.echo(f"  {kind}: {rows_words(sheet.rows.num_rows)}, no file of it in {after.id}")
    for sheet in comparison.alone_after:
        kind = of_kind(sheet.table.name, sheet.constants)
        click.echo(f"  {kind}: {rows_words(sheet.rows.num_rows)}, no file of it in {before.id}")


def _show_rows(pair: Changes, limit: int) -> None:
    for each in pair.changed_rows(limit):
        cells = "; ".join(
            f"{name} {or_empty(cell_text(old))} → {or_empty(cell_text(new))}"
            for name, old, new in each.cells()
        )
        click.echo(f"    {key_text(pair, each.after)}: {cells}")
    _more(len(pair.changed_after) - limit, "changed")


def _show_fees(fees: Fees, difference: Difference, limit: int) -> None:
    where = f"in locality {difference.locality}" if difference.locality else "national"
    for setting, found in fees.summary.items():
        total = f"{_counted(found.total)}, {found.same:,} the same to the cent"
        click.echo(f"  Amounts, {SETTING_WORDS[setting]}, {where}: {total}")
        for cause in CAUSES:
            if found.causes[cause] != Count():
                click.echo(f"    by {CAUSE_WORDS[cause]}: {_counted(found.causes[cause])}")
        if found.priced or found.unpriced:
            click.echo(f"    a price only now: {found.priced:,}; only before: {found.unpriced:,}")
    for policy in POLICIES:
        if number := fees.policies[policy.id]:
            click.echo(
                f"  {policy.title}: {rows_words(number)} changed in a way consistent with it "
                f"({policy.reference})"
            )
    for row in fees.rows[:limit]:
        for line in fee_lines(row):
            click.echo(f"    {line}")
    _more(len(fees.rows) - limit, "with amounts that moved")


def fee_lines(row: FeeChange) -> Iterator[str]:
    """A line for each setting of a row, and one for each policy it is consistent with."""
    who = "-".join(filter(None, (row.code, row.modifier)))
    for setting, parts in row.settings.items():
        yield f"{who}, {SETTING_WORDS[setting]}: {parts_words(parts)}"
    for policy in row.policies:
        yield f"{who}: consistent with: {policy.title.lower()} ({policy.reference})"


def _counted(count: Count) -> str:
    return f"{count.up:,} up, {count.down:,} down"


def _more(number: int, what: str) -> None:
    if number > 0:
        click.echo(f"    and {rows_words(number)} more {what} (--limit, or --json for all)")
