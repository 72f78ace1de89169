"""``payeratlas compare``: a user's own rates against what payers have agreed with others."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from payeratlas.apps.options import Day, emit, jsonable

if TYPE_CHECKING:
    from payeratlas.rates.benchmark import BillType, Strictness
    from payeratlas.rates.compare import Comparison

WORKBOOK = "my-rates-compared.xlsx"
REPORT = "my-rates-compared.html"


@click.command("compare")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--payer",
    default="",
    metavar="NAME",
    help="Whose rates they are, where the file has no payer column or a row leaves it empty.",
)
@click.option(
    "--setting",
    default="",
    metavar="WORD",
    help="The setting of rows that name none: office, facility, or a place of service such as 11; "
    "with --bill-type also asc, outpatient, inpatient.",
)
@click.option(
    "--bill-type",
    type=click.Choice(["professional", "facility"]),
    help="Whose rates they are, where the file does not say: a practitioner's or a facility's.",
)
@click.option(
    "--state",
    default="",
    metavar="ST",
    help="Compare within this state where it has enough organisations, else within all on hand.",
)
@click.option(
    "--strictness",
    type=click.Choice(["minimum", "balanced", "maximum"]),
    default="balanced",
    show_default=True,
    help="How strictly posted rates are held to be plausible.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help=f"Folder to write {WORKBOOK} and {REPORT} into.",
)
@click.option(
    "--xlsx",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the workbook to this file.",
)
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the report to this file.",
)
@click.option(
    "--as-of",
    type=Day(),
    help="Day of Medicare's amounts; by default today, and of the nearest release that covers it.",
)
@jsonable
@click.pass_obj
def command(
    store: str | None,
    file: Path,
    payer: str,
    setting: str,
    bill_type: BillType | None,
    state: str,
    strictness: Strictness,
    out: Path | None,
    xlsx: Path | None,
    html: Path | None,
    as_of: date | None,
    as_json: bool,
) -> None:
    """Compare the rates of your contracts in FILE (CSV or xlsx) with what the same payers post.

    FILE has a row for each rate: code, modifier, payer, setting, rate, and yearly volume if you
    like. Headings are recognised in many spellings and in any order. Every row is compared, or
    counted under the reason why not.

    FILE is read and forgotten: nothing of it is stored, sent or logged, and errors name rows and
    columns, never a rate. The workbook, the report and --json hold your rates.

    \b
    payeratlas compare my-rates.xlsx -o compared
    payeratlas compare fee-schedule.csv --payer Aetna --setting office --state NY
    payeratlas compare my-rates.csv --json
    """
    from payeratlas.apps.api import Atlas
    from payeratlas.apps.bars import counting

    targets = _targets(file, out, xlsx, html)
    with counting(quiet=as_json) as bar:
        tasks = {
            what: bar.add_task(f"Rows {what}", total=None, told="") for what in ("read", "compared")
        }
        found = Atlas.open(store).compare(
            file,
            payer=payer,
            setting=setting,
            bill_type=bill_type,
            state=state,
            strictness=strictness,
            as_of=as_of,
            told=lambda what, rows: bar.update(tasks[what], completed=rows),
        )
    _write(targets, found)
    if as_json:
        import json

        from payeratlas.publish.compare_json import compare_json

        emit(json.dumps(compare_json(found), indent=2))
        return
    from payeratlas.apps.show_compare import show_comparison

    show_comparison(found)
    for path in targets.values():
        click.echo(f"Written: {path}")


def _targets(file: Path, out: Path | None, xlsx: Path | None, html: Path | None) -> dict[str, Path]:
    """What is written where; InputError where that is the user's own file."""
    from payeratlas.model.errors import InputError

    if out is not None:
        xlsx, html = xlsx or out / WORKBOOK, html or out / REPORT
    targets = {kind: path for kind, path in (("xlsx", xlsx), ("html", html)) if path is not None}
    places = [path.resolve() for path in (file, *targets.values())]
    if len(set(places)) < len(places):
        raise InputError(
            "the workbook, the report and your own file need a name each.",
            cure="name other files with --xlsx and --html.",
        )
    return targets


def _write(targets: dict[str, Path], found: Comparison) -> None:
    """Make everything, then write it, each file by one rename."""
    from payeratlas.build.publish import write_files

    made: dict[str, bytes] = {}
    if "xlsx" in targets:
        from payeratlas.publish import compare_xlsx

        made["xlsx"] = compare_xlsx.render(found)
    if "html" in targets:
        from payeratlas.publish import compare_html

        made["html"] = compare_html.render(found).encode("utf-8")
    for kind, data in made.items():
        write_files(targets[kind].parent, {targets[kind].name: data})
