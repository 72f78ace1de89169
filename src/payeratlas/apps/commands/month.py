"""``payeratlas month``: a payer's month of price files, on this machine or on a cluster."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from payeratlas.apps.options import emit, jsonable


@click.group("month")
def command() -> None:
    """A payer's month of price files: read on many processes or machines, shown by one manifest."""


@command.command("read")
@click.argument("plan", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--out",
    required=True,
    metavar="ADDRESS",
    help="Folder, or prefix of an object store (s3://bucket/prefix), that takes tables, receipts "
    "and the manifest.",
)
@click.option(
    "--executor",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help="Where the files are read: processes of this machine, or a Spark cluster.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    help="Processes of the local executor; by default one a core.",
)
@click.option(
    "--master",
    default="",
    help="Where Spark is: sc://HOST:PORT by Spark Connect, else any classic master. By default the "
    "session at hand, as under spark-submit.",
)
@click.option("--again", is_flag=True, help="Read also the files that an earlier run has read.")
@click.option(
    "--receipts",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the receipts, one JSON object a line: outcome, reason, attempts, seconds.",
)
@jsonable
def read(
    plan: Path,
    out: str,
    executor: str,
    jobs: int | None,
    master: str,
    again: bool,
    receipts: Path | None,
    as_json: bool,
) -> int:
    """Read the price files that PLAN lists, and show their tables by one manifest.

    PLAN is JSON: the release's name, the addresses of its files, and the codes to read if not all.
    The manifest is written last; until then nothing is visible, and a run that was stopped goes on
    where it was. Exit code 1 where a file was refused (the manifest says why) or got no answer
    (then there is no manifest).

    \b
    payeratlas month read plan.json --out month
    payeratlas month read plan.json --out s3://bucket/rates --executor spark --master sc://host:15002
    """
    from payeratlas.apps.show_month import read_month

    return read_month(
        plan,
        out,
        executor=executor,
        jobs=jobs,
        master=master,
        again=again,
        receipts=receipts,
        as_json=as_json,
    )


@command.command("sweep")
@click.argument("out", metavar="ADDRESS")
@click.option(
    "--older-than",
    type=click.FloatRange(0),
    default=48.0,
    show_default=True,
    metavar="HOURS",
    help="Only what was last written longer ago; longer than any run that may be under way.",
)
@click.option("--remove", is_flag=True, help="Remove it; without this it is only listed.")
@jsonable
def sweep(out: str, older_than: float, remove: bool, as_json: bool) -> None:
    """List what no manifest at ADDRESS names: files of dead attempts, notes of finished runs."""
    import json
    from datetime import UTC, datetime, timedelta

    from payeratlas.build.month import leftovers
    from payeratlas.build.month import sweep as remove_them

    before = datetime.now(UTC) - timedelta(hours=older_than)
    found = leftovers(out, before)
    if remove:
        remove_them(out, found)
    if as_json:
        told = [{"name": e.name, "size": e.size, "modified": e.modified.isoformat()} for e in found]
        emit(json.dumps({"removed": remove, "leftovers": told}, indent=2))
        return
    for entry in found:
        click.echo(f"{entry.modified:%Y-%m-%d %H:%M}  {entry.size:>12,}  {entry.name}")
    size = sum(entry.size for entry in found)
    fate = "removed" if remove else "that no manifest names; --remove removes them"
    click.echo(f"{len(found):,} files, {size:,} bytes, {fate}")
