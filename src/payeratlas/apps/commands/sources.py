"""``payeratlas sources``: what is on hand, and adding a publisher's files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from payeratlas.apps.commands.sources_fetch import command as fetch
from payeratlas.apps.options import emit, jsonable, price_options

if TYPE_CHECKING:
    from payeratlas.store import Published


@click.group("sources")
def command() -> None:
    """Publishers' series: what is on hand, fetching a release, and adding its files."""


command.add_command(fetch)


@command.command("list")
@jsonable
@click.pass_obj
def list_(store: str | None, as_json: bool) -> None:
    """List every source with its releases on hand and the dates of service they cover.

    Of payers' price files, each file on hand with its payer and its date.
    """
    import json

    from payeratlas.apps.api import Atlas
    from payeratlas.apps.price_files import listing_of
    from payeratlas.build.registry import registered

    held = Atlas.open(store).store
    listing = [
        {
            "source": source.id,
            "title": source.title,
            "publisher": source.publisher,
            "index_url": source.index_url,
            "licence": source.licence,
            "cadence": source.cadence,
            "releases": [
                {
                    "id": p.release.id,
                    "title": p.release.title,
                    "status": p.release.status,
                    "complete": p.release.complete,
                    "issued": p.release.issued.isoformat(),
                    "issued_basis": p.release.issued_basis,
                    "covers": {
                        "from": p.release.covers.start.isoformat(),
                        "to": p.release.covers.end.isoformat() if p.release.covers.end else None,
                        "observed": p.release.covers.observed,
                    },
                    "rows": sum(part.rows for part in p.parts),
                    "files": sorted({part.artifact.name for part in p.parts}),
                }
                for p in held.releases(source.id)
            ],
            **(
                {"price_files": listing_of(held.root, source.id)}
                if source.retention == "witness"
                else {}
            ),
        }
        for source in (module.SOURCE for module in registered().values())
    ]
    if as_json:
        emit(json.dumps(listing, indent=2))
        return
    from payeratlas.apps.show import show_sources

    show_sources(listing)


@command.command("add")
@click.argument("name")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@price_options
@click.option(
    "--url",
    default="",
    metavar="URL",
    help="Of one price file of source tic: where its payer published it. Provider references that "
    "other files point to are found by it.",
)
@jsonable
@click.pass_obj
def add(
    store: str | None,
    name: str,
    files: tuple[Path, ...],
    payer: str,
    codes: str,
    codes_file: Path | None,
    url: str,
    as_json: bool,
) -> int | None:
    """Add a release: read FILE (csv, or the zip as the publisher serves it) for source NAME.

    The whole file is read and checked first; only then does the release become visible. A file
    that cannot be read leaves the store as it was.

    For source tic each FILE is a payer's price file of its own (json, json.gz, zip or JSON lines),
    of which tables are kept and not the bytes. Where one of several cannot be read, the others are
    added, and the exit code is 3.

    For source hospital each FILE is a hospital's standard-charge file (csv or json, plain, gz or
    zip). What is told of it names the rules of CMS's template that it breaks. For source
    tic_extract each FILE is an extract of in-network rates as csv. With prices for NAME each FILE
    may be of any of these three: its beginning tells.

    \b
    payeratlas sources add cms_pfs_rvu rvu25d.zip
    payeratlas sources add tic 2025-06_rates.json.gz --payer "Evry Health" --codes 64640,99213
    payeratlas sources add prices downloads/*.json.gz downloads/*.csv
    payeratlas sources add hospital 581234567_made-up-hospital_standardcharges.csv.gz
    """
    import json

    from rich.console import Console

    from payeratlas.build.price_kinds import ANY
    from payeratlas.build.registry import load_price_source
    from payeratlas.model.errors import InputError

    source = None if name == ANY else load_price_source(name)
    if name == ANY or source is not None:
        from payeratlas.apps.price_files import add_files

        return add_files(store, source, files, payer, codes, codes_file, url, as_json)
    if payer or codes or codes_file or url:
        raise InputError(
            "--payer, --codes, --codes-file and --url are of payers' price files.",
            cure=f"leave them out for {name}, or name source tic.",
        )

    from payeratlas.apps.api import Atlas
    from payeratlas.build.ingest import add as ingest

    held = Atlas.open(store).store
    with Console(stderr=True).status("") as status:
        summary = added(ingest(name, files, held, progress=status.update))
    if as_json:
        emit(json.dumps(summary, indent=2))
        return None
    from payeratlas.apps.show import show_added

    show_added(summary)
    return None


def added(published: Published) -> dict[str, Any]:
    """A release that became visible, and where every record of its files went."""
    return {
        "source": published.release.source,
        "release": published.release.id,
        "covers": str(published.release.covers),
        "files": [
            {
                "name": part.artifact.name,
                "sha256": part.artifact.sha256,
                "read": part.account.read,
                "kept": part.account.kept,
                "rejected": dict(part.account.rejected),
                "merged": dict(part.account.merged),
            }
            for part in published.parts
        ],
    }
