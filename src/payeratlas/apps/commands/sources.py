"""``payeratlas sources``: what is on hand, and adding a publisher's files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from payeratlas.apps.commands.sources_fetch import command as fetch
from payeratlas.apps.options import emit, jsonable

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
    """List every source with its releases on hand and the dates of service they cover."""
    import json

    from payeratlas.apps.api import Atlas
    from payeratlas.build.registry import sources

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
        }
        for source in (module.SOURCE for module in sources().values())
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
@jsonable
@click.pass_obj
def add(store: str | None, name: str, files: tuple[Path, ...], as_json: bool) -> None:
    """Add a release: read FILE (csv, or the zip as the publisher serves it) for source NAME.

    The whole file is read and checked first; only then does the release become visible. A file
    that cannot be read leaves the store as it was.
    """
    import json

    from rich.console import Console

    from payeratlas.apps.api import Atlas
    from payeratlas.build.ingest import add as ingest

    held = Atlas.open(store).store
    with Console(stderr=True).status("") as status:
        summary = added(ingest(name, files, held, progress=status.update))
    if as_json:
        emit(json.dumps(summary, indent=2))
        return
    from payeratlas.apps.show import show_added

    show_added(summary)


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
