"""``payeratlas publish``: pages as HTML, PDF, JSON and Markdown, or a whole site of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from payeratlas.apps.options import BillingCode, dated, emit, jsonable

if TYPE_CHECKING:
    from payeratlas.apps.api import Atlas


@click.command("publish")
@click.argument("codes", nargs=-1, type=BillingCode(), metavar="[CODE...]")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Build a static site of every code on hand, with search and lists to browse. Run again, "
    "it builds only what changed; stopped, it goes on where it was.",
)
@dated
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write to; each code gets a folder of its own in it. By default out, and site "
    "with --all.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="With --all: how many processes build pages.",
)
@click.option(
    "--base-url",
    default="",
    help="With --all: the address the site will have, for its sitemap and feed.",
)
@click.option(
    "--formats",
    default="html,json",
    show_default=True,
    help="With --all: formats of each page, of html, json, pdf and md; html and json always are.",
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
    everything: bool,
    as_of: date | None,
    known_on: date | None,
    out: Path | None,
    jobs: int,
    base_url: str,
    formats: str,
    with_descriptors: bool,
    as_json: bool,
) -> int:
    """Publish pages: CODE.html, CODE.pdf, CODE.json and CODE.md for each code.

    \b
    payeratlas publish 64640
    payeratlas publish 64640 77002 --as-of 2025-10-15 --out pages
    payeratlas publish --all --out site --base-url https://example.org/codes/
    """
    from payeratlas.apps.api import Atlas
    from payeratlas.model.errors import InputError

    if everything == bool(codes):
        raise InputError(
            "name codes, or --all, and not both." if everything else "no code was named.",
            cure="payeratlas publish 64640, or payeratlas publish --all",
        )
    if everything and with_descriptors:
        raise InputError(
            "a site is made for others, and licensed descriptors are not for distribution.",
            cure="publish single codes with --with-descriptors, or the site without it.",
        )
    atlas = Atlas.open(store)
    if everything:
        from payeratlas.apps.site import publish_all

        wanted = tuple(part for part in formats.replace(" ", "").split(",") if part)
        return publish_all(
            atlas,
            out or Path("site"),
            as_of=as_of,
            known_on=known_on,
            jobs=jobs,
            base_url=base_url,
            formats=wanted,
            as_json=as_json,
        )
    _publish(atlas, codes, as_of, known_on, out or Path("out"), with_descriptors, as_json)
    return 0


def _publish(
    atlas: Atlas,
    codes: tuple[str, ...],
    as_of: date | None,
    known_on: date | None,
    out: Path,
    with_descriptors: bool,
    as_json: bool,
) -> None:
    import json

    from rich.progress import track

    from payeratlas.apps.descriptors import mounted_for, tell_marked

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
