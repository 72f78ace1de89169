"""``payeratlas descriptors``: descriptor files of the user's own, under a licence they hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from payeratlas.apps.options import emit, jsonable

if TYPE_CHECKING:
    from payeratlas.store.descriptors import Mounted


@click.group("descriptors")
def command() -> None:
    """Licensed descriptors of your own: mounted for your eyes, never in anything meant for others.

    Payer Atlas ships no official descriptor of a code. Whoever holds a licence can mount a file:
    its texts then stand in 'payeratlas code' and, only where asked for, in pages published with
    --with-descriptors, which are marked as not for distribution.
    """


@command.command("mount")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--licence", required=True, metavar="NOTE", help="Who grants it: shown beside texts.")
@click.option("--code-column", default="", metavar="HEADING", help="Heading of the codes' column.")
@click.option("--text-column", default="", metavar="HEADING", help="Heading of the texts' column.")
@jsonable
@click.pass_obj
def mount(
    store: str | None, file: Path, licence: str, code_column: str, text_column: str, as_json: bool
) -> None:
    """Mount FILE (CSV or TSV with a heading), in the place of one of the same name.

    Columns with usual headings (Code, CPT Code, HCPCS; Descriptor, Long Description) are found by
    themselves. The file is copied into a folder of your store that no release and no page reads.

    \b
    payeratlas descriptors mount cpt2026.txt --licence "AMA, licence of our practice, to 2026-12-31"
    """
    from payeratlas.build.descriptors import read_descriptors
    from payeratlas.store.descriptors import keep

    one = read_descriptors(file, licence, code_column=code_column, text_column=text_column)
    keep(one, _root(store))
    _tell([one], as_json)


@command.command("list")
@jsonable
@click.pass_obj
def list_(store: str | None, as_json: bool) -> None:
    """List the files mounted, with their licence and what became of their records."""
    from payeratlas.store.descriptors import mounted

    _tell(mounted(_root(store)), as_json)


@command.command("unmount")
@click.argument("name", metavar="NAME")
@jsonable
@click.pass_obj
def unmount(store: str | None, name: str, as_json: bool) -> None:
    """Remove the copy mounted as NAME from your store, and list what is still mounted."""
    from payeratlas.store.descriptors import mounted, unmount

    root = _root(store)
    unmount(name, root)
    _tell(mounted(root), as_json)


def _root(store: str | None) -> Path:
    from payeratlas.store import Store

    return Store.open(Path(store) if store else None).root


def _tell(files: Any, as_json: bool) -> None:
    """Print what is mounted; never a text of it."""
    import json

    listing = [_about(one) for one in files]
    if as_json:
        emit(json.dumps(listing, indent=2))
        return
    if not listing:
        click.echo("No descriptor file is mounted.")
    for one in listing:
        click.echo(f"{one['name']}: {one['kept']:,} descriptors, licence: {one['licence']}")
        lost = {**one["rejected"], **one["merged"]}
        aside = "".join(f"; {count:,} {reason}" for reason, count in lost.items())
        click.echo(
            f"  {one['file']}, columns '{one['code_column']}' and '{one['text_column']}': "
            f"{one['read']:,} records read, {one['kept']:,} kept{aside}"
        )


def _about(one: Mounted) -> dict[str, Any]:
    account = one.account
    return {
        "name": one.name,
        "licence": one.licence,
        "file": one.artifact.name,
        "sha256": one.artifact.sha256,
        "code_column": one.code_column,
        "text_column": one.text_column,
        "read": account.read,
        "kept": account.kept,
        "rejected": dict(account.rejected),
        "merged": dict(account.merged),
    }
