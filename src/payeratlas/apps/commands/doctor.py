"""``payeratlas doctor``: whether the data on hand is whole, and where publishers contradict
themselves."""

from __future__ import annotations

import rich_click as click

from payeratlas.apps.options import emit, jsonable


@click.command("doctor")
@jsonable
@click.pass_obj
def command(store: str | None, as_json: bool) -> int:
    """Check the store's files against their manifests and CMS's figures against each other.

    Damage gives exit code 1. Inconsistencies of the publisher are listed with their cause; they
    are facts about the files, not damage.
    """
    import json

    from rich.console import Console

    from payeratlas.apps.api import Atlas
    from payeratlas.build.doctor import examine

    with Console(stderr=True).status("examining the releases on hand") as status:
        findings = examine(Atlas.open(store).store, status.update)
    if as_json:
        emit(json.dumps(findings.as_dict(), indent=2))
    else:
        from payeratlas.apps.show import show_findings

        show_findings(findings.as_dict())
    return 0 if findings.whole else 1
