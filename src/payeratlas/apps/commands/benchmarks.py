"""``payeratlas benchmarks``: benchmarks of all codes, worked out ahead."""

from __future__ import annotations

import rich_click as click

from payeratlas.apps.options import emit, jsonable


@click.group("benchmarks")
def command() -> None:
    """Payment benchmarks of all codes, worked out ahead of being asked for."""


@command.command("build")
@jsonable
@click.pass_obj
def build_(store: str | None, as_json: bool) -> None:
    """Work out the benchmarks of every code in the price files on hand.

    Pages and 'payeratlas rates' work out the one code that they need where this was not run since
    a price file was added. Run it before publishing a site, and to have all cells in one Parquet
    file. The same files give the same bytes; other editions are removed.

    \b
    payeratlas benchmarks build
    """
    from dataclasses import asdict

    from payeratlas.apps.api import Atlas
    from payeratlas.apps.bars import counting
    from payeratlas.build.benchmarks import build
    from payeratlas.model.errors import InputError

    held = Atlas.open(store).store
    with counting(quiet=as_json) as bar:
        task = bar.add_task("Benchmarks", total=None, told="")

        def tell(done: int, total: int, code: str) -> None:
            bar.update(task, completed=done, total=total, told=code)

        built = build(held, tell)
    if built is None:
        raise InputError(
            "no price file of a payer or a hospital is on hand.",
            cure="payeratlas sources add tic FILE, or payeratlas sources add hospital FILE.",
        )
    if as_json:
        import json

        emit(json.dumps(asdict(built) | {"path": str(built.path)}, indent=2))
        return
    from payeratlas.apps.show_benchmarks import show_built

    show_built(built)
