"""``payeratlas verify``: re-open every citation of a page and run every rule again."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from payeratlas.apps.options import emit, jsonable


@click.command("verify")
@click.argument("page", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--originals",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with the publishers' own files: citations are re-opened in their bytes, found by "
    "sha256, instead of in the pinned tables.",
)
@jsonable
@click.pass_obj
def command(store: str | None, page: Path, originals: Path | None, as_json: bool) -> int:
    """Check a published PAGE (its .json or .html) against the pinned files.

    Every citation is opened again at its place and compared as printed; every computed figure is
    computed again. Exit code 1 where anything differs.
    """
    import json

    from payeratlas.apps.api import Atlas
    from payeratlas.build.verify import verify

    report = verify(page, Atlas.open(store).store, originals)
    if as_json:
        emit(json.dumps(report.as_dict(), indent=2))
    else:
        from payeratlas.apps.show import show_report

        show_report(report.as_dict())
    return 0 if report.holds else 1
