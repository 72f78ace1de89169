"""``payeratlas rates``: what payers pay for a code: benchmark cells, or every raw rate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from payeratlas.apps.options import emit, jsonable

if TYPE_CHECKING:
    from payeratlas.rates.benchmark import Benchmarks
    from payeratlas.rates.raw import RawRates

_SETTINGS = ("office", "facility", "asc", "outpatient", "inpatient", "any", "all")
_LINES = (
    "commercial", "exchange", "medicare_advantage", "medicaid", "workers_compensation", "other",
    "unclassified", "all",
)  # fmt: skip
_STRICTNESSES = ("minimum", "balanced", "maximum", "all")


@click.command("rates")
@click.argument("code", metavar="CODE")
@click.option(
    "--payer",
    default="",
    metavar="TEXT",
    help="Only payers with this in their name. With --raw: only files whose payer has it, as given "
    "with 'sources add --payer' or as printed in the file.",
)
@click.option(
    "--state",
    default="",
    metavar="ST",
    help="Cells of one state (two letters), or all for every state; by default the cells over "
    "everything on hand.",
)
@click.option(
    "--setting",
    type=click.Choice(_SETTINGS),
    default="all",
    show_default=True,
    help="Where the service is given.",
)
@click.option(
    "--line",
    type=click.Choice(_LINES),
    default="commercial",
    show_default=True,
    help="Line of business.",
)
@click.option(
    "--strictness",
    type=click.Choice(_STRICTNESSES),
    default="balanced",
    show_default=True,
    help="Which posted rates count as plausible.",
)
@click.option(
    "--outliers",
    is_flag=True,
    help="List posted rates that were set aside, with reason and place, the first two hundred of "
    "each reason.",
)
@click.option(
    "--raw", is_flag=True, help="List every price as payers' files print it, compared with nothing."
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV instead of text.")
@click.option(
    "--parquet",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the cells to this Parquet file instead.",
)
@jsonable
@click.pass_obj
def command(
    store: str | None,
    code: str,
    payer: str,
    state: str,
    setting: str,
    line: str,
    strictness: str,
    outliers: bool,
    raw: bool,
    as_csv: bool,
    parquet: Path | None,
    as_json: bool,
) -> None:
    """Show what payers pay for billing code CODE, by payer and setting.

    Each line is one benchmark cell: how many organisations stand behind it, the median with its
    interval, quartiles where there are enough, percent of Medicare, and a grade. A cell that is too
    thin says so. Nothing is pooled over payers, lines of business or settings. The table shows
    commercial rates over everything on hand unless an option names others.

    With --raw every price of the payers' files is listed as printed: the exact amount, what kind it
    is, for whom and where it holds, and the ordinals of the objects it stands in. A file that has
    none says so: that the code is not in it, or that it was read for other codes only.

    \b
    payeratlas rates 64640
    payeratlas rates 64640 --payer aetna --state all --strictness all --csv
    payeratlas rates 64640 --outliers
    payeratlas rates 64640 --raw --payer evry --csv
    """
    from payeratlas.apps.api import Atlas
    from payeratlas.model.errors import InputError

    if as_csv + as_json + (parquet is not None) > 1:
        raise InputError(
            "--json, --csv and --parquet exclude each other.", cure="name one of them."
        )
    atlas = Atlas.open(store)
    if raw:
        if parquet is not None or outliers:
            raise InputError(
                "--raw goes with --payer, --csv and --json only.", cure="leave the others out."
            )
        _raw(atlas.raw_rates(code, payer), as_csv=as_csv, as_json=as_json)
        return
    found = atlas.benchmarks(
        code, payer=payer, state=state, setting=setting, line=line, strictness=strictness
    )
    if parquet is not None:
        _write(found, parquet)
    elif as_json:
        import json

        from payeratlas.publish.benchmark_json import benchmarks_json

        emit(json.dumps(benchmarks_json(found, outliers=outliers), indent=2))
    elif as_csv:
        from payeratlas.publish.benchmark_table import benchmarks_csv, outliers_csv

        click.echo(outliers_csv(found) if outliers else benchmarks_csv(found), nl=False)
    else:
        from payeratlas.apps.show_benchmarks import show_benchmarks, show_outliers

        (show_outliers if outliers else show_benchmarks)(found)


def _raw(found: RawRates, *, as_csv: bool, as_json: bool) -> None:
    if as_json:
        import json

        from payeratlas.publish.raw_rates import raw_rates_json

        emit(json.dumps(raw_rates_json(found), indent=2))
    elif as_csv:
        from payeratlas.publish.raw_rates import raw_rates_csv

        click.echo(raw_rates_csv(found), nl=False)
    else:
        from payeratlas.apps.show_rates import show_raw_rates

        show_raw_rates(found)


def _write(found: Benchmarks, path: Path) -> None:
    from payeratlas.build.publish import write_files
    from payeratlas.publish.benchmark_table import benchmarks_parquet

    write_files(path.parent, {path.name: benchmarks_parquet(found)})
    click.echo(f"{path}: {len(found.cells):,} cells.")
