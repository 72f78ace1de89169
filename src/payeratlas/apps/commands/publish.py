"""``payeratlas publish``: pages as HTML, PDF, JSON and Markdown."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import rich_click as click

from payeratlas.apps.options import BillingCode, dated, emit, jsonable


@click.command("publish")
@click.argument("codes", nargs=-1, required=True, type=BillingCode(), metavar="CODE...")
@dated
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("out"),
    show_default=True,
    help="Folder to write to; each code gets a folder of its own in it.",
)
@click.option(
    "--with-descriptors",
    is_flag=True,
    help="Show the descriptors that you have mounted under your own licence in HTML and PDF, "
    "which are then marked as not for distribution.",
)
@jsonable
@click.pass_obj
def command(
    store: str | None,
    codes: tuple[str, ...],
    as_of: date | None,
    known_on: date | None,
    out: Path,
    with_descriptors: bool,
    as_json: bool,
) -> None:
    """Publish pages: CODE.html, CODE.pdf, CODE.json and CODE.md for each code.

    \b
    payeratlas publish 64640
    payeratlas publish 64640 77002 --as-of 2025-10-15 --out pages
    """
    import json

    from rich.progress import track

    from payeratlas.apps.api import Atlas
    from payeratlas.apps.descriptors import mounted_for, tell_marked

    atlas = Atlas.open(store)
    views = [atlas.code(code, as_of, known_on) for code in dict.fromkeys(codes)]
    licensed = mounted_for(codes, atlas.store.root) if with_descriptors else {}
    pages = [view.page for view in views]  # all compose, or nothing is written
    written = []
    quiet = as_json or len(views) == 1
    for view, page in track(
        list(zip(views, pages, strict=True)), description="Publishing", disable=quiet
    ):
        files = view.publish(out / page.code, codes, descriptors=licensed.get(page.code, ()))
        written.append(
            {
                "code": page.code,
                "as_of": page.as_of.service_date.isoformat(),
                "edition": page.edition,
                "files": [str(path) for path in files],
            }
        )
    if as_json:
        emit(json.dumps(written, indent=2))
        tell_marked(licensed)
        return
    for entry in written:
        click.echo(f"{entry['code']} for {entry['as_of']}, edition {str(entry['edition'])[:12]}")
        for path in entry["files"]:
            click.echo(f"  {path}")
    tell_marked(licensed)
