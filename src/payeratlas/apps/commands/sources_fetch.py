"""``payeratlas sources fetch``: find, download, read, compare, publish."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from payeratlas.apps.options import emit, jsonable


@click.command("fetch")
@click.argument("name")
@click.option(
    "--release",
    "wanted",
    default="latest",
    show_default=True,
    metavar="TITLE",
    help="The release to fetch: the title of its link or the name of its file, or part of either; "
    "'latest' is the newest one offered.",
)
@click.option("--list", "listing", is_flag=True, help="List what the publisher offers, and stop.")
@click.option(
    "--accept-licence",
    "accepted",
    multiple=True,
    metavar="NAME",
    help="Say that you have read and accept the terms of this name, which the publisher asks for "
    "('ama': the AMA's licence for using CPT). Remembered in your store with the date.",
)
@click.option(
    "--sha256",
    multiple=True,
    metavar="HEX",
    help="Accept only files of this sha256; may be given once for each file.",
)
@click.option("--dry-run", is_flag=True, help="Show what would change, and stop.")
@click.option("--yes", is_flag=True, help="Publish without asking.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to download to, and to keep the files in. By default a folder of your store, "
    "emptied once the release is published.",
)
@jsonable
@click.pass_obj
def command(
    store: str | None,
    name: str,
    wanted: str,
    listing: bool,
    accepted: tuple[str, ...],
    sha256: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Fetch a release of source NAME from its publisher's site.

    The release is found on the publisher's page, downloaded (a download that was cut off is
    continued), checked and read. What it changes against the release on hand is shown; then, if
    you say yes, it is published in your store, whole or not at all. Only the publisher's own hosts
    are asked, and terms that it wants accepted are for you to accept.

    \b
    payeratlas sources fetch cms_pfs_rvu --list
    payeratlas sources fetch cms_pfs_rvu --dry-run
    payeratlas sources fetch cms_pfs_rvu --release rvu26d --yes
    """
    import json
    from datetime import UTC, datetime

    from payeratlas.apps import fetching
    from payeratlas.apps.api import Atlas
    from payeratlas.build import fetch, ingest
    from payeratlas.build.registry import load_source
    from payeratlas.build.terms import Memory
    from payeratlas.build.web import Web
    from payeratlas.model.errors import InputError

    may_ask = fetching.attended() and not as_json
    if not (listing or dry_run or yes or may_ask):
        raise InputError(
            "nobody is here to be asked whether to publish.",
            cure="add --yes to publish what is fetched, or --dry-run to see what it changes.",
        )
    held = Atlas.open(store).store
    source = load_source(name)
    today = datetime.now(tz=UTC).date()
    telling = fetching.Telling()
    asking = fetching.Asking(Memory(held.root), accepted, today, may_ask, telling.close)
    with Web(fetch.hosts_of(source.SOURCE), say=telling.say) as web:
        telling.say(f"Looking at {source.SOURCE.index_url}")
        offers = fetch.offers_of(source, web)
        if listing:
            found = fetching.offers_listing(offers, name, held)
            if as_json:
                emit(json.dumps(found, indent=2))
            else:
                fetching.show_offers(found)
            return
        try:
            files = fetch.obtain(
                fetch.chosen(offers, wanted),
                web,
                held,
                consent=asking.consent,
                watch=telling.watch(),
                day=today.isoformat(),
                out=out,
                sha256=sha256,
            )
        finally:
            telling.close()
    preview = fetch.preview(name, files, held, progress=telling.say)
    if not as_json:
        fetching.show_preview(fetching.fetched(preview, files, published=False))
    publish = not (preview.on_hand or dry_run)
    if publish and not yes:
        click.confirm(f"Publish {preview.reading.release.id}?", abort=True, err=True)
    if publish:
        published = ingest.publish(name, preview.reading, preview.files, held, progress=telling.say)
    if not dry_run:
        fetch.forget(files, held)
    if as_json:
        emit(json.dumps(fetching.fetched(preview, files, published=publish), indent=2))
    elif publish:
        from payeratlas.apps.commands.sources import added
        from payeratlas.apps.show import show_added

        show_added(added(published))
