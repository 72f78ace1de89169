"""``payeratlas facts``: every Fact of a code, with its source."""

from __future__ import annotations

from datetime import date

import rich_click as click

from payeratlas.apps.options import BillingCode, dated, emit, jsonable


@click.command("facts")
@click.argument("code", type=BillingCode(), metavar="CODE")
@dated
@jsonable
@click.pass_obj
def command(
    store: str | None, code: str, as_of: date | None, known_on: date | None, as_json: bool
) -> None:
    """List every measure of a code: value, unit, period, and its source or why it is Unknown.

    Modified rows are subjects of their own, such as 77002-26.
    """
    from payeratlas.apps.api import Atlas

    view = Atlas.open(store).code(code, as_of, known_on)
    if as_json:
        from payeratlas.publish.fact_json import render_facts

        emit(render_facts(view.facts))
        return
    from payeratlas.apps.show import show_facts

    show_facts(view.facts)
