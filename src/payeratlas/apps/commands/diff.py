"""``payeratlas diff``: what differs between two releases of a source, and by which cause."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from payeratlas.apps.options import BillingCode, emit, jsonable


@click.command("diff")
@click.argument("names", nargs=-1, required=True, metavar="[SOURCE] BEFORE AFTER")
@click.option(
    "--code",
    "codes",
    multiple=True,
    type=BillingCode(),
    metavar="CODE",
    help="Only the rows of this code; may be given more than once.",
)
@click.option(
    "--locality",
    metavar="MAC-LL",
    help="Amounts of a Medicare payment locality, e.g. 10212-99, with the indices in force on the "
    "first day of each release; by default national amounts.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    help="Examples of each kind that are printed; JSON has all.",
)
@jsonable
@click.pass_obj
def command(
    store: str | None,
    names: tuple[str, ...],
    codes: tuple[str, ...],
    locality: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """What differs between two releases: rows added, removed and changed, column by column.

    For the physician fee schedule also what moved each amount: work, practice expense and
    malpractice RVUs, the conversion factor and, with --locality, the locality's indices. SOURCE
    may be left out where only one has releases of both names.

    \b
    payeratlas diff cms_pfs_rvu rvu24c rvu25a
    payeratlas diff cms_pfs_rvu rvu25d rvu26c-excerpt --code 64640 --locality 10212-99
    payeratlas diff opps2025q3-20250626 opps2025q3-20250725 --json
    """
    from payeratlas.pages.diff import chosen, difference
    from payeratlas.store import Store

    if len(names) not in (2, 3):
        raise click.UsageError(
            "two releases are compared. Try: payeratlas diff SOURCE BEFORE AFTER"
        )
    source, before, after = names if len(names) == 3 else ("", *names)
    held = Store.open(Path(store) if store else None)
    found = difference(
        *chosen(held, before, after, source), held, codes=codes, locality=locality or ""
    )
    if as_json:
        import json

        from payeratlas.publish.diff_json import difference_json

        emit(json.dumps(difference_json(found), indent=1))
        return
    from payeratlas.apps.show_diff import show_difference

    show_difference(found, limit)
