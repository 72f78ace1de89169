"""``payeratlas watch``: what changed for a list of codes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import rich_click as click

from payeratlas.apps.options import Day, emit, jsonable


@click.command("watch")
@click.argument("codes", type=click.Path(allow_dash=True), metavar="CODES")
@click.option(
    "--since",
    type=Day(),
    help="First of the two days that are compared; by default the last day before the quarter of "
    "the other.",
)
@click.option(
    "--quarter",
    metavar="YYYYQN",
    help="A quarter such as 2025Q4: from the last day before it to its own last day.",
)
@click.option(
    "--as-of",
    type=Day(),
    help="Last of the two days. By default today, or the last day that a release of the fee "
    "schedule on hand covers.",
)
@click.option(
    "--known-on",
    type=Day(),
    help="Use only what had been issued by this day; by default everything on hand.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for changes.html, changes.json and changes.atom; by default no file is written.",
)
@jsonable
@click.pass_obj
def command(
    store: str | None,
    codes: str,
    since: date | None,
    quarter: str | None,
    as_of: date | None,
    known_on: date | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """What changed for the codes listed in the file CODES, one a line ('-' for standard input).

    For each code the releases in force on two days are compared: amounts of the physician fee
    schedule with their causes, hospital outpatient and surgery center payment, unit limits, edits
    and further lists. Where a day is not covered by a release on hand, the answer says so. The
    list is read on this machine and goes nowhere else.

    \b
    payeratlas watch codes.txt --quarter 2024Q3
    payeratlas watch codes.txt --since 2024-07-15 --as-of 2025-01-15 --out changes
    """
    from payeratlas.build.watch import write
    from payeratlas.model.time import AsOf
    from payeratlas.pages.facts.pfs import TABLE
    from payeratlas.pages.latest import default_day
    from payeratlas.pages.watch import before_quarter, codes_in, quarter_of, report
    from payeratlas.store import Store

    if quarter and since:
        raise click.UsageError("--quarter says since when. Try: one of --quarter and --since.")
    listed = codes_in(*_read(codes))
    if quarter:
        since, last = quarter_of(quarter)
        as_of = as_of or last
    held = Store.open(Path(store) if store else None)
    day = as_of or default_day(TABLE, held, datetime.now(tz=UTC).date())
    found = report(listed, since or before_quarter(day), AsOf(day, known_on), held)
    files = write(found, out) if out else []
    if as_json:
        from payeratlas.publish.watch_json import render

        emit(render(found))
        return
    from payeratlas.apps.show_watch import show_report

    show_report(found)
    for path in files:
        click.echo(f"{path}")


def _read(path: str) -> tuple[str, str]:
    """The text of the list and what to call it in an error."""
    from payeratlas.model.errors import InputError

    where = "standard input" if path == "-" else path
    try:
        with click.open_file(path, "rb") as file:
            return file.read().decode("utf-8"), where
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(
            f"the list cannot be read: {reason}.",
            where=where,
            cure="a text file with one code a line.",
        ) from error
