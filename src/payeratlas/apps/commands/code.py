"""``payeratlas code``: the page in the terminal."""

from __future__ import annotations

from datetime import date

import rich_click as click

from payeratlas.apps.options import BillingCode, dated, emit, jsonable


@click.command("code")
@click.argument("code", type=BillingCode(), metavar="CODE")
@dated
@jsonable
@click.pass_obj
def command(
    store: str | None, code: str, as_of: date | None, known_on: date | None, as_json: bool
) -> None:
    """Show the page of a code in the terminal.

    A descriptor that you have mounted yourself stands at its head; --json never has it.
    """
    from payeratlas.apps.api import Atlas

    view = Atlas.open(store).code(code, as_of, known_on)
    page = view.page
    if as_json:
        from payeratlas.publish import json_

        emit(json_.render(page))
        return
    from payeratlas.publish import terminal

    terminal.show(page, descriptors=view.descriptors)
