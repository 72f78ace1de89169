"""``payeratlas sources fetch``: find, download, read, compare, publish."""

from __future__ import annotations

from pathlib import Path

import rich_click as click
from click.core import ParameterSource

from payeratlas.apps.options import emit, jsonable, price_options
from payeratlas.model.errors import InputError


@click.command("fetch")
@click.argument("name")
@click.argument("index", required=False)
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
@click.option("--yes", is_flag=True, help="Publish, or fetch the planned files, without asking.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to download to, and to keep the files in. By default a folder of your store, "
    "emptied once the release is published.",
)
@price_options
@click.option(
    "--plan",
    default="",
    metavar="TEXT",
    help="Of a posting: only files of plans whose name or id has this in it.",
)
@click.option(
    "--only", default="", metavar="TEXT", help="Of a posting: only files whose name has this in it."
)
@click.option(
    "--allowed-amounts",
    is_flag=True,
    help="Of a posting: fetch the files of allowed amounts too, not those of rates alone.",
)
@click.option(
    "--accept-host",
    "hosts",
    multiple=True,
    metavar="HOST",
    help="Of a posting: a site that may be asked for its files, besides the one of INDEX. --yes "
    "accepts every site that INDEX itself names; provider references may stand on others.",
)
@jsonable
@click.pass_obj
def command(
    store: str | None,
    name: str,
    index: str | None,
    wanted: str,
    listing: bool,
    accepted: tuple[str, ...],
    sha256: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    out: Path | None,
    payer: str,
    codes: str,
    codes_file: Path | None,
    plan: str,
    only: str,
    allowed_amounts: bool,
    hosts: tuple[str, ...],
    as_json: bool,
) -> int | None:
    """Fetch a release of source NAME from its publisher's site, or a payer's posting.

    The release is found on the publisher's page, downloaded (a download that was cut off is
    continued), checked and read. What it changes against the release on hand is shown; then, if
    you say yes, it is published in your store, whole or not at all. Only the publisher's own hosts
    are asked, and terms that it wants accepted are for you to accept.

    For source tic, INDEX is a payer's table of contents: a file or an address. Its files, each
    once, are planned (how many, how large, how long), and after your yes read into your store as
    they come in, without being kept; those on hand are not fetched again, so that the same command
    goes on where it stopped. What fails is told, the others go on, and the exit code is 4.

    \b
    payeratlas sources fetch cms_pfs_rvu --list
    payeratlas sources fetch cms_pfs_rvu --dry-run
    payeratlas sources fetch cms_pfs_rvu --release rvu26d --yes
    payeratlas sources fetch tic 2026-11-01_aetna_index.json.gz --payer aetna --codes 64640,99213
    """
    import json
    from datetime import UTC, datetime

    from payeratlas.build.registry import load_price_source

    prices = load_price_source(name)
    _refuse_the_others_options(prices is not None)
    if prices is not None:
        from payeratlas.apps.posting import Asked, fetch_posting

        if index is None:
            raise InputError(
                "which posting to fetch was not said.",
                cure=f"payeratlas sources fetch {name} INDEX, the path or the address of a payer's "
                "table of contents.",
            )
        asked = Asked(
            index, payer, codes, codes_file, plan, only, allowed_amounts, hosts, listing, dry_run,
            yes, as_json,
        )  # fmt: skip
        return fetch_posting(store, prices, asked)

    from payeratlas.apps import fetching
    from payeratlas.apps.api import Atlas
    from payeratlas.build import fetch, ingest
    from payeratlas.build.registry import load_source
    from payeratlas.build.terms import Memory
    from payeratlas.build.web import Web

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
            return None
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
    return None


_OF_POSTINGS = {"index", "payer", "codes", "codes_file", "plan", "only", "allowed_amounts", "hosts"}
_OF_RELEASES = {"wanted", "accepted", "sha256", "out"}


def _refuse_the_others_options(posting: bool) -> None:
    """InputError for an option that has no meaning for this kind of source."""
    context = click.get_current_context()
    assert context is not None, "the command is running"
    given = {
        parameter.name: parameter
        for parameter in context.command.params
        if context.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
    }
    for name in sorted((_OF_RELEASES if posting else _OF_POSTINGS) & given.keys()):
        parameter = given[name]
        shown = parameter.opts[-1] if isinstance(parameter, click.Option) else "INDEX"
        raise InputError(
            f"{shown} is {'not of price files' if posting else 'of price files only'}.",
            cure=f"leave it out, or {'name another source' if posting else 'name source tic'}.",
        )
